import { describe, expect, test } from "vitest";
import { createPortfolio, type Portfolio, type PortfolioOptions } from "../../../src/simulator/index.ts";
import { type V2Meter, v2GroupsOn } from "./reading.ts";

const base: PortfolioOptions = { seed: 5, meterCount: 120, startDate: "2026-10-02" };
const dayMs = 86_400_000;
const noon = Date.parse("2026-10-02T18:00:00Z");

function documentAt(portfolio: Portfolio, index: number, nowMs: number): V2Meter {
  return portfolio.documentOf(portfolio.stateOf(index, nowMs), nowMs, "v2") as V2Meter;
}

function wholePortfolio(portfolio: Portfolio, nowMs: number): readonly V2Meter[] {
  return Array.from({ length: portfolio.meterCountAt(nowMs) }, (_, i) => documentAt(portfolio, i, nowMs));
}

describe("the simulated portfolio", () => {
  test("the same seed gives the same answers, in whatever order and however often they are asked for", () => {
    const first = createPortfolio(base);
    const second = createPortfolio(base);
    const forward = [0, 1, 2, 3, 4].map((day) => wholePortfolio(first, noon + day * dayMs));
    const backward = [4, 3, 2, 1, 0].map((day) => wholePortfolio(second, noon + day * dayMs)).reverse();
    expect(backward).toEqual(forward);
    expect(wholePortfolio(first, noon)).toEqual(forward[0]);
  });

  test("another seed gives another portfolio: no id in common", () => {
    const ids = new Set(wholePortfolio(createPortfolio(base), noon).map((meter) => meter.meter_id));
    for (const seed of [6, -5, 5 + 2 ** 32, 0]) {
      const others = wholePortfolio(createPortfolio({ ...base, seed }), noon);
      expect(others.filter((meter) => ids.has(meter.meter_id))).toEqual([]);
    }
  });

  test("a meter's index is found by its id alone; ids of no meter give none", () => {
    const portfolio = createPortfolio({ ...base, meterCount: 1_000_000 });
    for (const index of [0, 1, 77, 65_535, 65_536, 999_999, 1_000_123])
      expect(portfolio.indexOf(portfolio.meterIdAt(index).toUpperCase())).toBe(index);
    const id = portfolio.meterIdAt(7);
    expect(portfolio.indexOf(`${id.slice(0, -1)}${id.endsWith("0") ? "1" : "0"}`)).toBeUndefined();
    expect(portfolio.indexOf("no id at all")).toBeUndefined();
  });

  test("on the first day there are as many meters as were asked for, some more every day after", () => {
    for (const meterCount of [0, 1, 10, 40, 4_000, 200_000]) {
      const portfolio = createPortfolio({ ...base, meterCount });
      const perDay = Math.max(1, Math.round(meterCount * 0.002));
      expect(portfolio.meterCountAt(noon)).toBe(meterCount);
      expect(portfolio.meterCountAt(Date.parse("2026-10-12T00:00:00Z"))).toBeGreaterThanOrEqual(
        meterCount + perDay * 9,
      );
      expect(portfolio.meterCountAt(Date.parse("2026-10-12T23:59:59.999Z"))).toBe(meterCount + perDay * 10);
    }
  });

  test("the date added grows strictly with the index, in microseconds, and counting by it is exact", () => {
    const portfolio = createPortfolio({ ...base, newMetersPerDay: 7 });
    const added = wholePortfolio(portfolio, noon + 20 * dayMs).map((meter) => meter.audit.created_at);
    expect(added).toHaveLength(120 + 7 * 19 + added.filter((text) => text >= "2026-10-22").length);
    for (const [index, text] of added.entries()) {
      expect(text).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/);
      expect(text > (added[index - 1] ?? "")).toBe(true);
      const us = Date.parse(text) * 1000 + Number(text.slice(23, 26));
      expect(portfolio.countAddedUntil(us)).toBe(index + 1);
      expect(portfolio.countAddedUntil(us - 1)).toBe(index);
    }
  });

  test("a million meters hold no list: the world stays a handful of facts, however much is asked", () => {
    const portfolio = createPortfolio({ ...base, meterCount: 1_000_000 });
    const before = countValues(portfolio.world);
    for (const index of [0, 500_000, 999_999]) documentAt(portfolio, index, noon);
    const one = countValues(portfolio.stateOf(500_000, noon)) - countValues(portfolio.world.regions);
    expect(countValues(portfolio.world)).toBe(before);
    expect(before).toBeLessThan(60_000);
    expect(one).toBeLessThan(2_000);
  });

  test("a meter that changed was modified, and the modified time never goes back", () => {
    const portfolio = createPortfolio({ ...base, startDate: "2026-08-01" });
    // Between two month rolls, and not on a day on which a new field appears.
    const firstMs = Date.parse("2026-09-03T12:00:00Z");
    let changedCount = 0;
    for (let index = 0; index < 120; index++) {
      let modifiedMs = 0;
      for (let day = 0; day < 90; day++) {
        const nowMs = firstMs + day * dayMs;
        const state = portfolio.stateOf(index, nowMs);
        expect(state.modifiedMs).toBeLessThanOrEqual(nowMs);
        expect(state.modifiedMs).toBeGreaterThanOrEqual(modifiedMs);
        modifiedMs = state.modifiedMs;
        if (day >= 20) continue;
        const later = portfolio.stateOf(index, nowMs + dayMs);
        const text = JSON.stringify(portfolio.documentOf(state, nowMs, "v2"));
        if (text === JSON.stringify(portfolio.documentOf(later, nowMs + dayMs, "v2"))) continue;
        expect(later.modifiedMs).toBeGreaterThan(nowMs);
        changedCount++;
      }
    }
    expect(changedCount).toBeGreaterThan(50);
  });

  test("frozen, nothing changes while no delivery period begins, and nothing is on its way", () => {
    const portfolio = createPortfolio({ ...base, changeRate: 0, newMetersPerDay: 50 });
    const first = wholePortfolio(portfolio, noon);
    expect(wholePortfolio(portfolio, Date.parse("2026-10-31T06:00:00Z"))).toEqual(first);
    expect(portfolio.meterCountAt(noon + 400 * dayMs)).toBe(120);
  });

  test("frozen, a month still rolls, and what was listed for its first day is what then holds", () => {
    const portfolio = createPortfolio({ ...base, changeRate: 0 });
    const before = wholePortfolio(portfolio, Date.parse("2026-10-31T12:00:00Z"));
    const after = wholePortfolio(portfolio, Date.parse("2026-11-01T12:00:00Z"));
    let movedCount = 0;
    for (const [index, meter] of before.entries()) {
      const later = after[index] ?? meter;
      expect(v2GroupsOn(later, "2026-11-01")).toEqual(v2GroupsOn(meter, "2026-11-01"));
      const today = v2GroupsOn(meter, "2026-10-31");
      if (JSON.stringify(toPlain(today)) !== JSON.stringify(toPlain(v2GroupsOn(later, "2026-11-01"))))
        movedCount++;
      const told = ({ program_enrollment, ...rest }: V2Meter): object => rest;
      expect(told(later)).toEqual(told(meter));
    }
    expect(movedCount).toBeGreaterThan(20);
    expect(movedCount).toBeLessThan(100);
  });

  test("options that make no sense are refused with what they accept", () => {
    expect(() => createPortfolio({ ...base, startDate: "2026-02-30" })).toThrow(/start date/);
    expect(() => createPortfolio({ ...base, meterCount: -1 })).toThrow(/meter count/);
    expect(() => createPortfolio({ ...base, changeRate: Number.NaN })).toThrow(/change rate/);
    expect(() => createPortfolio({ ...base, newMetersPerDay: 0.5 })).toThrow(/new meters/);
  });
});

function toPlain(groups: ReadonlyMap<string, ReadonlySet<string>>): readonly unknown[] {
  return [...groups].map(([program, ids]) => [program, [...ids]]);
}

/** How many values hang on one, counting each object once. */
function countValues(value: unknown, seen = new Set<unknown>()): number {
  if (typeof value !== "object" || value === null) return 1;
  if (seen.has(value)) return 0;
  seen.add(value);
  const parts = value instanceof Map ? [...value.values()] : Object.values(value);
  return 1 + parts.reduce<number>((sum, part) => sum + countValues(part, seen), 0);
}
