import fc from "fast-check";
import { expect, test } from "vitest";
import type { Meter } from "../../../src/meter/index.ts";
import { applyRuns, type Days, spread, toDate } from "../market/day-arrays.ts";
import { meterV1, meterV2, type Row } from "./meters.ts";
import { dayCount, isSameWorld, type NaiveRow, openNaiveWorld } from "./naive-world.ts";
import { openPublishedWorld, type Told } from "./published-world.ts";

/** Phoenix: every midnight is 07:00Z. Changes of the clocks have tests of their own. */
const zone = "America/Phoenix";
const lastDay = 45;

type Published = ReadonlyMap<string | null, Days>;

const anyRow = fc
  .record({
    program: fc.constantFrom("P", "Q"),
    group: fc.constantFrom("a", "b", null),
    from: fc.nat(30),
    length: fc.option(fc.nat(9), { nil: null }),
  })
  .map(({ program, group, from, length }) => ({
    program,
    group,
    from,
    to: length === null ? null : from + length,
  }));

const anyRunV2 = fc.record({
  /** Days since the run before; mostly one, sometimes none or many. */
  step: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(1, 1, 1, 0) }, { weight: 1, arbitrary: fc.nat(8) }),
  hour: fc.nat(23),
  horizonDays: fc.constantFrom(3, 3, 3, 1, 5, 7),
  /** The document read, or null for an unchanged one. */
  rows: fc.option(fc.array(anyRow, { maxLength: 4 }), { nil: null, freq: 2 }),
});

/** Twelve o'clock less or more, local time, of a day. */
function toInstant(day: number, hour: number): string {
  return new Date(Date.parse(`${toDate(day)}T07:00:00Z`) + hour * 3_600_000).toISOString();
}

function toMeter(rows: readonly NaiveRow[]): Meter {
  const instant = (day: number) => `${toDate(day)}T07:00:00Z`;
  return meterV2(
    rows.map(
      (row): Row => [
        row.program ?? "",
        row.group,
        instant(row.from),
        row.to === null ? null : instant(row.to),
      ],
    ),
  );
}

/** The published rows, spread over the days. */
function toPublished(told: Told): Published {
  const programs = new Set(told.plan.assignments.map(({ program }) => program));
  return new Map(
    [...programs].map((program) => [
      program,
      spread(
        told.plan.assignments.filter((row) => row.program === program),
        dayCount,
      ),
    ]),
  );
}

function toComparable({ remaps }: Told) {
  return remaps.map((remap) => ({
    program: remap.program,
    from: remap.effectiveFrom,
    to: remap.effectiveTo,
    before: remap.fromMarketGroupIds,
    after: remap.toMarketGroupIds,
    basis: remap.basis,
    reason: remap.reason,
  }));
}

/** A consumer that only ever applies remaps to what it holds. */
function applyTold(held: Published, told: Told): Published {
  const next = new Map(held);
  for (const run of toComparable(told)) {
    const before = next.get(run.program) ?? Array.from({ length: dayCount }, () => []);
    next.set(run.program, applyRuns(before, [run]));
  }
  return next;
}

function byProgramAndDate<T extends { program: string | null; from: string }>(list: readonly T[]): T[] {
  const key = ({ program, from }: T) => `${program} ${from}`;
  return [...list].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

test("v2: in any history of runs, horizons and documents all is as the oracle has it (I4, I13)", () => {
  fc.assert(
    fc.property(fc.array(anyRunV2, { minLength: 2, maxLength: 9 }), (runs) => {
      const world = openPublishedWorld("X", zone);
      const oracle = openNaiveWorld();
      let today = 5;
      let rows: readonly NaiveRow[] = [];
      let held: Published = new Map();
      for (const { step, hour, horizonDays, rows: read } of runs) {
        today = Math.min(today + step, lastDay);
        rows = read ?? rows;
        const lastToday = oracle.lastToday();
        const first = lastToday === null ? today : Math.min(today, lastToday + 1);
        const days = { first, last: today + horizonDays - 1 };
        const expected = oracle.run({ today, days, outermost: null, rows, isV1: false });
        const input = { at: toInstant(today, hour), meters: [toMeter(rows)], horizonDays };
        const told = world.run(input).get("m")!;
        expect(toComparable(told)).toEqual(byProgramAndDate(expected.remaps));
        expect(isSameWorld(toPublished(told), expected.published)).toBe(true);
        held = applyTold(held, told);
        expect(isSameWorld(held, expected.published)).toBe(true);
        oracle.run({ today, days: { ...days, first: today }, outermost: null, rows, isV1: false });
        expect(world.run(input).get("m")!.remaps).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
});

test("v2: before the next boundary an unchanged document changes nothing: nobody need look at it", () => {
  fc.assert(
    fc.property(fc.array(anyRunV2, { minLength: 2, maxLength: 9 }), (runs) => {
      const world = openPublishedWorld("X", zone);
      let today = 5;
      let meter = toMeter([]);
      let kept: Told | null = null;
      for (const { step, hour, horizonDays, rows } of runs) {
        today = Math.min(today + step, lastDay);
        if (rows !== null) meter = toMeter(rows);
        const told = world.run({ at: toInstant(today, hour), meters: [meter], horizonDays }).get("m")!;
        // The boundary of the last run that had a reason to look, as one without a reason leaves it alone.
        const boundary = kept?.plan.nextBoundary ?? null;
        const isBeforeBoundary = boundary === null || toDate(today + horizonDays - 1) < boundary;
        if (kept !== null && rows === null && isBeforeBoundary) {
          expect(told.remaps).toEqual([]);
          expect(told.plan.assignments).toEqual(kept.plan.assignments);
        } else {
          kept = told;
        }
      }
    }),
    { numRuns: 200 },
  );
});

const anyRunV1 = fc.record({
  step: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(1, 1, 0) }, { weight: 1, arbitrary: fc.nat(5) }),
  hour: fc.nat(23),
  /** How far Leap's first day lies from ours. */
  offset: fc.constantFrom(0, 0, 0, -1, 1),
  groups: fc.array(fc.constantFrom("a", "a", "b", "ab", ""), { minLength: 3, maxLength: 3 }),
  stray: fc.constantFrom(null, null, -4, 6),
});

test("v1: in any history of answers all is as the oracle has it (I4, I13)", () => {
  fc.assert(
    fc.property(fc.array(anyRunV1, { minLength: 2, maxLength: 9 }), (runs) => {
      const world = openPublishedWorld("X", zone);
      const oracle = openNaiveWorld();
      let today = 5;
      let held: Published = new Map();
      for (const { step, hour, offset, groups, stray } of runs) {
        today = Math.min(today + step, lastDay);
        const entries = groups.flatMap((set, index) =>
          [...set].map((group): [number, string] => [today + offset + index, group]),
        );
        if (stray !== null) entries.push([today + stray, "z"]);
        const offsets = entries.map(([day]) => day - today).filter((day) => day >= -1 && day <= 3);
        const start = offsets.includes(-1) ? -1 : offsets.includes(3) ? 1 : 0;
        const days = { first: Math.max(today, today + start), last: Math.min(today + 2, today + start + 2) };
        const rows = entries.map(([day, group]) => ({ program: null, group, from: day, to: day }));
        const expected = oracle.run({ today, days, outermost: today + start + 2, rows, isV1: true });
        const meter = meterV1(entries.map(([day, group]) => [toDate(day), group]));
        const input = { at: toInstant(today, hour), meters: [meter] };
        const told = world.run(input).get("m")!;
        expect(toComparable(told)).toEqual(byProgramAndDate(expected.remaps));
        expect(isSameWorld(toPublished(told), expected.published)).toBe(true);
        held = applyTold(held, told);
        expect(isSameWorld(held, expected.published)).toBe(true);
        expect(world.run(input).get("m")!.remaps).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
});

const anyMixedRun = fc.record({
  step: fc.constantFrom(1, 1, 1, 0, 3),
  isV1: fc.boolean(),
  horizonDays: fc.constantFrom(3, 3, 5),
  rows: fc.array(anyRow, { maxLength: 3 }),
});

/** The groups over all programs, day by day. */
function toAllPrograms(told: Told): Days {
  return spread(told.plan.assignments, dayCount);
}

test("in any history of switches the sets over all programs follow, and the same sets tell nothing", () => {
  fc.assert(
    fc.property(fc.array(anyMixedRun, { minLength: 2, maxLength: 8 }), (runs) => {
      const world = openPublishedWorld("X", zone);
      let today = 5;
      let previous: { readonly all: Days; readonly isV1: boolean } | null = null;
      for (const { step, isV1, horizonDays, rows } of runs) {
        today = Math.min(today + step, lastDay);
        const said = spread(
          rows.flatMap(({ group, from, to }) =>
            group === null ? [] : [{ group, from: toDate(from), to: to === null ? null : toDate(to) }],
          ),
          dayCount,
        );
        const entries = [0, 1, 2].flatMap((day) =>
          (said[today + day] ?? []).map((group): [string, string] => [toDate(today + day), group]),
        );
        const meter = isV1 ? meterV1(entries) : toMeter(rows);
        const input = { at: toInstant(today, 9), meters: [meter], horizonDays };
        const told = world.run(input).get("m")!;
        const all = toAllPrograms(told);
        if (previous !== null && previous.isV1 !== isV1) {
          expect(told.remaps.every(({ program }) => program === null)).toBe(true);
          const applied = applyRuns(previous.all, toComparable(told));
          expect(applied).toEqual(all);
          if (JSON.stringify(previous.all) === JSON.stringify(all)) expect(told.remaps).toEqual([]);
        }
        expect(world.run(input).get("m")!.remaps).toEqual([]);
        previous = { all, isV1 };
      }
    }),
    { numRuns: 200 },
  );
});
