import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDays,
  isSameSet,
  toBreakpoints,
  toDayCount,
  toDifferences,
  toEarliest,
  toGroupRanges,
  toLatest,
  toPatched,
  toStepFunction,
  toUnion,
  toValueAt,
} from "../../../src/market/index.ts";
import { applyRuns, naiveRuns, type Range, spread, toDate } from "./day-arrays.ts";

const count = 24;
/** Ranges end well before the array does, so that its last day stands for all that follow. */
const anyRange: fc.Arbitrary<Range> = fc
  .record({
    group: fc.constantFrom("a", "b", "c"),
    start: fc.nat(18),
    length: fc.option(fc.nat(8), { nil: null }),
  })
  .map(({ group, start, length }) => ({
    group,
    from: toDate(start),
    to: length === null ? null : toDate(Math.min(start + length, 20)),
  }))
  .map(({ group, from, to }) => ({ group, from, to: to !== null && to < from ? from : to }));
const anyRanges = fc.array(anyRange, { maxLength: 6 });
const runs = { numRuns: 400 };

/** Day by day, what a step function of the product says. */
function read(fn: Parameters<typeof toValueAt>[0]): string[][] {
  return Array.from({ length: count }, (_, day) => [...toValueAt(fn, toDate(day))]);
}

describe("a step function made of ranges", () => {
  test("says on every day what the ranges say, all of them where they overlap", () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        expect(read(toStepFunction(ranges))).toEqual(spread(ranges, count));
      }),
      runs,
    );
  });

  test("is one value whatever the order and the number of copies of its ranges", () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        expect(toStepFunction([...ranges].reverse().concat(ranges))).toEqual(toStepFunction(ranges));
      }),
      runs,
    );
  });

  test("has spans in order, that neither overlap nor touch with the same groups, none of them empty", () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        const spans = toStepFunction(ranges);
        spans.forEach((span, index) => {
          const next = spans[index + 1];
          expect(span.groups.length).toBeGreaterThan(0);
          if (span.to !== null) expect(span.from <= span.to).toBe(true);
          if (next === undefined) return;
          expect(span.to !== null && span.to < next.from).toBe(true);
          const touches = toDate(dayOf(span.to ?? "") + 1) === next.from;
          if (touches) expect(next.groups).not.toEqual(span.groups);
        });
      }),
      runs,
    );
  });

  test("comes back the same from the ranges it is stored as, one a group and maximal run", () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        const fn = toStepFunction(ranges);
        const stored = toGroupRanges(fn);
        expect(toStepFunction(stored)).toEqual(fn);
        for (const row of stored) {
          const touching = stored.filter(
            (other) =>
              other.group === row.group && row.to !== null && other.from === toDate(dayOf(row.to) + 1),
          );
          expect(touching).toEqual([]);
        }
      }),
      runs,
    );
  });

  test("changes on its breakpoints only", () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        const days = spread(ranges, count);
        const changes = days.flatMap((groups, day) =>
          groups.join() === (days[day - 1] ?? []).join() ? [] : [toDate(day)],
        );
        expect(toBreakpoints(toStepFunction(ranges))).toEqual(changes);
      }),
      runs,
    );
  });
});

describe("a patched step function", () => {
  const anyWindow = fc.record({ first: fc.nat(15), length: fc.nat(5), holds: fc.boolean() });

  test("keeps the days before, takes the days looked at, and keeps or holds what follows", () => {
    fc.assert(
      fc.property(anyRanges, anyRanges, anyWindow, (base, patch, { first, length, holds }) => {
        const [was, is, last] = [spread(base, count), spread(patch, count), first + length];
        const expected = was.map((groups, day) => {
          if (day < first) return groups;
          if (day <= last) return is[day];
          return holds ? is[last] : groups;
        });
        const range = { first: toDate(first), last: toDate(last), holds };
        expect(read(toPatched(toStepFunction(base), toStepFunction(patch), range))).toEqual(expected);
      }),
      runs,
    );
  });

  test("holds the last value for ever, far beyond any day spoken of", () => {
    const patch = toStepFunction([{ group: "a", from: toDate(0), to: toDate(2) }]);
    const fn = toPatched([], patch, { first: toDate(0), last: toDate(2), holds: true });
    expect(fn).toEqual([{ from: toDate(0), to: null, groups: ["a"] }]);
  });
});

describe("differences of two step functions", () => {
  test("are the maximal runs of days on which they differ and neither changes", () => {
    fc.assert(
      fc.property(anyRanges, anyRanges, fc.nat(20), (before, after, first) => {
        const expected = naiveRuns(spread(before, count), spread(after, count), first);
        const found = toDifferences(toStepFunction(before), toStepFunction(after), toDate(first));
        expect(found).toEqual(expected);
      }),
      runs,
    );
  });

  test("turn the one into the other from the first day on", () => {
    fc.assert(
      fc.property(anyRanges, anyRanges, fc.nat(20), (before, after, first) => {
        const [was, is] = [spread(before, count), spread(after, count)];
        const found = toDifferences(toStepFunction(before), toStepFunction(after), toDate(first));
        const expected = was.map((groups, day) => (day < first ? groups : (is[day] ?? [])));
        expect(applyRuns(was, found)).toEqual(expected);
      }),
      runs,
    );
  });

  test("are none between equals", () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        expect(toDifferences(toStepFunction(ranges), toStepFunction(ranges), toDate(0))).toEqual([]);
      }),
      runs,
    );
  });
});

test("the union of step functions has, day by day, the groups of all of them", () => {
  fc.assert(
    fc.property(fc.array(anyRanges, { maxLength: 3 }), (lists) => {
      const union = toUnion(lists.map((ranges) => toStepFunction(ranges)));
      expect(read(union)).toEqual(spread(lists.flat(), count));
    }),
    runs,
  );
});

describe("trade dates", () => {
  test("go over the ends of months and years and the 29th of February", () => {
    expect(addDays("2026-10-31", 1)).toBe("2026-11-01");
    expect(addDays("2027-01-01", -1)).toBe("2026-12-31");
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(addDays("2027-02-28", 1)).toBe("2027-03-01");
    expect(addDays("2026-03-08", 365)).toBe("2027-03-08");
  });

  test("are counted in days on which the clock changes too", () => {
    expect(toDayCount("2026-10-31", "2026-11-02")).toBe(2);
    expect(toDayCount("2026-03-09", "2026-03-07")).toBe(-2);
    expect(toDayCount("2026-03-08", "2026-03-08")).toBe(0);
  });

  test("are ordered as text", () => {
    expect(toEarliest("2026-12-01", "2026-02-01", "2027-01-01")).toBe("2026-02-01");
    expect(toLatest("2026-12-01", "2026-02-01", "2027-01-01")).toBe("2027-01-01");
  });
});

test("sets are the same when they hold the same groups", () => {
  expect(isSameSet([], [])).toBe(true);
  expect(isSameSet(["a", "b"], ["a", "b"])).toBe(true);
  expect(isSameSet(["a"], ["a", "b"])).toBe(false);
  expect(isSameSet(["a", "b"], ["a", "c"])).toBe(false);
});

function dayOf(date: string): number {
  return (Date.parse(`${date}T00:00:00Z`) - Date.UTC(2026, 9, 1)) / 86_400_000;
}
