import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toNextPreferenceChange, toPreferenceInForce } from "../../../src/market/index.ts";

function entry(preference: string, startMs: number | null, endMs: number | null) {
  return { preference, startMs, endMs };
}

const participate = entry("PARTICIPATE", 100, null);
const idle = entry("IDLE", 200, 300);

describe("the preference in force is the one with the latest start ≤ now < end (domain §3)", () => {
  test.each([
    [99, null],
    [100, "PARTICIPATE"],
    [199, "PARTICIPATE"],
    [200, "IDLE"],
    [299, "IDLE"],
    [300, "PARTICIPATE"],
  ])("at %i it is %s", (nowMs, expected) => {
    expect(toPreferenceInForce([participate, idle], nowMs)?.preference ?? null).toBe(expected);
    expect(toPreferenceInForce([idle, participate], nowMs)?.preference ?? null).toBe(expected);
  });

  test("a later start wins where two overlap, and the earlier is back when the later has ended", () => {
    const long = entry("DISENROLL", 0, 1000);
    const late = entry("PARTICIPATE", 500, 600);
    expect(toPreferenceInForce([long, late], 550)).toEqual(late);
    expect(toPreferenceInForce([long, late], 600)).toEqual(long);
    expect(toPreferenceInForce([long, late], 1000)).toBeNull();
  });

  test("one without a window, as v1 has it, is in force always, and gives way to one that has begun", () => {
    const always = entry("Participate", null, null);
    expect(toPreferenceInForce([always], 0)).toEqual(always);
    expect(toPreferenceInForce([always, idle], 250)).toEqual(idle);
  });

  test("there is none of none", () => {
    expect(toPreferenceInForce([], 0)).toBeNull();
    expect(toNextPreferenceChange([], 0)).toBeNull();
  });

  test("the order of the answer means nothing, even where two begin together", () => {
    const twins = [entry("IDLE", 100, 300), entry("PARTICIPATE", 100, 300), entry("DISENROLL", 100, 200)];
    const found = toPreferenceInForce(twins, 150);
    expect(toPreferenceInForce([...twins].reverse(), 150)).toEqual(found);
  });
});

const anyEntry = fc.record({
  preference: fc.constantFrom("IDLE", "PARTICIPATE"),
  startMs: fc.option(fc.nat(20), { nil: null }),
  endMs: fc.option(fc.nat(20), { nil: null }),
});

test("between now and the next change the preference in force stays, and no change is passed over", () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { maxLength: 4 }), fc.nat(20), (entries, nowMs) => {
      const next = toNextPreferenceChange(entries, nowMs) ?? 30;
      expect(next).toBeGreaterThan(nowMs);
      const now = toPreferenceInForce(entries, nowMs);
      for (let ms = nowMs; ms < next; ms += 1) expect(toPreferenceInForce(entries, ms)).toEqual(now);
      const isNamed = entries.some(({ startMs, endMs }) => startMs === next || endMs === next);
      expect(next === 30 || isNamed).toBe(true);
    }),
    { numRuns: 500 },
  );
});
