import { describe, expect, test } from "vitest";
import { createPortfolio } from "../../../src/simulator/index.ts";
import type { V1Meter, V2Meter } from "./reading.ts";
import { isForever, localDate, nextDate, v1Entries, v2GroupsOn, wallClock, zones } from "./reading.ts";

const portfolio = createPortfolio({ seed: 3, meterCount: 400, startDate: "2026-02-20" });

/** Around both changes of the clocks, Pacific and Eastern on different days, and at plain month rolls. */
const instants = [
  "2026-03-07T20:00:00Z",
  "2026-03-08T05:30:00Z",
  "2026-03-08T09:59:00Z",
  "2026-03-08T18:00:00Z",
  "2026-06-30T15:00:00Z",
  "2026-10-30T15:00:00Z",
  "2026-11-01T05:30:00Z",
  "2026-11-01T08:30:00Z",
  "2026-11-01T20:00:00Z",
];
const instantsMs = instants.map((text) => Date.parse(text));

function bothAt(index: number, nowMs: number): { v1: V1Meter; v2: V2Meter } {
  const state = portfolio.stateOf(index, nowMs);
  return {
    v1: portfolio.documentOf(state, nowMs, "v1") as V1Meter,
    v2: portfolio.documentOf(state, nowMs, "v2") as V2Meter,
  };
}

describe("trade dates of the simulated portfolio", () => {
  test.each(instants)("v1 and v2 give the same members per group and local day, seen at %s", (instant) => {
    const nowMs = Date.parse(instant);
    const fromV1 = new Map<string, string[]>();
    const fromV2 = new Map<string, string[]>();
    for (let index = 0; index < portfolio.meterCountAt(nowMs); index++) {
      const { v1, v2 } = bothAt(index, nowMs);
      const today = localDate(zones[v2.transmission_region] ?? "", nowMs);
      for (const entry of v1Entries(v1)) append(fromV1, entry, v1.meter_id);
      for (const date of [today, nextDate(today, 1), nextDate(today, 2)]) {
        const ids = new Set([...v2GroupsOn(v2, date).values()].flatMap((groups) => [...groups]));
        for (const id of ids) append(fromV2, `${id} ${date}`, v2.meter_id);
      }
    }
    expect(fromV1.size).toBeGreaterThan(30);
    expect(fromV1).toEqual(fromV2);
  });

  test("what the truth says of a day is what the documents say of it", () => {
    for (const nowMs of instantsMs) {
      const date = nextDate(new Date(nowMs).toISOString().slice(0, 10), 1);
      const members = new Map<string, string[]>();
      for (let index = 0; index < portfolio.meterCountAt(nowMs); index++) {
        const { v2 } = bothAt(index, nowMs);
        const groups = v2GroupsOn(v2, date);
        const truth = portfolio.truthOf(index, nowMs)?.groupsOn(date) ?? [];
        expect(new Set(truth.map((group) => `${group.program} ${group.marketGroupId}`))).toEqual(
          new Set([...groups].flatMap(([program, ids]) => [...ids].map((id) => `${program} ${id}`))),
        );
        for (const id of new Set([...groups.values()].flatMap((ids) => [...ids])))
          append(members, id, v2.meter_id);
      }
      for (const ids of members.values()) ids.sort();
      expect(portfolio.membersOn(date, nowMs)).toEqual(members);
    }
  });

  test("delivery periods and v1 trade dates stand on local midnights, and adjoin day by day", () => {
    for (const nowMs of instantsMs) {
      for (let index = 0; index < 400; index++) {
        const { v1, v2 } = bothAt(index, nowMs);
        const zone = zones[v2.transmission_region] ?? "";
        const lastDates = new Map<string, string>();
        for (const entry of v1.participation) expect(wallClock(zone, entry.trade_date)).toMatch(/ 00:00:00$/);
        for (const row of new Map(v2.program_enrollment.map((row) => [JSON.stringify(row), row])).values()) {
          const { delivery_period_start_date_time: start, delivery_period_end_date_time: end } = row;
          expect(wallClock(zone, start)).toMatch(/ 00:00:00$/);
          const dayBefore = lastDates.get(row.delivery_period);
          if (dayBefore !== undefined) expect(localDate(zone, start)).toBe(nextDate(dayBefore, 1));
          if (isForever(end)) continue;
          expect(wallClock(zone, end)).toMatch(/ 00:00:00$/);
          expect(Date.parse(end)).toBeGreaterThanOrEqual(Date.parse(start));
          lastDates.set(row.delivery_period, localDate(zone, end));
        }
      }
    }
  });

  test("a calendar month ends at the midnight that begins its last day", () => {
    const nowMs = Date.parse("2026-10-05T15:00:00Z");
    const rows = Array.from({ length: 400 }, (_, index) => bothAt(index, nowMs).v2.program_enrollment).flat();
    const october = rows.filter((row) => row.delivery_period === "CAISO-CCA_2026_OCT");
    const starts = new Set(october.map((row) => row.delivery_period_start_date_time));
    const ends = new Set(october.map((row) => row.delivery_period_end_date_time));
    expect(starts).toContain("2026-10-01T07:00:00Z");
    expect(ends).toContain("2026-10-31T07:00:00Z");
  });
});

function append(lists: Map<string, string[]>, key: string, value: string): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
