import { afterEach, describe, expect, it } from "vitest";
import type { MeterSketch } from "../support/documents.ts";
import { readFaces, readMembers } from "../support/views.ts";
import { at } from "./poll-days.ts";
import {
  inGroup,
  openPortfolioDays,
  type PortfolioDays,
  range,
  toEntryAt,
  toLines,
  type Version,
} from "./portfolio-days.ts";
import { toWindowKey } from "./window-book.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const day = 24;

/** What says which groups a meter is in; an answer by id may leave it out. */
const groupField = (version: Version) => (version === "v1" ? "participation" : "program_enrollment");

/** The same meters, in another group and without the field that would say so. */
function sayLittle(version: Version, meters: readonly MeterSketch[]): MeterSketch[] {
  const numbers = meters.map(({ number }) => number);
  return inGroup("south", numbers, { extra: { [groupField(version)]: undefined } });
}

/** Searches without a filter return these meters too, as Leap would have them at that hour. */
function showUnfiltered(version: Version, hours: number, sketches: readonly MeterSketch[]): void {
  const documents = sketches.map((sketch) => toEntryAt(version, sketch, at(hours)).document as object);
  const name = version === "v2" ? "meters" : "results";
  world.leap.rewrite = (asked, { status, body }) => {
    if (toWindowKey(asked) !== "…") return undefined;
    const rows = (body as Record<string, object[]>)[name] ?? [];
    return { status, body: { ...(body as object), [name]: [...rows, ...documents] } };
  };
}

/** A run in which searches by date added do not return the hidden meters, and all other questions do. */
async function runHiding(
  version: Version,
  hours: number,
  meters: readonly MeterSketch[],
  hidden: readonly MeterSketch[],
) {
  showUnfiltered(version, hours, hidden);
  return world.run(hours, meters, { hidden, cuts: [Date.UTC(2026, 0, 3)] });
}

function countMissing(): number {
  return readFaces(world.days.database).filter((row) => (JSON.parse(row) as unknown[])[5] === 1).length;
}

describe.each(["v2", "v1"] as const)("a meter of %s whose answer by id leaves its groups out", (version) => {
  const six = inGroup("north", range(1, 6));
  const five = six.slice(1);
  const little = sayLittle(version, six.slice(0, 1));

  it("is there, keeps them on every day, and nothing is told of it", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, six);
    for (const hours of [1, 2, day, 2 * day]) {
      const { report, told } = await world.run(hours, five, { hidden: little });
      expect([hours, toLines(told), report.absence.found, report.status]).toEqual([
        hours,
        [],
        1,
        "published",
      ]);
      expect(readMembers(world.days.database).length).toBe(18);
    }
    expect(toLines((await world.run(2 * day + 1, six)).told)).toEqual([]);
  });

  it("is back where it had been told missing, and does not end", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, six);
    expect(toLines((await world.run(1, five)).told)).toEqual(["missing 1"]);
    const { told } = await world.run(13, five, { hidden: little });
    expect([toLines(told), countMissing()]).toEqual([["reappeared 1"], 0]);
    expect(readMembers(world.days.database).length).toBe(18);
    expect(toLines((await world.run(26, six)).told)).toEqual([]);
  });

  it("is told its next change once an answer says its groups again", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, six);
    await world.run(1, five, { hidden: little });
    const { told } = await world.run(2, [...inGroup("west", [1]), ...five]);
    expect(toLines(told)[0]).toBe("remapped 1: north → west, 2026-11-10…, revised");
  });
});

describe.each(["v2", "v1"] as const)("meters that windows of %s are known to hide", (version) => {
  const shown = inGroup("north", range(1, 70));
  const hidden = inGroup("south", range(71, 100));

  /** They came with an unfiltered chain, and the windows after it did not return them. */
  async function open(): Promise<void> {
    world = await openPortfolioDays(version, { fullChainEvery: "7d" });
    await runHiding(version, 0, shown, []);
    const chain = await runHiding(version, 8 * day, shown, hidden);
    expect([chain.report.reading, chain.report.hidden]).toEqual(["chain", 30]);
    const windows = await runHiding(version, 9 * day, shown, hidden);
    expect([windows.report.reading, windows.report.absence.found]).toEqual(["windows", 30]);
  }

  it("keep their groups where reads by id leave those out", async () => {
    await open();
    const members = readMembers(world.days.database);
    const { report, told } = await runHiding(version, 9 * day + 1, shown, sayLittle(version, hidden));
    expect([report.status, report.absence.found, toLines(told)]).toEqual(["published", 30, []]);
    expect(readMembers(world.days.database)).toEqual(members);
  });

  it("are held like any others where thirty of a hundred really vanish, however they are read", async () => {
    await open();
    for (const [days, reading] of [
      [10, "windows"],
      [15, "chain"],
    ] as const) {
      const { report, told } = await runHiding(version, days * day, shown, []);
      expect([report.reading, report.status, told]).toEqual([reading, "held", []]);
      expect(report.trips).toMatchObject([{ rule: "absent_meters", numbers: { known: 100, absent: 30 } }]);
      expect(countMissing()).toBe(0);
    }
  });

  it("are told missing where a person has released that they vanished", async () => {
    await open();
    const { report } = await runHiding(version, 10 * day, shown, []);
    world.days.release(at(10 * day + 1), report);
    const { told } = await runHiding(version, 10 * day + 2, shown, []);
    expect(toLines(told)).toEqual(range(71, 100).map((number) => `missing ${number}`));
  });

  it("count as known where some others are absent", async () => {
    await open();
    const { report } = await runHiding(version, 10 * day, shown.slice(11), hidden);
    expect(report.trips).toMatchObject([{ rule: "absent_meters", numbers: { known: 100, absent: 11 } }]);
  });
});
