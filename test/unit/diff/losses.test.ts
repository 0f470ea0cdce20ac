import { describe, expect, test } from "vitest";
import { type MeterPlanInput, planMeter } from "../../../src/diff/index.ts";
import { meterV1, meterV2 } from "./meters.ts";
import { makeHorizon, makeInput, period, publishedHorizon, row } from "./plan-input.ts";

/** The losses of a plan, a date and its programs a line. */
function lose(changes: Partial<MeterPlanInput>): string[] {
  return planMeter(makeInput(changes)).losses.map(
    ({ date, programs }) => `${date} ${programs.map((program) => program ?? "-").join("+")}`,
  );
}

const always = meterV2([period("P", "A", "2026-11-01")]);
const rows = [row("P", "A", "2026-11-01")];
const all = ["2026-11-10 P", "2026-11-11 P", "2026-11-12 P"];

describe("v2: a date on which a meter is left without any group", () => {
  test("is a loss where the published document gave one, on the day that enters the horizon too", () => {
    expect(lose({ before: always, published: rows })).toEqual(all);
  });

  test("is none where nothing changed, and where the meter moves", () => {
    expect(lose({ before: always, after: always, published: rows })).toEqual([]);
    const moved = meterV2([period("P", "B", "2026-11-01")]);
    expect(lose({ before: always, after: moved, published: rows })).toEqual([]);
    const other = meterV2([period("Q", "B", "2026-11-01")]);
    expect(lose({ before: always, after: other, published: rows })).toEqual([]);
  });

  test("is none where it keeps a group of another program, and one of both where it keeps none", () => {
    const both = meterV2([period("P", "A", "2026-11-01"), period("Q", "B", "2026-11-01")]);
    const published = [...rows, row("Q", "B", "2026-11-01")];
    const onlyP = meterV2([period("P", "A", "2026-11-01")]);
    expect(lose({ before: both, after: onlyP, published })).toEqual([]);
    expect(lose({ before: both, published })[0]).toBe("2026-11-10 P+Q");
  });

  test("is none on days after what the published document said would be its last", () => {
    const ending = meterV2([period("P", "A", "2026-11-01", "2026-11-10")]);
    const published = [row("P", "A", "2026-11-01", "2026-11-10")];
    expect(lose({ before: ending, published })).toEqual(["2026-11-10 P"]);
    expect(lose({ before: ending, after: ending, published })).toEqual([]);
    // Nor where the published value was held on beyond the horizon, until that day entered it.
    const later = meterV2([period("P", "A", "2026-11-01", "2026-11-11")]);
    expect(lose({ before: later, after: later, published: rows })).toEqual([]);
  });

  test("is one on each day alone that is taken out of the middle", () => {
    const after = meterV2([period("P", "A", "2026-11-01", "2026-11-10"), period("P", "A", "2026-11-12")]);
    expect(lose({ before: always, after, published: rows })).toEqual(["2026-11-11 P"]);
  });

  test("is one on a day that a change of region alone took: in the old one it had been given", () => {
    // The midnight that begins the 11th in New York, the evening of the 10th in Los Angeles.
    const same = meterV2([["P", "A", "2026-11-01T05:00:00Z", "2026-11-11T03:30:00Z"]]);
    const published = [row("P", "A", "2026-11-01", "2026-11-11")];
    const sides = { before: same, after: same, published };
    expect(lose({ ...sides, zoneBefore: "America/New_York" })).toEqual(["2026-11-11 P"]);
    expect(lose(sides)).toEqual([]);
  });

  test("is none before today: days without a run have passed", () => {
    const horizon = makeHorizon({ range: { first: "2026-11-07", last: "2026-11-12" } });
    expect(lose({ before: always, published: rows, horizon })).toEqual(all);
  });

  test("is none of a new meter", () => {
    expect(lose({ before: null, publishedThrough: null })).toEqual([]);
  });

  test.each([
    ["had a group in the past", [row("P", "A", "2026-06-01", "2026-09-30")]],
    ["never had a group", []],
  ])("is one on a first day that only the document spoke of, of a meter that %s", (_, published) => {
    const coming = meterV2([period("P", "A", "2026-11-12")]);
    expect(lose({ before: coming, published })).toEqual(["2026-11-12 P"]);
  });
});

describe("v1: a date on which a meter is left without any group", () => {
  const v1 = { before: meterV1([]), after: meterV1([], {}, "T08:00:00Z") };
  const horizon = makeHorizon({ outermost: "2026-11-12" });
  const published = [row(null, "A", "2026-11-01")];

  test("is a loss where that date had been published, and none where it enters the horizon", () => {
    expect(lose({ ...v1, horizon, published })).toEqual(["2026-11-10 -", "2026-11-11 -"]);
  });

  test("is none after days without a run that had published none of them", () => {
    const old = {
      ...publishedHorizon,
      today: "2026-11-01",
      lastLookedAt: "2026-11-03",
      knownThrough: "2026-11-03",
    };
    expect(lose({ ...v1, horizon: { ...horizon, published: old }, published })).toEqual([]);
  });

  test("is none where the answers spoke of none of the days", () => {
    expect(lose({ ...v1, horizon: { ...horizon, range: null }, published })).toEqual([]);
  });

  test("is one after a switch from v2 by what its document gave", () => {
    const input = { before: always, after: v1.after, horizon, published: rows, isSwitched: true };
    expect(lose(input)).toEqual(all);
  });
});

describe("the end of a meter", () => {
  test("loses what its document gives from that day on", () => {
    const ending = meterV2([period("P", "A", "2026-11-01", "2026-11-11")]);
    const input = { before: ending, after: ending, published: [row("P", "A", "2026-11-01", "2026-11-11")] };
    expect(lose({ ...input, presence: "ended", wasMissing: true })).toEqual(["2026-11-10 P", "2026-11-11 P"]);
  });

  test("loses nothing where it had none", () => {
    expect(lose({ presence: "ended", wasMissing: true })).toEqual([]);
  });

  test("is none once more when the meter is back without a group", () => {
    const input = {
      published: [row("P", "A", "2026-11-01", "2026-11-09")],
      endedAtMs: Date.parse("2026-11-09T20:00:00Z"),
      wasMissing: true,
    };
    expect(lose({ ...input, before: always, presence: "present" })).toEqual([]);
  });
});
