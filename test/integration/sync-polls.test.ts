import { afterEach, describe, expect, it } from "vitest";
import { type MeterSketch, meterId } from "../support/documents.ts";
import { readEvents, readFaces, readMembers } from "../support/views.ts";
import { at, type PollQuestion, pollAt } from "./poll-days.ts";
import {
  inGroup,
  openPortfolioDays,
  type PortfolioDays,
  range,
  toLines,
  type Version,
} from "./portfolio-days.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const six = inGroup("north", range(1, 6));
const poll = (...asked: PollQuestion) => pollAt(world, ...asked);

async function open(version: Version): Promise<void> {
  world = await openPortfolioDays(version);
  world.leap.dateMs = at(0);
  await world.run(0, six);
  world.leap.forgetAsked();
}

describe.each(["v2", "v1"] as const)("a poll of %s", (version) => {
  const moved = [...inGroup("south", [1]), ...six.slice(2), ...inGroup("west", [7])];

  it("tells what was modified and what is new, and nothing of absence", async () => {
    await open(version);
    // The second meter is gone; the third was not modified since.
    const { report, told } = await poll(version, 1, moved, { 1: 0.5, 7: 0.6 });
    expect(toLines(told)).toEqual([
      "remapped 1: north → south, 2026-11-10…, revised",
      "created 7",
      "remapped 7: none → west, 2026-11-10…, revised",
      "group west: +1 -0, 2026-11-10…",
      "group north: +0 -1, 2026-11-10…",
      "group south: +1 -0, 2026-11-10…",
    ]);
    expect(report).toMatchObject({ mode: "poll", reading: "poll", status: "published", certificate: null });
    expect(report.meters).toMatchObject({ returned: 2, created: 1, changed: 1, absent: 0 });
    expect(report.absence).toEqual({ looked_up: false, found: 0, missing: 0, ended: 0, waiting: 0, gone: 0 });
    expect(report.warnings.filter((text) => !text.includes("past its announced end"))).toEqual([]);
    expect(world.leap.asked.length).toBe(1);
    const row = world.days.database
      .prepare("SELECT mode FROM snapshot_runs WHERE run_id = ?")
      .get(report.run_id);
    expect(row).toEqual({ mode: "poll" });
  });

  it("tells nothing where nothing was modified, and publishes", async () => {
    await open(version);
    const { report, told } = await poll(version, 1, six, {});
    expect([report.status, report.exit_code, told]).toEqual(["published", 0, []]);
    expect(readEvents(world.days.database).at(-1)!.type).toBe("sync.published");
  });

  it("tells the same change once, though its overlap returns it twice", async () => {
    await open(version);
    await poll(version, 1, moved, { 1: 0.95 });
    const { report, told } = await poll(version, 1.1, moved, { 1: 0.95 });
    expect([report.meters.returned, told]).toEqual([1, []]);
  });

  it("does not end what is missing, and tells what is back", async () => {
    await open(version);
    await world.run(1, six.slice(2));
    expect(toLines((await poll(version, 14, six.slice(2), {})).told)).toEqual([]);
    const back = await poll(version, 15, six.slice(1), { 2: 14.5 });
    expect(toLines(back.told)).toEqual(["reappeared 2"]);
    const missing = readFaces(world.days.database).filter((row) => (JSON.parse(row) as unknown[])[5] === 1);
    expect(missing.map((row) => (JSON.parse(row) as unknown[])[0])).toEqual([meterId(1)]);
    world.leap.dateMs = null;
    expect(toLines((await world.run(16, six.slice(1))).told)[0]).toMatch(/^remapped 1: .*missing$/);
  });

  it("that cannot be one is a sweep, and says why", async () => {
    world = await openPortfolioDays(version);
    world.leap.rewrite = (_, answer) => ({ ...answer, headers: { date: "some time" } });
    const first = await world.run(0, six, { mode: "poll" });
    expect([first.report.mode, first.report.is_baseline]).toEqual(["sweep", true]);
    expect(first.report.warnings[0]).toBe("asked for a poll, swept instead: nothing is published yet");
    expect(first.report.cursor).toBeNull();
    const second = await world.run(1, six, { mode: "poll" });
    expect([second.report.mode, second.report.warnings[0]]).toEqual([
      "sweep",
      "asked for a poll, swept instead: the last run left no time to go on from",
    ]);
    world.leap.rewrite = null;
    await world.run(2, six);
    expect((await world.run(3, six, { mode: "poll" })).report.mode).toBe("poll");
    const other = version === "v2" ? "v1" : "v2";
    const switched = await world.run(4, six, { mode: "poll", apiVersion: other });
    expect(switched.report.mode).toBe("sweep");
    expect(switched.report.warnings[0]).toContain(`the last publication read ${version}`);
  });
});

describe("what time alone changes", () => {
  const turning: MeterSketch = {
    number: 1,
    stays: [
      { group: "north", from: "2026-11-01", to: "2026-11-12" },
      { group: "south", from: "2026-11-13" },
    ],
  };

  it("is told by a v2 poll too, of a meter that it did not return", async () => {
    world = await openPortfolioDays("v2");
    await world.run(0, [turning, ...six.slice(1)]);
    const { report, told } = await poll("v2", 24, [turning, ...six.slice(1)], {});
    expect([report.meters.returned, toLines(told)[0]]).toEqual([
      0,
      "remapped 1: north → south, 2026-11-13…, announced",
    ]);
  });

  it("is left to the next sweep by a v1 poll, which does not look beyond published dates", async () => {
    world = await openPortfolioDays("v1");
    world.leap.dateMs = at(0);
    await world.run(0, [turning, ...six.slice(1)]);
    const reference = { ...turning, reference: "DOCK 9" };
    const polled = await poll("v1", 24, [reference, ...six.slice(1)], { 1: 23 });
    expect(toLines(polled.told)).toEqual(["partner-reference 1"]);
    expect(polled.report.horizons).toEqual({ CAISO: { first: "2026-11-11", last: "2026-11-12" } });
    const dates = readMembers(world.days.database).map((row) => (JSON.parse(row) as string[])[0]);
    expect([...new Set(dates)]).toEqual(["2026-11-11", "2026-11-12"]);
    const swept = await world.run(25, [reference, ...six.slice(1)]);
    expect(toLines(swept.told)[0]).toBe("remapped 1: north → south, 2026-11-13…, announced");
    expect(swept.report.horizons).toEqual({ CAISO: { first: "2026-11-11", last: "2026-11-13" } });
  });

  it("leaves a v1 poll nothing to tell of groups once all published dates have passed", async () => {
    world = await openPortfolioDays("v1");
    world.leap.dateMs = at(0);
    await world.run(0, six);
    const moved = [...inGroup("south", [1], { reference: "DOCK 9" }), ...six.slice(1)];
    const polled = await poll("v1", 96, moved, { 1: 95 });
    expect([toLines(polled.told), polled.report.horizons]).toEqual([["partner-reference 1"], {}]);
    const swept = await world.run(97, moved);
    // The views showed today all along, with what held on: so it is a revision.
    expect(toLines(swept.told)[0]).toBe("remapped 1: north → south, 2026-11-14…, revised");
  });
});
