import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CountedWindow,
  planCutsFromCounts,
  planCutsFromDates,
  planSplit,
  planWindowSize,
  planWindows,
} from "../../../src/window/index.ts";
import { isInside, type Limits, toEdges, toInstantsNear } from "./holding.ts";

const dayMs = 86_400_000;
const startMs = Date.parse("2020-01-01T00:00:00Z");
const nowMs = startMs + 2000 * dayMs;
const bounds = { startMs, nowMs };

/** Windows as they were read, cut at the given days, with so many meters in each. */
function toCounted(days: readonly number[], counts: readonly number[]): CountedWindow[] {
  return planWindows(days.map((day) => startMs + day * dayMs)).map((window, index) => ({
    ...window,
    meterCount: counts[index] ?? 0,
  }));
}

function planDays(
  days: readonly number[],
  counts: readonly number[],
  metersPerWindow: number,
): readonly number[] {
  const cuts = planCutsFromCounts(toCounted(days, counts), metersPerWindow, bounds);
  return cuts.map((cut) => (cut - startMs) / dayMs);
}

describe("how many meters a window is to hold", () => {
  const size = (meterCount: number, concurrency = 4, pageSize = 500) =>
    planWindowSize({ meterCount, concurrency, pageSize });

  test("is a page less two for a portfolio that is small, or not known", () => {
    expect([size(0), size(1), size(1000), size(8000)]).toEqual([498, 498, 498, 498]);
  });

  test("makes about eight windows per reader, in whole pages less two", () => {
    expect(size(32_000)).toBe(998);
    expect(size(64_000)).toBe(1998);
    expect(size(64_000, 8)).toBe(998);
    expect(size(32_000, 4, 100)).toBe(1000 - 2);
  });

  test("is at most ten pages", () => {
    expect(size(159_936)).toBe(4998);
    expect(size(300_000)).toBe(4998);
    expect(size(10_000_000)).toBe(4998);
    expect(size(10_000, 1, 100)).toBe(998);
  });

  test("is at least 100 meters, though that were more than ten tiny pages", () => {
    expect(size(50, 4, 102)).toBe(100);
    expect(size(50, 4, 101)).toBe(200);
    expect(size(50, 4, 2)).toBe(100);
    expect(size(100_000, 4, 2)).toBe(100);
    expect(size(50, 4, 1)).toBe(100);
    expect(size(5000, 2, 10)).toBe(108);
  });

  test("never makes more than 10,000 windows (I8)", () => {
    fc.assert(
      fc.property(
        fc.nat(100_000_000),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 500 }),
        (meterCount, concurrency, pageSize) => {
          const meters = planWindowSize({ meterCount, concurrency, pageSize });
          expect(Math.ceil(meterCount / meters)).toBeLessThanOrEqual(10_000);
          expect(meters).toBeGreaterThanOrEqual(100);
          expect((meters + 2) % pageSize).toBe(0);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("cuts made from the counts of windows read before", () => {
  test("divide a window that held too many", () => {
    expect(planDays([1000], [400, 0], 100)).toEqual([250, 500, 750]);
    expect(planDays([1000], [0, 400], 100)).toEqual([1250, 1500, 1750]);
    expect(planDays([], [500], 100)).toEqual([400, 800, 1200, 1600]);
  });

  test("join neighbours that held few", () => {
    expect(planDays([500, 1000, 1500], [50, 50, 50, 50], 100)).toEqual([1000]);
    expect(planDays([500, 1000, 1500], [10, 20, 30, 40], 100)).toEqual([]);
  });

  test("stay where windows held as many as they should", () => {
    expect(planDays([500, 1000, 1500], [100, 100, 100, 100], 100)).toEqual([500, 1000, 1500]);
  });

  test("come right behind the meters where nothing was added for long", () => {
    expect(planDays([500, 1000], [100, 0, 100], 100)).toEqual([500]);
  });

  test("share what is left over among all windows: 401 meters make five of 80.2", () => {
    expect(planDays([], [401], 100)).toEqual([400, 800, 1200, 1600]);
  });

  test("are none for an empty portfolio, and where nothing was read", () => {
    expect(planDays([500], [0, 0], 100)).toEqual([]);
    expect(planCutsFromCounts([], 100, bounds)).toEqual([]);
  });

  test("are the same whatever the order of the windows", () => {
    const windows = toCounted([100, 200, 1500], [3000, 0, 77, 900]);
    expect(planCutsFromCounts(windows.toReversed(), 100, bounds)).toEqual(
      planCutsFromCounts(windows, 100, bounds),
    );
  });

  test("leave meters together that were added within a minute: cuts there would only read them again", () => {
    const cutMs = startMs + dayMs;
    const windows = [
      { addedFromMs: null, addedToMs: cutMs + 1, meterCount: 0 },
      { addedFromMs: cutMs - 1, addedToMs: cutMs + 5001, meterCount: 10_000 },
      { addedFromMs: cutMs + 4999, addedToMs: null, meterCount: 0 },
    ];
    expect(planCutsFromCounts(windows, 100, bounds)).toEqual([cutMs + 50]);
  });

  test("take meters added before the portfolio's first day, or after now, for added at the cut", () => {
    const early = [
      { addedFromMs: null, addedToMs: startMs - dayMs + 1, meterCount: 300 },
      { addedFromMs: startMs - dayMs - 1, addedToMs: null, meterCount: 0 },
    ];
    expect(planCutsFromCounts(early, 100, bounds)).toEqual([startMs - dayMs]);
    const late = [
      { addedFromMs: null, addedToMs: nowMs + dayMs + 1, meterCount: 0 },
      { addedFromMs: nowMs + dayMs - 1, addedToMs: null, meterCount: 300 },
    ];
    expect(planCutsFromCounts(late, 100, bounds)).toEqual([nowMs + dayMs]);
  });

  test("make at most 10,000 windows (I8), be a window to hold one meter or none", () => {
    for (const metersPerWindow of [1, 0]) {
      const cuts = planCutsFromCounts(toCounted([], [5_000_000]), metersPerWindow, bounds);
      expect(cuts).toHaveLength(9999);
      expect(planWindows(cuts)).toHaveLength(10_000);
    }
  });
});

describe("whatever windows were read before", () => {
  const anyHistory = fc.record({
    days: fc.uniqueArray(fc.integer({ min: 1, max: 1999 }), { maxLength: 8 }),
    counts: fc.array(fc.oneof(fc.nat(5), fc.nat(3000)), { minLength: 9, maxLength: 9 }),
    metersPerWindow: fc.integer({ min: 50, max: 800 }),
  });

  test("the windows planned hold every instant, whether limits are strict or inclusive", () => {
    fc.assert(
      fc.property(
        anyHistory,
        fc.constantFrom<Limits>("strict", "inclusive"),
        ({ days, counts, metersPerWindow }, limits) => {
          const observed = toCounted(days, counts);
          const windows = planWindows(planCutsFromCounts(observed, metersPerWindow, bounds));
          for (const instant of toInstantsNear([...toEdges(windows), startMs, nowMs, 0])) {
            const holding = windows.filter((window) => isInside(window, instant, limits)).length;
            if (holding < 1 || holding > 2) expect.fail(`${instant} is in ${holding} windows`);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test("every window planned holds the same number of meters, and no more than it should", () => {
    fc.assert(
      fc.property(anyHistory, ({ days, counts, metersPerWindow }) => {
        const observed = toCounted(days, counts);
        const total = observed.reduce((sum, { meterCount }) => sum + meterCount, 0);
        const cuts = planCutsFromCounts(observed, metersPerWindow, bounds);
        const share = total / Math.max(1, Math.ceil(total / metersPerWindow));
        expect(share).toBeLessThanOrEqual(metersPerWindow);
        const ends = [startMs, ...cuts, nowMs];
        expect(ends).toHaveLength(Math.max(1, Math.ceil(total / metersPerWindow)) + 1);
        for (const [index, end] of ends.slice(1).entries()) {
          expect(end - Number(ends[index])).toBeGreaterThan(60_000);
          const held = countBetween(days, counts, Number(ends[index]), end);
          expect(Math.abs(held - share)).toBeLessThan(0.01);
        }
      }),
      { numRuns: 500 },
    );
  });

  /** Meters between two instants, were those of each window spread evenly. */
  function countBetween(
    days: readonly number[],
    counts: readonly number[],
    fromMs: number,
    toMs: number,
  ): number {
    const edges = [0, ...days.toSorted((a, b) => a - b), 2000].map((day) => startMs + day * dayMs);
    return edges.slice(1).reduce((sum, edge, index) => {
      const begin = Number(edges[index]);
      const overlap = Math.max(0, Math.min(edge, toMs) - Math.max(begin, fromMs));
      return sum + (Number(counts[index]) * overlap) / (edge - begin);
    }, 0);
  }
});

describe("cuts from known dates", () => {
  const minute = 60_000;
  const at = (minutes: number) => Date.UTC(2026, 2, 1) + minutes * minute;

  test("are the dates themselves where they are a minute apart", () => {
    expect(planCutsFromDates([at(0), at(1), at(90)])).toEqual([at(0), at(1), at(90)]);
    expect(planCutsFromDates([])).toEqual([]);
  });

  test("put a crowd that was added together into a narrow window of its own, which cannot be split", () => {
    const cuts = planCutsFromDates([at(0), at(30), at(30), at(30), at(30), at(90)]);
    expect(cuts).toEqual([at(0), at(30), at(31), at(90)]);
    const crowd = planWindows(cuts)[2]!;
    expect(planSplit(crowd, { startMs: at(0), nowMs: at(1000) }, 8)).toBeNull();
  });

  test("ascend by a minute at least, whatever the dates", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 * minute }), { maxLength: 60 }), (dates) => {
        const cuts = planCutsFromDates(dates.toSorted((left, right) => left - right));
        expect(cuts.every((cut, index) => index === 0 || cut - cuts[index - 1]! >= minute)).toBe(true);
        expect(cuts.length === 0).toBe(dates.length === 0);
      }),
    );
  });
});
