import { afterEach, describe, expect, it } from "vitest";
import { type MeterSketch, meterId } from "../support/documents.ts";
import { readEvents, readFaces, readMembers } from "../support/views.ts";
import {
  inGroup,
  openPortfolioDays,
  type PortfolioDays,
  type RunOptions,
  range,
  toEntryAt,
  toLines,
  type Version,
} from "./portfolio-days.ts";
import { hourMs, noon } from "./small-portfolio.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const minuteMs = 60_000;
const at = (hours: number) => Math.round(noon + hours * hourMs);
const instant = (ms: number) => new Date(ms).toISOString();
const six = inGroup("north", range(1, 6));

async function open(version: Version): Promise<void> {
  world = await openPortfolioDays(version);
  world.leap.dateMs = at(0);
  await world.run(0, six);
  world.leap.forgetAsked();
}

/** A poll with Leap's clock at the run's; `modified` says when which meter was modified, by its number. */
async function poll(
  version: Version,
  hours: number,
  meters: readonly MeterSketch[],
  modified: Readonly<Record<number, number>>,
  options: RunOptions = {},
) {
  world.leap.dateMs = at(hours);
  const entries = meters.map((sketch) => ({
    ...toEntryAt(version, sketch, at(hours)),
    ...(modified[sketch.number] === undefined ? {} : { modifiedMs: at(modified[sketch.number]!) }),
  }));
  world.leap.forgetAsked();
  return world.run(hours, meters, { mode: "poll", ...options, entries });
}

/** The instants that searches were asked from, by time modified. */
function readSince(): unknown[] {
  return world.leap.asked.flatMap(
    ({ body }) => body.last_modified_date_time ?? body.date_last_modified ?? [],
  );
}

describe.each(["v2", "v1"] as const)("the cursor of a poll of %s (I3)", (version) => {
  it("is the server's date at the first answer of the run before, less ten minutes", async () => {
    world = await openPortfolioDays(version, { pageSize: 2, concurrency: 1 });
    world.leap.dateMs = at(0) - 17_000;
    world.leap.rewrite = () => {
      // Every later answer comes half an hour later.
      setImmediate(() => {
        world.leap.dateMs = at(0.5);
      });
      return undefined;
    };
    const { report } = await world.run(0, six);
    expect(world.leap.asked.length).toBeGreaterThan(3);
    const cursor = instant(at(0) - 17_000 - 10 * minuteMs);
    expect(report.cursor).toBe(cursor);
    world.leap.rewrite = null;
    const first = await poll(version, 1, six, {});
    expect([first.report.mode, readSince()]).toEqual(["poll", [cursor]]);
    await poll(version, 2, six, {});
    expect(readSince()).toEqual([instant(at(1) - 10 * minuteMs)]);
  });

  it("is not ahead of our clock where the server's is", async () => {
    world = await openPortfolioDays(version);
    world.leap.dateMs = at(5);
    const { report } = await world.run(0, six);
    expect(report.cursor).toBe(instant(at(0) - 10 * minuteMs));
  });

  it("goes back with the server's clock where that is behind", async () => {
    world = await openPortfolioDays(version);
    world.leap.dateMs = at(-3);
    expect((await world.run(0, six)).report.cursor).toBe(instant(at(-3) - 10 * minuteMs));
  });

  it("is never the newest timestamp seen", async () => {
    await open(version);
    const { report } = await poll(version, 1, six, { 1: 0.9, 2: 9 });
    expect(report.cursor).toBe(instant(at(1) - 10 * minuteMs));
  });

  it("stays where it is after a poll that failed or was held", async () => {
    await open(version);
    world.leap.rewrite = () => ({ status: 503, body: {} });
    expect(await world.fail(1, six, { mode: "poll", attemptCountMax: 1 })).toBe("environment");
    world.leap.rewrite = null;
    await poll(version, 2, six, {});
    expect(readSince()).toEqual([instant(at(0) - 10 * minuteMs)]);
  });

  it("is that of the run that began the sweep where another took it over", async () => {
    world = await openPortfolioDays(version, { concurrency: 1 });
    world.leap.dateMs = at(0);
    let pages = 0;
    await world.fail(0, six, {
      wrapLeap: (client) => ({
        ...client,
        readPage: (...question) => {
          pages += 1;
          if (pages > 2) throw new Error("broke down");
          return client.readPage(...question);
        },
      }),
    });
    world.leap.dateMs = at(1);
    const { report } = await world.run(1, six);
    expect(report.windows.resumed).toBe(2);
    expect(report.cursor).toBe(instant(at(0) - 10 * minuteMs));
  });
});

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
