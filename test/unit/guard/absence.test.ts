import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AbsenceCounts, type BreakerRules, weighAbsence } from "../../../src/guard/index.ts";
import { ruleNames, weigh } from "./absence-counts.ts";
import { defaultRules, isMoreThan, noRules } from "./rules.ts";

describe("an empty sweep", () => {
  const empty = { returned: 0, rejected: 0 };

  test("is held where the published snapshot is not empty, be it one meter", () => {
    expect(ruleNames({ ...empty, known: 1, absent: 1 })).toEqual(["empty_sweep"]);
    const [trip] = weigh({ ...empty, known: 1, absent: 1 });
    expect(trip?.numbers).toEqual({ returned: 0, known: 1, rejected: 0 });
    expect(trip?.explanation).toBe(
      "Leap returned no meter at all, and 1 are known: check the key, the account and the host. " +
        "Rule METER_SYNC_HOLD_EMPTY.",
    );
  });

  test("in which every answer lacked an id is held, and said so", () => {
    const [trip] = weigh({ ...empty, rejected: 2, known: 3, absent: 3 });
    expect(trip?.explanation).toMatch(/^none of the 2 meters .* carries an id, and 3 are known: ask Leap/);
  });

  test("passes against an empty snapshot, before the first publication, and where one meter came", () => {
    expect(ruleNames({ ...empty, known: 0 })).toEqual([]);
    expect(ruleNames({ ...empty, known: 0, published: null })).toEqual([]);
    expect(ruleNames({ returned: 1, known: 1 })).toEqual([]);
  });

  test("passes where the rule is off", () => {
    expect(ruleNames({ ...empty, known: 5, absent: 5 }, { ...defaultRules, empty: false })).toEqual([]);
  });

  test("of a large portfolio trips every rule of absence, the emptiness first", () => {
    const regions = new Map([["CAISO", { of: 100, lost: 100 }]]);
    expect(ruleNames({ ...empty, known: 100, absent: 100, regions })).toEqual([
      "empty_sweep",
      "absent_meters",
      "absent_region",
      "account_changed",
    ]);
  });
});

describe("absent meters are held", () => {
  test("above 5 % of the known ones, not at it", () => {
    expect(ruleNames({ known: 1000, absent: 49 })).toEqual([]);
    expect(ruleNames({ known: 1000, absent: 50 })).toEqual([]);
    expect(ruleNames({ known: 1000, absent: 51 })).toEqual(["absent_meters"]);
    // 5 % of 1019 are 50.95.
    expect(ruleNames({ known: 1019, absent: 50 })).toEqual([]);
    expect(ruleNames({ known: 1019, absent: 51 })).toEqual(["absent_meters"]);
  });

  test("above ten of them, not at it", () => {
    expect(ruleNames({ known: 30, absent: 10 })).toEqual([]);
    expect(ruleNames({ known: 30, absent: 11 })).toEqual(["absent_meters"]);
    expect(ruleNames({ known: 200, absent: 10 })).toEqual([]);
    expect(ruleNames({ known: 200, absent: 11 })).toEqual(["absent_meters"]);
    expect(ruleNames({ known: 220, absent: 11 })).toEqual([]);
    expect(ruleNames({ known: 219, absent: 11 })).toEqual(["absent_meters"]);
  });

  test("with what was seen, what to look at, the rule and all numbers", () => {
    const [trip] = weigh({ known: 1000, absent: 123 });
    expect(trip?.numbers).toEqual({ known: 1000, absent: 123, percent: 5, count: 10 });
    expect(trip?.explanation).toMatch(/^123 of 1000 known meters \(12\.3 %\) were not returned\. .*look/);
    expect(trip?.explanation).toMatch(/Rule METER_SYNC_HOLD_ABSENT: more than 5 % and more than 10\.$/);
  });

  test("by thresholds of one's own, and not at all where the rule is off", () => {
    const rules = { ...defaultRules, absent: { percent: 0, count: 0 } };
    expect(ruleNames({ known: 1000, absent: 0 }, rules)).toEqual([]);
    expect(ruleNames({ known: 1000, absent: 1 }, rules)).toEqual(["absent_meters"]);
    expect(ruleNames({ known: 1000, absent: 400 }, { ...defaultRules, absent: null })).toEqual([]);
    expect(ruleNames({ known: 20, absent: 20 }, { ...noRules, absent: { percent: 100, count: 0 } })).toEqual(
      [],
    );
  });
});

describe("a region is held", () => {
  const regionRules = (of: number, lost: number, rules?: BreakerRules) =>
    ruleNames({ known: 10_000, absent: lost, regions: new Map([["ERCOT", { of, lost }]]) }, rules);

  test("above half of its known meters, not at it", () => {
    expect(regionRules(100, 49)).toEqual([]);
    expect(regionRules(100, 50)).toEqual([]);
    expect(regionRules(100, 51)).toEqual(["absent_region"]);
    expect(regionRules(101, 50)).toEqual([]);
    expect(regionRules(101, 51)).toEqual(["absent_region"]);
  });

  test("above ten of them, not at it, and not at all where the rule is off", () => {
    expect(regionRules(10, 10)).toEqual([]);
    expect(regionRules(11, 11)).toEqual(["absent_region"]);
    expect(regionRules(11, 11, { ...defaultRules, region: null })).toEqual([]);
  });

  test("under its name, cut where it has no end", () => {
    const regions = new Map([["X".repeat(5000), { of: 40, lost: 30 }]]);
    const [trip] = weigh({ known: 10_000, absent: 30, regions });
    expect(trip?.numbers).toEqual({ known: 40, absent: 30, percent: 50, count: 10 });
    expect(trip?.explanation).toMatch(
      /^30 of 40 known meters \(75 %\) of the region X+… were not .*METER_SYNC_HOLD_REGION/,
    );
    expect(trip?.explanation.length).toBeLessThan(500);
  });

  test("with others: the largest first, at most 20, and the last says how many more", () => {
    const losers = (count: number) =>
      new Map(Array.from({ length: count }, (_, index) => [`R${index}`, { of: 100, lost: 51 + index }]));
    const of = (count: number) => weigh({ known: 100_000, absent: 4000, regions: losers(count) });
    expect(of(20).map(({ numbers }) => numbers.absent)).toEqual(
      Array.from({ length: 20 }, (_, index) => 70 - index),
    );
    expect(of(20).at(-1)?.explanation).not.toMatch(/more trip/);
    expect(of(20).at(-1)?.numbers.more).toBeUndefined();
    expect(of(21)).toHaveLength(20);
    expect(of(21)[0]?.explanation).toContain("R20 ");
    expect(of(21).at(-1)?.explanation).toMatch(/ 1 more trips this rule, not listed\.$/);
    expect(of(49)).toHaveLength(20);
    expect(of(49).at(-1)?.explanation).toMatch(/ 29 more trip this rule, not listed\.$/);
    expect(of(49).at(-1)?.numbers.more).toBe(29);
    expect(of(49).filter(({ numbers }) => numbers.more !== undefined)).toHaveLength(1);
  });
});

describe("whatever is counted", () => {
  const anyShare = fc.option(fc.record({ percent: fc.nat(100), count: fc.nat(30) }));
  /** Around the thresholds more often than elsewhere. */
  const anyLoser = fc
    .record({ of: fc.oneof(fc.nat(40), fc.nat(2_000_000)), percent: fc.nat(100), shift: fc.nat(4) })
    .map(({ of, percent, shift }) => ({
      of,
      lost: Math.min(of, Math.max(0, Math.floor((of * percent) / 100) + shift - 2)),
    }));
  const anyOrigin = fc.record({
    host: fc.constantFrom("a.test", "a.test:81", "b.test"),
    account: fc.constantFrom("default", "a", "b"),
  });
  const anyCase = fc.record({
    mode: fc.constantFrom<"sweep" | "poll">("sweep", "poll"),
    all: anyLoser,
    strangers: fc.nat(3),
    rejected: fc.nat(2),
    regions: fc.dictionary(fc.constantFrom("CAISO", "PJM", ""), anyLoser),
    published: fc.option(anyOrigin),
    asked: anyOrigin,
    rules: fc.record({ empty: fc.boolean(), absent: anyShare, region: anyShare, account: anyShare }),
  });

  test("the rules that trip are those that the words of the rules name", () => {
    fc.assert(
      fc.property(anyCase, ({ all, strangers, regions, rules: partial, ...rest }) => {
        const rules: BreakerRules = { ...noRules, ...partial };
        const counts: AbsenceCounts = {
          ...rest,
          returned: all.of - all.lost + strangers,
          known: all.of,
          absent: all.lost,
          regions: new Map(Object.entries(regions)),
        };
        const expected: string[] = [];
        const { absent, region, account } = rules;
        if (rest.mode === "sweep") {
          if (rules.empty && counts.returned === 0 && all.of > 0) expected.push("empty_sweep");
          if (absent && isMoreThan(all, absent.percent, absent.count)) expected.push("absent_meters");
          for (const loser of Object.values(regions))
            if (region && isMoreThan(loser, region.percent, region.count)) expected.push("absent_region");
        }
        if (account && isElsewhere(counts, account.percent, account.count)) expected.push("account_changed");
        const trips = weighAbsence(counts, rules);
        expect(trips.map(({ rule }) => rule)).toEqual(expected);
        for (const { explanation } of trips) expect(explanation).toMatch(/Rule METER_SYNC_HOLD_[A-Z]+[.:]/);
      }),
      { numRuns: 3000 },
    );
  });

  function isElsewhere(counts: AbsenceCounts, percent: number, count: number): boolean {
    const { published, asked, mode, known, absent } = counts;
    if (published !== null) {
      if (published.host.split(":")[0] !== asked.host.split(":")[0]) return true;
      const accounts = new Set([published.account, asked.account].filter((name) => name !== "default"));
      if (accounts.size > 1) return true;
    }
    if (mode === "poll" || known < count) return false;
    const wanted = (BigInt(known) * BigInt(percent) + 99n) / 100n;
    return BigInt(known - absent) < wanted;
  }
});
