import { afterEach, describe, expect, it } from "vitest";
import type { MeterSketch } from "../support/documents.ts";
import { readMembers } from "../support/views.ts";
import { inGroup, openPortfolioDays, type PortfolioDays, range, toLines } from "./portfolio-days.ts";
import { hourMs, noon } from "./small-portfolio.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const day = 24;
const hundred = range(1, 100);

/** Every meter in a group to the end of November; the next one after it, if any. */
function monthly(next: string | null | undefined): MeterSketch[] {
  return hundred.map((number) => ({
    number,
    stays: [
      { group: number % 2 === 0 ? "north" : "south", from: "2026-11-01", to: "2026-11-30" },
      ...(next === undefined ? [] : [{ group: next, from: "2026-12-01", to: "2026-12-31" }]),
    ],
  }));
}

/** A sweep a day from the first to the last; none of them is held. */
async function sweepDaily(first: number, last: number, toMeters: (date: number) => readonly MeterSketch[]) {
  const told: string[] = [];
  for (let days = first; days <= last; days += 1) {
    const { report, told: changes } = await world.run(days * day, toMeters(days));
    expect([days, report.status, report.trips]).toEqual([days, "published", []]);
    told.push(...toLines(changes).filter((line) => line.startsWith("remapped")));
  }
  return told;
}

describe.each(["v2", "v1"] as const)("what %s says at the end of a month passes", (version) => {
  it("where every meter moves on to another group", async () => {
    world = await openPortfolioDays(version);
    const told = await sweepDaily(0, 22, () => monthly("west"));
    expect(told.length).toBe(100);
    for (const line of told) expect(line).toContain("→ west, 2026-12-01…, announced");
  });

  it("where the season ends and nothing follows", async () => {
    world = await openPortfolioDays(version);
    const told = await sweepDaily(0, 22, () => monthly(undefined));
    expect(told.length).toBe(100);
    expect(told[0]).toMatch(/→ none, 2026-12-01…, announced (period_ended|not_assigned_yet)$/);
    expect(readMembers(world.days.database)).toEqual([]);
  });

  it("where the next month is not assigned until its second day", async () => {
    world = await openPortfolioDays(version);
    const told = await sweepDaily(0, 23, (days) => monthly(days < 21 ? null : "west"));
    expect(told.filter((line) => line.includes("not_assigned_yet")).length).toBe(100);
    expect(told.filter((line) => line.includes("none → west")).length).toBe(100);
  });

  it("where a month without a run lies in between", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, monthly(undefined));
    const december = hundred.map(
      (number): MeterSketch => ({
        number,
        stays: [{ group: number <= 50 ? "east" : null, from: "2026-12-15" }],
      }),
    );
    const { report } = await world.run(40 * day, december);
    expect([report.status, report.trips]).toEqual(["published", []]);
    expect(readMembers(world.days.database).length).toBe(150);
  });
});

describe("a season of v1 that ended while there were polls alone", () => {
  it.each([
    ["the day after the last poll", 5],
    ["the day of the last poll", 4.2],
  ])("passes when a sweep sees it on %s", async (_, days) => {
    world = await openPortfolioDays("v1");
    world.leap.dateMs = noon;
    await world.run(0, inGroup("north", hundred));
    for (const date of [1, 2, 3, 4]) {
      world.leap.dateMs = noon + date * day * hourMs;
      const { report } = await world.run(date * day, inGroup("north", hundred), { mode: "poll" });
      expect([report.mode, report.status]).toEqual(["poll", "published"]);
    }
    const { report } = await world.run(days * day, inGroup(null, hundred));
    expect([report.status, report.trips]).toEqual(["published", []]);
    expect(report.changes["meter.group.remapped"]).toBe(100);
  });
});

describe("what v2 takes away before its published end", () => {
  it("is a loss also after days without a run", async () => {
    world = await openPortfolioDays("v2");
    await world.run(0, monthly("west"));
    const { report } = await world.run(25 * day, inGroup(null, hundred));
    expect(report.trips.map(({ rule }) => rule)).toEqual([
      "lost_meters",
      "lost_program",
      "lost_group",
      "lost_group",
    ]);
  });
});

describe("a portfolio of one meter", () => {
  const one = inGroup("north", [1]);

  it.each(["v2", "v1"] as const)("may lose its group in %s", async (version) => {
    world = await openPortfolioDays(version);
    await world.run(0, one);
    const { report, told } = await world.run(1, inGroup(null, [1]));
    expect([report.status, toLines(told).length]).toEqual(["published", 2]);
  });

  it.each(["v2", "v1"] as const)(
    "may lose its meter, once a person has released that (%s)",
    async (version) => {
      world = await openPortfolioDays(version);
      await world.run(0, one);
      const { report } = await world.run(1, []);
      expect(report.trips.map(({ rule }) => rule)).toEqual(["empty_sweep"]);
      world.days.release(noon + 2 * hourMs, report);
      expect(toLines((await world.run(3, [])).told)).toEqual(["missing 1"]);
      const end = await world.run(15, []);
      expect([end.report.status, toLines(end.told)]).toEqual([
        "published",
        ["remapped 1: north → none, 2026-11-11…, revised missing", "group north: +0 -1, 2026-11-11…"],
      ]);
      expect((await world.run(16, [])).report).toMatchObject({
        status: "published",
        exit_code: 0,
        changes: {},
      });
      expect(toLines((await world.run(17, one)).told)[0]).toBe("reappeared 1");
    },
  );

  it("may have another meter in its place", async () => {
    world = await openPortfolioDays("v2");
    await world.run(0, one);
    const { report, told } = await world.run(1, inGroup("north", [2]));
    expect([report.status, toLines(told).slice(0, 2)]).toEqual(["published", ["missing 1", "created 2"]]);
  });
});

describe("an empty snapshot", () => {
  it("is none to compare with: empty sweeps, and then the first meters, pass", async () => {
    world = await openPortfolioDays("v2");
    for (const hours of [0, 1]) expect((await world.run(hours, [])).report.exit_code).toBe(0);
    const { report } = await world.run(2, inGroup("north", hundred));
    expect([report.status, report.is_baseline, report.trips]).toEqual(["published", true, []]);
  });

  it("of which every meter is missing is none either", async () => {
    world = await openPortfolioDays("v2");
    const ten = inGroup("north", range(1, 10));
    await world.run(0, ten);
    for (const [hours, left] of [
      [1, 6],
      [2, 3],
      [3, 1],
    ] as const) {
      expect((await world.run(hours, ten.slice(0, left))).report.status).toBe("published");
    }
    const { report } = await world.run(4, inGroup("west", [11]));
    expect([report.status, report.absence.missing]).toEqual(["published", 1]);
  });
});
