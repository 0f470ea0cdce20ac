import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planCursor, planFirstCuts, planWindows } from "../../../src/window/index.ts";
import { isInside, type Limits } from "./holding.ts";

const anyCuts = fc.array(fc.nat(60), { maxLength: 8 });

describe("read windows partition the portfolio by date added", () => {
  test("without a cut one window holds everything", () => {
    expect(planWindows([])).toEqual([{ addedFromMs: null, addedToMs: null }]);
  });

  test("the first and the last are open-ended, and no other is", () => {
    fc.assert(
      fc.property(anyCuts, (cuts) => {
        const windows = planWindows(cuts);
        expect(windows[0]?.addedFromMs).toBeNull();
        expect(windows.at(-1)?.addedToMs).toBeNull();
        expect(windows.filter(({ addedFromMs }) => addedFromMs === null)).toHaveLength(1);
        expect(windows.filter(({ addedToMs }) => addedToMs === null)).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });

  test("every instant lies in at least one, whether Leap's limits are strict or inclusive", () => {
    fc.assert(
      fc.property(anyCuts, fc.constantFrom<Limits>("strict", "inclusive"), (cuts, limits) => {
        const windows = planWindows(cuts);
        // Every tenth of a millisecond around all cuts: `created_at` has microseconds.
        for (let tenth = -30; tenth <= 630; tenth += 1) {
          const holding = windows.filter((window) => isInside(window, tenth / 10, limits));
          expect(holding.length).toBeGreaterThan(0);
          const isNearCut = cuts.some((cut) => Math.abs(tenth / 10 - cut) <= 1);
          if (!isNearCut) expect(holding).toHaveLength(1);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("cuts unsorted or given twice make the same windows", () => {
    expect(planWindows([30, 10, 20, 10, 30])).toEqual(planWindows([10, 20, 30]));
    expect(planWindows([10, 20, 30])).toHaveLength(4);
  });

  test("neighbours overlap by as little as a millisecond on either side of their cut", () => {
    expect(planWindows([1000, 2000])).toEqual([
      { addedFromMs: null, addedToMs: 1001 },
      { addedFromMs: 999, addedToMs: 2001 },
      { addedFromMs: 1999, addedToMs: null },
    ]);
  });
});

describe("at most 10,000 windows are planned (I8)", () => {
  const cuts = (count: number) => Array.from({ length: count }, (_, index) => 1_000_000 + index * 1000);

  test("of 9,999 cuts every one is made, of one more all but one", () => {
    expect(planWindows(cuts(9999))).toHaveLength(10_000);
    const windows = planWindows(cuts(10_000));
    expect(windows).toHaveLength(10_000);
    const kept = new Set(windows.map(({ addedToMs }) => addedToMs));
    expect(cuts(10_000).filter((cut) => !kept.has(cut + 1))).toHaveLength(1);
  });

  test("of many more those made are spread evenly, and no instant is left out", () => {
    const windows = planWindows(cuts(25_000));
    expect(windows).toHaveLength(10_000);
    for (const [index, window] of windows.entries()) {
      const next = windows[index + 1];
      if (next === undefined) continue;
      // Strict limits on both sides still share the instant of the cut.
      expect(Number(next.addedFromMs)).toBe(Number(window.addedToMs) - 2);
      if (index === 0) continue;
      expect(Number(window.addedToMs) - Number(window.addedFromMs)).toBeLessThanOrEqual(3002);
    }
    expect([windows[0]?.addedFromMs, windows.at(-1)?.addedToMs]).toEqual([null, null]);
  });
});

describe("the first cuts of a portfolio nothing is known of", () => {
  const cuts = (start: string, now: string) =>
    planFirstCuts(Date.parse(start), Date.parse(now)).map((ms) => new Date(ms).toISOString().slice(0, 10));

  test("are the beginnings of quarters from its first day to now", () => {
    expect(cuts("2025-01-01T00:00:00Z", "2025-11-21T00:00:00Z")).toEqual([
      "2025-01-01",
      "2025-04-01",
      "2025-07-01",
      "2025-10-01",
    ]);
    expect(cuts("2024-11-05T00:00:00Z", "2025-04-01T00:00:00Z")).toEqual(["2025-01-01", "2025-04-01"]);
  });

  test("are few enough for a portfolio since 2017, and none for one that begins later than now", () => {
    expect(cuts("2017-01-01T00:00:00Z", "2026-11-21T00:00:00Z")).toHaveLength(40);
    expect(cuts("2027-01-01T00:00:00Z", "2026-11-21T00:00:00Z")).toEqual([]);
  });
});

describe("the next poll's cursor (I3)", () => {
  test("is the server's date of the first response, at least ten minutes earlier", () => {
    const dateMs = Date.parse("2026-11-21T10:00:00Z");
    expect(planCursor(dateMs)).toBe(Date.parse("2026-11-21T09:50:00Z"));
  });

  test("is none where the server told no date: our own clock is no substitute", () => {
    expect(planCursor(null)).toBeNull();
  });
});
