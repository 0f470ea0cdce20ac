import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MeterPlanInput, planMeter, toPresenceChanges } from "../../../src/diff/index.ts";
import { applyRuns, spread, toDate } from "../market/day-arrays.ts";
import { meterV1, meterV2, type Row } from "./meters.ts";
import { makeHorizon, makeInput, period, publishedHorizon, row, toLines, toRemaps } from "./plan-input.ts";

const always = meterV2([period("P", "A", "2026-11-01")]);
const rows = [row("P", "A", "2026-11-01")];

function end(changes: Partial<MeterPlanInput>) {
  const meter = changes.after ?? always;
  return planMeter(
    makeInput({ before: meter, after: meter, presence: "ended", wasMissing: true, ...changes }),
  );
}

describe("a meter whose absence is confirmed", () => {
  test("has no group from today on, for the reason that it is missing, and tells nothing else", () => {
    const plan = end({ published: rows });
    expect(plan.changes.length).toBe(1);
    expect(toLines(plan)).toEqual(["P: A → none, 2026-11-10…, unassigned revised missing"]);
    expect(plan.assignments).toEqual([row("P", "A", "2026-11-01", "2026-11-09")]);
    expect([plan.nextBoundary, plan.nextPreferenceAtMs]).toEqual([null, null]);
  });

  test("loses what had been announced further ahead as well, a remap for each value", () => {
    const published = [row("P", "A", "2026-11-01", "2026-11-11"), row("P", "B", "2026-11-12")];
    expect(toLines(end({ published }))).toEqual([
      "P: A → none, 2026-11-10…2026-11-11, unassigned revised missing",
      "P: B → none, 2026-11-12…, unassigned announced missing",
    ]);
  });

  test("loses the groups of all its programs", () => {
    const published = [...rows, row("Q", "B", "2026-11-01"), row("Q", "C", "2026-11-01")];
    expect(toLines(end({ published }))).toEqual([
      "P: A → none, 2026-11-10…, unassigned revised missing",
      "Q: B+C → none, 2026-11-10…, unassigned revised missing",
    ]);
  });

  test("tells no remap where it had no group left", () => {
    const plan = end({ after: meterV2([]), published: [row("P", "A", "2026-11-01", "2026-11-09")] });
    expect([plan.changes, plan.assignments.length]).toEqual([[], 1]);
  });

  test("has the days of a gap as its document gives them (v2), with their own reasons", () => {
    const meter = meterV2([
      period("P", "A", "2026-11-01", "2026-11-07"),
      period("P", "B", "2026-11-08", "2026-11-08"),
    ]);
    const horizon = makeHorizon({
      range: { first: "2026-11-07", last: "2026-11-12" },
      published: {
        ...publishedHorizon,
        today: "2026-11-06",
        lastLookedAt: "2026-11-07",
        knownThrough: "2026-11-07",
      },
    });
    const plan = end({ after: meter, published: rows, horizon, publishedThrough: "2026-11-07" });
    expect(toLines(plan)).toEqual([
      "P: A → B, 2026-11-08…2026-11-08, moved announced",
      // Nothing changes between what ended on the 9th and what is missing from the 10th on.
      "P: A → none, 2026-11-09…, unassigned announced period_ended",
    ]);
  });

  test("keeps what v1 had said of the days of a gap, and ends also where v1 speaks of no day", () => {
    const meter = meterV1([]);
    const published = [row(null, "A", "2026-11-01", "2026-11-08"), row(null, "B", "2026-11-09")];
    for (const range of [null, { first: "2026-11-10", last: "2026-11-12" }]) {
      const plan = end({ after: meter, published, horizon: makeHorizon({ range, outermost: "2026-11-12" }) });
      expect(toLines(plan)).toEqual(["-: B → none, 2026-11-10…, unassigned revised missing"]);
      expect(plan.nextBoundary).toBeNull();
    }
  });

  test("ends without a program where a v1 meter is missing after the switch to v2", () => {
    const published = [row(null, "A", "2026-11-01")];
    expect(toLines(end({ after: meterV1([]), published }))).toEqual([
      "-: A → none, 2026-11-10…, unassigned revised missing",
    ]);
  });

  test("and that is back has the groups its document says now, whatever it had said before", () => {
    const published = [row("P", "A", "2026-11-01", "2026-11-08")];
    const back = makeInput({
      before: always,
      after: always,
      published,
      presence: "present",
      wasMissing: true,
      endedAtMs: Date.parse("2026-11-09T20:00:00Z"),
    });
    const plan = planMeter(back);
    expect(plan.changes.map(({ type }) => type)).toEqual(["meter.reappeared", "meter.group.remapped"]);
    expect(toLines(plan)).toEqual(["P: none → A, 2026-11-10…, assigned revised"]);
  });
});

test("what is told of absence goes by what was told before", () => {
  const say = (presence: MeterPlanInput["presence"], wasMissing: boolean) =>
    toPresenceChanges({ presence, wasMissing }).map(({ type }) => type);
  expect(say("missing", false)).toEqual(["meter.missing"]);
  expect(say("missing", true)).toEqual([]);
  expect(say("present", true)).toEqual(["meter.reappeared"]);
  // Its absence had been released, and it is back before anyone told it missing.
  expect(say("present", false)).toEqual([]);
  expect([say("ended", true), say(null, true), say(null, false)]).toEqual([[], [], []]);
});

describe("in any world", () => {
  const dayCount = 40;
  const today = 10;
  const anySpan = fc.record({
    program: fc.constantFrom("P", "Q"),
    group: fc.constantFrom("a", "b"),
    from: fc.nat(25),
    length: fc.option(fc.nat(12), { nil: null }),
  });
  const toSpan = ({
    program,
    group,
    from,
    length,
  }: {
    program: string;
    group: string;
    from: number;
    length: number | null;
  }) => row(program, group, toDate(from), length === null ? null : toDate(from + length));
  const anyWorld = fc.record({
    published: fc.array(anySpan, { maxLength: 4 }),
    said: fc.array(anySpan, { maxLength: 4 }),
    gapDays: fc.constantFrom(0, 0, 1, 5),
    horizonDays: fc.constantFrom(1, 3, 7),
    isV1: fc.boolean(),
  });

  test("who holds what was published and applies the remaps of an end holds what is published then", () => {
    fc.assert(
      fc.property(anyWorld, ({ published, said, gapDays, horizonDays, isV1 }) => {
        const first = today - gapDays;
        const document = meterV2(
          said.map(({ program, group, from, length }): Row => {
            const end = length === null ? null : `${toDate(from + length)}T07:00:00Z`;
            return [program, group, `${toDate(from)}T07:00:00Z`, end];
          }),
        );
        const meter = isV1 ? meterV1([]) : document;
        const rows = published.map(toSpan).map((one) => (isV1 ? { ...one, program: null } : one));
        const horizon = makeHorizon({
          zone: "America/Phoenix",
          today: toDate(today),
          range: { first: toDate(first), last: toDate(today + horizonDays - 1) },
          published: { ...publishedHorizon, today: toDate(first - 1), knownThrough: toDate(first + 1) },
        });
        const plan = end({ after: meter, published: rows, horizon, publishedThrough: toDate(first + 1) });
        const remaps = toRemaps(plan);
        for (const program of [null, "P", "Q"]) {
          const of = (
            list: readonly { program: string | null; group: string; from: string; to: string | null }[],
          ) =>
            spread(
              list.filter((one) => one.program === program),
              dayCount,
            );
          const runs = remaps
            .filter((remap) => remap.program === program)
            .map((remap) => ({
              from: remap.effectiveFrom,
              to: remap.effectiveTo,
              before: remap.fromMarketGroupIds,
              after: remap.toMarketGroupIds,
            }));
          const [was, is] = [of(rows), of(plan.assignments)];
          expect(applyRuns(was, runs)).toEqual(is);
          expect(is.slice(0, isV1 ? today : first)).toEqual(was.slice(0, isV1 ? today : first));
          expect(is.slice(today).flat()).toEqual([]);
        }
        for (const { effectiveFrom, reason } of remaps) {
          expect(reason === "missing").toBe(effectiveFrom >= toDate(today));
        }
        // The same end found again tells nothing.
        const again = end({ after: meter, published: plan.assignments, horizon });
        expect(toRemaps(again)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
