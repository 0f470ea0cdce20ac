import { afterEach, describe, expect, it } from "vitest";
import type { MeterSketch } from "../support/documents.ts";
import { readHistory, readMembers, readSnapshot } from "../support/views.ts";
import { later } from "./later-release.ts";
import { inGroup, openPortfolioDays, type PortfolioDays, range, toLines } from "./portfolio-days.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const six = inGroup("north", range(1, 6));
const five = six.slice(1);
const unreadable: MeterSketch = { ...six[0]!, extra: { enrollment: 7, program_enrollment: 7 } };

const remaps = (lines: readonly string[]) => lines.filter((line) => line.startsWith("remapped"));

/** A run that tells the first meter missing, and one that ends it. */
async function end(version: "v1" | "v2"): Promise<void> {
  world = await openPortfolioDays(version);
  await world.run(0, six);
  await world.run(1, five);
  expect((await world.run(13, five)).report.absence.ended).toBe(1);
}

describe.each(["v2", "v1"] as const)("an ended meter of %s", (version) => {
  it("that comes back unreadable is back, without groups until it can be read", async () => {
    await end(version);
    const odd = await world.run(14, [unreadable, ...five]);
    expect([toLines(odd.told), odd.report.exit_code]).toEqual([["reappeared 1"], 7]);
    expect(toLines((await world.run(15, [unreadable, ...five])).told)).toEqual([]);
    const { told } = await world.run(16, six);
    expect(remaps(toLines(told))).toEqual(["remapped 1: none → north, 2026-11-11…, revised"]);
    expect(readMembers(world.days.database).length).toBe(18);
    expect(toLines((await world.run(17, six)).told)).toEqual([]);
  });

  it("that comes back in another region and group is told those", async () => {
    await end(version);
    const moved = inGroup("south", [1], { region: "NYISO" });
    const { told } = await world.run(14, [...moved, ...five]);
    expect(remaps(toLines(told))).toEqual(["remapped 1: none → south, 2026-11-11…, announced"]);
    expect(toLines(told)[0]).toBe("reappeared 1");
  });

  it("that comes back archived keeps the groups that Leap still reports", async () => {
    await end(version);
    const { told } = await world.run(14, [{ ...six[0]!, extra: { is_archived: true } }, ...five]);
    expect(toLines(told).slice(0, 3)).toEqual([
      "reappeared 1",
      "archived 1",
      "remapped 1: none → north, 2026-11-11…, revised",
    ]);
  });

  it("goes through the whole ladder once more when it goes again", async () => {
    await end(version);
    await world.run(14, six);
    expect(toLines((await world.run(15, five)).told)).toEqual(["missing 1"]);
    expect(toLines((await world.run(26.9, five)).told)).toEqual([]);
    expect(remaps(toLines((await world.run(27, five)).told))).toEqual([
      "remapped 1: north → none, 2026-11-11…, revised missing",
    ]);
    const lines = readHistory(world.days.database).filter((row) => row.includes("000000000001"));
    expect(lines.map((row) => (JSON.parse(row) as string[]).slice(3))).toEqual([
      ["2026-11-10", "2026-11-10"],
    ]);
  });

  it("is not moved by a release that reads its document in another way (I10)", async () => {
    await end(version);
    const before = readMembers(world.days.database);
    const extractor = later({ meterType: "NEW" });
    const { told } = await world.run(14, five, { extractor });
    expect([toLines(told), readMembers(world.days.database)]).toEqual([[], before]);
    expect(remaps(toLines((await world.run(15, six, { extractor })).told)).length).toBe(1);
  });

  it("is not moved by a switch to the other version, and its meter comes back there", async () => {
    await end(version);
    const apiVersion = version === "v2" ? "v1" : "v2";
    expect(
      toLines((await world.run(14, five, { apiVersion })).told).filter((line) => line.includes(" 1")),
    ).toEqual([]);
    const { told } = await world.run(15, six, { apiVersion });
    const lines = toLines(told).filter((line) => /^(reappeared|remapped) 1/.test(line));
    expect(lines).toEqual(["reappeared 1", "remapped 1: none → north, 2026-11-11…, revised"]);
  });
});

describe("a meter that was found by its id once", () => {
  it("is looked up again by every sweep that does not return it, and missing once it is gone", async () => {
    world = await openPortfolioDays("v2");
    await world.run(0, six);
    for (const hours of [1, 2]) {
      const { report } = await world.run(hours, five, { hidden: six.slice(0, 1) });
      expect(report.absence).toMatchObject({ found: 1, missing: 0 });
    }
    expect(toLines((await world.run(3, five)).told)).toEqual(["missing 1"]);
  });

  it("is told a change once, though no sweep returns it", async () => {
    world = await openPortfolioDays("v1");
    await world.run(0, six);
    const hidden = inGroup("south", [1]);
    expect(remaps(toLines((await world.run(1, five, { hidden })).told)).length).toBe(1);
    const before = readSnapshot(world.days.database).members;
    for (const hours of [2, 3]) expect(toLines((await world.run(hours, five, { hidden })).told)).toEqual([]);
    expect(readSnapshot(world.days.database).members).toEqual(before);
    // The next day it is asked for its days again, and they are published like those of any other.
    expect(toLines((await world.run(24, five, { hidden })).told)).toEqual([]);
    expect(readMembers(world.days.database).length).toBe(18);
  });
});

describe("a v1 meter found by its id", () => {
  it("keeps its groups where that answer says nothing of participation", async () => {
    world = await openPortfolioDays("v1");
    await world.run(0, six);
    const hidden = [{ ...six[0]!, extra: { participation: undefined } }];
    const { report, told } = await world.run(1, five, { hidden });
    expect([toLines(told), report.absence.found]).toEqual([[], 1]);
    expect(readMembers(world.days.database).length).toBe(18);
    expect(toLines((await world.run(2, six)).told)).toEqual([]);
  });
});

describe("released absences", () => {
  it("that come back without their groups are losses like any other", async () => {
    world = await openPortfolioDays("v2");
    const all = inGroup("north", range(1, 40));
    await world.run(0, all);
    const held = await world.run(1, all.slice(12));
    world.days.release(Date.parse("2026-11-10T22:00:00Z"), held.report);
    const { report } = await world.run(3, [...inGroup(null, range(1, 12)), ...all.slice(12)]);
    expect(report.trips.map(({ rule }) => rule)).toEqual(["lost_meters"]);
  });
});
