import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { meterId } from "../support/documents.ts";
import { readFaces, readHistory, readMembers } from "../support/views.ts";
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
const five = six.slice(1);

const none = { looked_up: true, found: 0, missing: 0, ended: 0, waiting: 0, gone: 0 };

function readMissing(): string[] {
  return readFaces(world.days.database)
    .map((row) => JSON.parse(row) as [string, string, string, string, number, number])
    .filter(([, , , , , isMissing]) => isMissing === 1)
    .map(([id]) => id);
}

/** Member rows of the first meter: a day each. */
function countDays(): number {
  return readMembers(world.days.database).filter((row) => row.includes(meterId(1))).length;
}

describe.each(["v2", "v1"] as const)("a meter that %s no longer returns (§7)", (version: Version) => {
  beforeEach(async () => {
    world = await openPortfolioDays(version);
    await world.run(0, six);
  });

  it("is told missing once, keeps its groups for twelve hours, and then they end from today on", async () => {
    const first = await world.run(1, five);
    expect([first.report.exit_code, toLines(first.told)]).toEqual([0, ["missing 1"]]);
    expect(first.report.absence).toEqual({ ...none, missing: 1 });
    expect([readMissing(), countDays()]).toEqual([[meterId(1)], 3]);

    // It is the 11th of November in Los Angeles at the end of these, one minute before the twelve hours.
    for (const hours of [2, 11, 12.98333]) {
      const { report, told } = await world.run(hours, five);
      expect([toLines(told), report.absence]).toEqual([[], { ...none, waiting: 1 }]);
      expect(countDays()).toBe(3);
    }
    const end = await world.run(13, five);
    expect(toLines(end.told)).toEqual([
      "remapped 1: north → none, 2026-11-11…, revised missing",
      "group north: +0 -1, 2026-11-11…",
    ]);
    expect(end.told[0]!.event.data).toMatchObject({ kind: "unassigned", lead_time_hours: -1 });
    expect([end.report.exit_code, end.report.absence]).toEqual([0, { ...none, ended: 1 }]);
    expect([readMissing(), countDays()]).toEqual([[meterId(1)], 0]);
    const [row] = readHistory(world.days.database).filter((line) => line.includes(meterId(1)));
    expect(JSON.parse(row!).slice(3)).toEqual(["2026-11-10", "2026-11-10"]);

    for (const hours of [14, 26, 60]) {
      const { report, told } = await world.run(hours, five);
      expect([toLines(told), report.absence]).toEqual([[], { ...none, gone: 1 }]);
    }
  });

  it("ends on its own region's day", async () => {
    await world.run(0.5, [...six, ...inGroup("west", [7], { region: "NYISO" })]);
    expect(toLines((await world.run(1, five)).told)).toEqual(["missing 1", "missing 7"]);
    // It is half past nine in Los Angeles, and half an hour past midnight in New York.
    const { told } = await world.run(33.5, five);
    expect(toLines(told)).toEqual([
      "remapped 1: north → none, 2026-11-11…, revised missing",
      "remapped 7: west → none, 2026-11-12…, revised missing",
      "group west: +0 -1, 2026-11-12…",
      "group north: +0 -1, 2026-11-11…",
    ]);
  });

  it("that is back before its end is told so, and its groups never ended", async () => {
    await world.run(1, five);
    const history = readHistory(world.days.database);
    const { report, told } = await world.run(12, six);
    expect([toLines(told), report.absence]).toEqual([["reappeared 1"], none]);
    expect([readMissing(), readHistory(world.days.database)]).toEqual([[], history]);

    // Its twelve hours begin anew.
    expect(toLines((await world.run(13, five)).told)).toEqual(["missing 1"]);
    expect(toLines((await world.run(24, five)).told)).toEqual([]);
    expect(toLines((await world.run(25, five)).told)[0]).toMatch(/^remapped 1: north → none, 2026-11-11…,/);
  });

  it("that is back after its end is told so first, and then its assignments", async () => {
    await world.run(1, five);
    await world.run(13, five);
    const { report, told } = await world.run(30, six);
    expect(toLines(told)).toEqual([
      "reappeared 1",
      "remapped 1: none → north, 2026-11-11…, revised",
      "group north: +1 -0, 2026-11-11…",
    ]);
    expect([report.absence, readMissing(), countDays()]).toEqual([none, [], 3]);
    expect(toLines((await world.run(31, six)).told)).toEqual([]);
  });

  it("and that is found by its id with the same document, is told nothing of", async () => {
    const { report, told } = await world.run(1, five, { hidden: six.slice(0, 1) });
    expect([toLines(told), report.exit_code]).toEqual([[], 0]);
    expect(report.absence).toEqual({ ...none, found: 1 });
    expect(report.meters).toMatchObject({ returned: 5, absent: 1, changed: 0, unchanged: 6 });
    expect([readMissing(), countDays()]).toEqual([[], 3]);
  });

  it("and that is found by its id archived, is told archived", async () => {
    const extra = { is_archived: true };
    const { report, told } = await world.run(1, five, { hidden: [{ ...six[0]!, extra }] });
    expect([toLines(told), report.absence]).toEqual([["archived 1"], { ...none, found: 1 }]);
    expect([readMissing(), countDays()]).toEqual([[], 3]);
  });

  it("and that is found by its id with changes, is told those and nothing of its absence", async () => {
    const hidden = inGroup("south", [1], { reference: "DOCK 9" });
    const { report, told } = await world.run(1, five, { hidden });
    expect(toLines(told)).toEqual([
      "partner-reference 1",
      "remapped 1: north → south, 2026-11-10…, revised",
      "group north: +0 -1, 2026-11-10…",
      "group south: +1 -0, 2026-11-10…",
    ]);
    expect(report.meters).toMatchObject({ returned: 5, changed: 1, unchanged: 5 });
  });

  it("and that is found by its id unreadable, keeps its last known state and is counted", async () => {
    const hidden = [{ ...six[0]!, extra: { enrollment: 7, program_enrollment: 7 } }];
    const { report, told } = await world.run(1, five, { hidden });
    expect([toLines(told), report.exit_code, report.meters.unreadable]).toEqual([[], 7, 1]);
    expect([readMissing(), countDays()]).toEqual([[], 3]);
  });

  it("and that is found by its id after twelve hours of absence, is back and does not end", async () => {
    await world.run(1, five);
    const { report, told } = await world.run(13, five, { hidden: six.slice(0, 1) });
    expect([toLines(told), report.absence]).toEqual([["reappeared 1"], { ...none, found: 1 }]);
    expect([readMissing(), countDays()]).toEqual([[], 3]);
  });
});
