import { afterEach, describe, expect, it } from "vitest";
import { groupId, type MeterSketch, meterId } from "../support/documents.ts";
import { readHistory } from "../support/views.ts";
import { runConfigured } from "./configured-run.ts";
import {
  inGroup,
  openPortfolioDays,
  type PortfolioDays,
  range,
  toEntryAt,
  toLines,
} from "./portfolio-days.ts";
import { hourMs, noon } from "./small-portfolio.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const others = inGroup("west", range(2, 6));

/** North to a day in November, south after it. */
function turning(last: string, more: Partial<MeterSketch> = {}): MeterSketch {
  const next = `2026-11-${String(Number(last.slice(-2)) + 1).padStart(2, "0")}`;
  return {
    number: 1,
    stays: [
      { group: "north", from: "2026-11-01", to: last },
      { group: "south", from: next },
    ],
    ...more,
  };
}

function readStays(): string[] {
  return readHistory(world.days.database)
    .map((row) => JSON.parse(row) as string[])
    .filter(([id]) => id === meterId(1))
    .map(([, , group, from, to]) => `${group === groupId("north") ? "north" : "south"} ${from}…${to ?? ""}`);
}

describe("a missing meter, until its assignments end", () => {
  it("goes on from one delivery period to the next when that enters the horizon", async () => {
    world = await openPortfolioDays("v2");
    const meter = turning("2026-11-12");
    await world.run(0, [meter, ...others]);
    expect(toLines((await world.run(1, others)).told)).toEqual(["missing 1"]);
    // Half past midnight of the 11th: the 13th is the third day.
    expect(toLines((await world.run(12.5, others)).told)[0]).toBe(
      "remapped 1: north → south, 2026-11-13…, announced",
    );
    const end = toLines((await world.run(13, others)).told);
    expect(end.slice(0, 2)).toEqual([
      "remapped 1: north → none, 2026-11-11…2026-11-12, revised missing",
      "remapped 1: south → none, 2026-11-13…, revised missing",
    ]);
    expect(readStays()).toEqual(["north 2026-11-10…2026-11-10"]);
  });

  it("is told its next preference when that begins", async () => {
    world = await openPortfolioDays("v2");
    const preferences = [
      { participation_preference: "PARTICIPATE", start_time: "2026-01-02T00:00:00Z" },
      { participation_preference: "IDLE", start_time: "2026-11-11T04:00:00Z" },
    ];
    await world.run(0, [...inGroup("north", [1], { preferences }), ...others]);
    await world.run(1, others);
    expect(toLines((await world.run(8, others)).told)).toEqual(["participation-status 1"]);
  });

  it("is given the days of a gap as they would have been, and ends from today on", async () => {
    world = await openPortfolioDays("v2");
    await world.run(0, [turning("2026-11-12"), ...others]);
    await world.run(1, others);
    const { told } = await world.run(4 * 24, others);
    expect(toLines(told).slice(0, 2)).toEqual([
      "remapped 1: north → south, 2026-11-13…2026-11-13, announced",
      "remapped 1: north → none, 2026-11-14…, announced missing",
    ]);
    expect(readStays()).toEqual(["north 2026-11-10…2026-11-12", "south 2026-11-13…2026-11-13"]);
  });

  it("keeps in v1 what it had said of the days of a gap", async () => {
    world = await openPortfolioDays("v1");
    await world.run(0, [turning("2026-11-11"), ...others]);
    await world.run(1, others);
    const { told } = await world.run(4 * 24, others);
    expect(toLines(told)[0]).toBe("remapped 1: south → none, 2026-11-14…, announced missing");
    expect(readStays()).toEqual(["north 2026-11-10…2026-11-11", "south 2026-11-12…2026-11-13"]);
  });

  it("waits as long as is configured", async () => {
    world = await openPortfolioDays("v2");
    await world.run(0, [turning("2026-11-20"), ...others]);
    const sweep = async (hours: number) => {
      const nowMs = noon + hours * hourMs;
      world.leap.entries = others.map((meter) => toEntryAt("v2", meter, nowMs));
      const config = { missingConfirmAfterMs: 48 * hourMs };
      return (await runConfigured(world.leap, world.days, nowMs, { config })).absence;
    };
    expect(await sweep(1)).toMatchObject({ missing: 1 });
    expect(await sweep(48.9)).toMatchObject({ ended: 0, waiting: 1 });
    expect(await sweep(49)).toMatchObject({ ended: 1 });
  });
});

describe("a meter whose assignments have ended", () => {
  const preferences = [
    { participation_preference: "PARTICIPATE", start_time: "2026-01-02T00:00:00Z" },
    { participation_preference: "IDLE", start_time: "2026-11-15T00:00:00Z" },
  ];
  const meter = turning("2026-11-20", { preferences });

  it("is told nothing of when its next preference or its next delivery period begins", async () => {
    world = await openPortfolioDays("v2");
    await world.run(0, [meter, ...others]);
    await world.run(1, others);
    await world.run(13, others);
    for (let day = 2; day <= 14; day += 1) {
      const { report, told } = await world.run(day * 24, others);
      expect([day, toLines(told), report.absence.gone]).toEqual([day, [], 1]);
    }
    expect(readStays()).toEqual(["north 2026-11-10…2026-11-10"]);
  });

  it("is told where it is and what it prefers now when it is back, and no reason is withdrawn", async () => {
    world = await openPortfolioDays("v2");
    await world.run(0, [meter, ...others]);
    await world.run(1, others);
    await world.run(13, others);
    await world.run(12 * 24, others);
    const { told } = await world.run(13 * 24, [meter, ...others]);
    expect(toLines(told)).toEqual([
      "reappeared 1",
      "participation-status 1",
      "remapped 1: none → south, 2026-11-23…, revised",
      "group south: +1 -0, 2026-11-23…",
    ]);
  });

  it("is planned again as it goes on once it is back, also when its document never changed", async () => {
    world = await openPortfolioDays("v2");
    await world.run(0, [meter, ...others]);
    await world.run(1, others);
    await world.run(13, others);
    expect(toLines((await world.run(24, [meter, ...others])).told).slice(0, 2)).toEqual([
      "reappeared 1",
      "remapped 1: none → north, 2026-11-11…, revised",
    ]);
    const told: string[] = [];
    for (let day = 2; day <= 14; day += 1) {
      const lines = toLines((await world.run(day * 24, [meter, ...others])).told);
      told.push(...lines.map((line) => `${day + 10}: ${line}`));
    }
    expect(told.filter((line) => !line.includes(" group "))).toEqual([
      "15: participation-status 1",
      "19: remapped 1: north → south, 2026-11-21…, announced",
    ]);
  });
});

describe("a meter that v1 has told and that is absent after the switch to v2", () => {
  it("is told missing, and its groups end without a program", async () => {
    world = await openPortfolioDays("v1");
    await world.run(0, [...inGroup("north", [1]), ...others]);
    expect(toLines((await world.run(1, others, { apiVersion: "v2" })).told)).toEqual(["missing 1"]);
    const { told } = await world.run(13, others, { apiVersion: "v2" });
    expect(toLines(told)).toEqual([
      "remapped 1: north → none, 2026-11-11…, revised missing",
      "group north: +0 -1, 2026-11-11…",
    ]);
    expect(told[0]!.event.data.program).toBeNull();
    expect(readStays()).toEqual(["north 2026-11-10…2026-11-10"]);
  });

  it("and that went missing under v1 and came back ended under v2, has the groups that v2 says", async () => {
    world = await openPortfolioDays("v1");
    await world.run(0, [...inGroup("north", [1]), ...others]);
    await world.run(1, others);
    await world.run(13, others);
    const { told } = await world.run(14, [...inGroup("south", [1]), ...others], { apiVersion: "v2" });
    expect(toLines(told).filter((line) => !line.startsWith("program-status"))).toEqual([
      "reappeared 1",
      "remapped 1: none → south, 2026-11-11…, revised",
      "group south: +1 -0, 2026-11-11…",
    ]);
  });
});
