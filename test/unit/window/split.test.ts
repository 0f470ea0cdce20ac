import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planSplit } from "../../../src/window/index.ts";
import { isInside, type Limits, toEdges, toInstantsNear } from "./holding.ts";

const minuteMs = 60_000;
const startMs = Date.parse("2025-01-01T00:00:00Z");
const nowMs = Date.parse("2025-11-21T10:00:00Z");
const bounds = { startMs, nowMs };

const anyEdge = fc.integer({ min: startMs - minuteMs, max: nowMs + minuteMs });
const anyWindow = fc
  .tuple(
    anyEdge,
    fc.oneof(fc.nat(30 * minuteMs), fc.nat(nowMs - startMs)),
    fc.constantFrom("closed", "from", "to", "open"),
  )
  .map(([fromMs, widthMs, kind]) => ({
    addedFromMs: kind === "to" || kind === "open" ? null : fromMs,
    addedToMs: kind === "from" || kind === "open" ? null : fromMs + widthMs,
  }));
const anyParts = fc.integer({ min: 1, max: 20 });

describe("a window split", () => {
  test("is parts of equal time that overlap by a millisecond on either side of their cuts", () => {
    const window = { addedFromMs: startMs, addedToMs: startMs + 4 * minuteMs };
    expect(planSplit(window, bounds, 4)).toEqual([
      { addedFromMs: startMs, addedToMs: startMs + minuteMs + 1 },
      { addedFromMs: startMs + minuteMs - 1, addedToMs: startMs + 2 * minuteMs + 1 },
      { addedFromMs: startMs + 2 * minuteMs - 1, addedToMs: startMs + 3 * minuteMs + 1 },
      { addedFromMs: startMs + 3 * minuteMs - 1, addedToMs: startMs + 4 * minuteMs },
    ]);
    expect(planSplit(window, bounds, 1)).toEqual([window]);
  });

  test("is as open-ended as it was: the portfolio's first day and now only place the cuts", () => {
    const middleMs = (startMs + nowMs) / 2;
    expect(planSplit({ addedFromMs: null, addedToMs: null }, bounds, 2)).toEqual([
      { addedFromMs: null, addedToMs: middleMs + 1 },
      { addedFromMs: middleMs - 1, addedToMs: null },
    ]);
    const fromMs = nowMs - 10 * minuteMs;
    expect(planSplit({ addedFromMs: fromMs, addedToMs: null }, bounds, 2)).toEqual([
      { addedFromMs: fromMs, addedToMs: nowMs - 5 * minuteMs + 1 },
      { addedFromMs: nowMs - 5 * minuteMs - 1, addedToMs: null },
    ]);
  });

  test("is refused where a part would be less than a minute", () => {
    const window = (widthMs: number) => ({ addedFromMs: startMs, addedToMs: startMs + widthMs });
    expect(planSplit(window(3 * minuteMs - 1), bounds, 3)).toBeNull();
    expect(planSplit(window(3 * minuteMs), bounds, 3)).toHaveLength(3);
    expect(planSplit(window(0), bounds, 2)).toBeNull();
    expect(planSplit({ addedFromMs: nowMs + 1, addedToMs: null }, bounds, 2)).toBeNull();
    expect(planSplit({ addedFromMs: null, addedToMs: startMs - 1 }, bounds, 2)).toBeNull();
  });

  test("of a poll asks for what was modified since then, in every part", () => {
    const poll = { addedFromMs: null, addedToMs: null, modifiedFromMs: 123 };
    expect(planSplit(poll, bounds, 3)?.map(({ modifiedFromMs }) => modifiedFromMs)).toEqual([123, 123, 123]);
  });

  test("has at most 10,000 parts (I8), and a whole number of them", () => {
    const whole = { addedFromMs: null, addedToMs: null };
    expect(planSplit(whole, { startMs: 0, nowMs }, 10_000)).toHaveLength(10_000);
    for (const parts of [10_001, 0, -1, 1.5, Number.NaN]) {
      expect(() => planSplit(whole, bounds, parts)).toThrow(RangeError);
    }
  });

  test("holds just the instants that the window held, whether limits are strict or inclusive", () => {
    let splitCount = 0;
    fc.assert(
      fc.property(
        anyWindow,
        anyParts,
        fc.constantFrom<Limits>("strict", "inclusive"),
        (window, count, limits) => {
          const parts = planSplit(window, bounds, count);
          if (parts === null) return;
          splitCount += 1;
          expect(parts).toHaveLength(count);
          for (const instant of toInstantsNear([...toEdges([window, ...parts]), startMs, nowMs])) {
            const isHeld = parts.some((part) => isInside(part, instant, limits));
            if (isHeld !== isInside(window, instant, limits)) expect.fail(`${instant} in ${count} parts`);
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(splitCount).toBeGreaterThan(100);
  });

  test("has parts of the same length but for a millisecond, each of a minute or more", () => {
    fc.assert(
      fc.property(anyWindow, anyParts, (window, count) => {
        const fromMs = window.addedFromMs ?? startMs;
        const toMs = window.addedToMs ?? nowMs;
        const parts = planSplit(window, bounds, count);
        expect(parts === null).toBe(toMs - fromMs < count * minuteMs);
        const ends = parts?.slice(0, -1).map(({ addedToMs }) => Number(addedToMs) - 1) ?? [];
        for (const [index, end] of ends.entries()) {
          const evenMs = fromMs + ((toMs - fromMs) * (index + 1)) / count;
          expect(Math.abs(end - evenMs)).toBeLessThanOrEqual(0.5);
          expect(Number.isInteger(end)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
