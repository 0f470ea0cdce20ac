import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BreakerRules, type LossCounts, type Trip, weighLosses } from "../../../src/guard/index.ts";
import { defaultRules, isMoreThan, noRules } from "./rules.ts";

function weigh(given: Partial<LossCounts>, rules: BreakerRules = defaultRules): readonly Trip[] {
  return weighLosses({ assigned: { of: 0, lost: 0 }, programs: new Map(), groups: [], ...given }, rules);
}

function ruleNames(given: Partial<LossCounts>, rules: BreakerRules = defaultRules): string[] {
  return weigh(given, rules).map(({ rule }) => rule);
}

describe("a plan that takes nothing away", () => {
  test("passes, with a portfolio or without", () => {
    expect(weigh({})).toEqual([]);
    expect(weigh({ assigned: { of: 1, lost: 0 } })).toEqual([]);
  });

  test("passes at a month roll, in which every group falls to zero and every meter has another", () => {
    const groups = Array.from({ length: 40 }, (_, index) => ({
      marketGroupId: `g-${index}`,
      members: 250,
      losing: 0,
    }));
    const programs = new Map([["DSGS", { of: 10_000, lost: 0 }]]);
    expect(weigh({ assigned: { of: 10_000, lost: 0 }, programs, groups })).toEqual([]);
  });
});

describe("assigned meters that suffer a loss are held", () => {
  const assigned = (of: number, lost: number, rules?: BreakerRules) =>
    ruleNames({ assigned: { of, lost } }, rules);

  test("says of a group that falls to zero on several dates just once, at its worst", () => {
    const emptied = (members: number, losing: number) => ({ marketGroupId: "g", members, losing });
    const groups = [emptied(7, 6), emptied(9, 8), emptied(4, 4), emptied(8, 7)];
    const trips = weighLosses({ assigned: { of: 0, lost: 0 }, programs: new Map(), groups }, defaultRules);
    expect(trips.map(({ rule, numbers }) => [rule, numbers.members, numbers.losing])).toEqual([
      ["lost_group", 9, 8],
    ]);
  });

  test("above 20 % of the assigned, not at it", () => {
    expect(assigned(1000, 199)).toEqual([]);
    expect(assigned(1000, 200)).toEqual([]);
    expect(assigned(1000, 201)).toEqual(["lost_meters"]);
    // 20 % of 1004 are 200.8.
    expect(assigned(1004, 200)).toEqual([]);
    expect(assigned(1004, 201)).toEqual(["lost_meters"]);
  });

  test("above ten of them, not at it: a portfolio of one, or of ten, is too small to judge", () => {
    expect(assigned(1, 1)).toEqual([]);
    expect(assigned(10, 10)).toEqual([]);
    expect(assigned(11, 11)).toEqual(["lost_meters"]);
    expect(assigned(54, 11)).toEqual(["lost_meters"]);
    expect(assigned(55, 11)).toEqual([]);
  });

  test("not at all where the rule is off, and by thresholds of one's own", () => {
    expect(assigned(1000, 1000, { ...defaultRules, loss: null })).toEqual([]);
    expect(assigned(100, 2, { ...defaultRules, loss: { percent: 1, count: 1 } })).toEqual(["lost_meters"]);
  });

  test("with what was seen, what to look at, the rule and all numbers", () => {
    const [trip] = weigh({ assigned: { of: 1200, lost: 312 } });
    expect(trip?.numbers).toEqual({ assigned: 1200, losing: 312, percent: 20, count: 10 });
    expect(trip?.explanation).toMatch(
      /^312 of 1200 assigned meters \(26 %\) would be left without any group/,
    );
    expect(trip?.explanation).toMatch(/look .*Rule METER_SYNC_HOLD_LOSS: more than 20 % and more than 10\.$/);
  });
});

describe("a program is held", () => {
  const program = (of: number, lost: number, rules?: BreakerRules) =>
    ruleNames({ programs: new Map([["DSGS", { of, lost }]]) }, rules);

  test("above half of its meters and above ten of them", () => {
    expect(program(100, 50)).toEqual([]);
    expect(program(100, 51)).toEqual(["lost_program"]);
    expect(program(101, 50)).toEqual([]);
    expect(program(101, 51)).toEqual(["lost_program"]);
    expect(program(10, 10)).toEqual([]);
    expect(program(11, 10)).toEqual([]);
    expect(program(11, 11)).toEqual(["lost_program"]);
  });

  test("not at all where the rule is off; without a name it is still told", () => {
    expect(program(100, 100, { ...defaultRules, program: null })).toEqual([]);
    const [trip] = weigh({ programs: new Map([["", { of: 30, lost: 20 }]]) });
    expect(trip?.explanation).toMatch(
      /^20 of 30 meters \(66\.67 %\) of the program \(no name\) would be left/,
    );
    expect(trip?.explanation).toContain("METER_SYNC_HOLD_PROGRAM");
    expect(trip?.numbers).toEqual({ meters: 30, losing: 20, percent: 50, count: 10 });
  });

  test("with many others: the largest first, those alike by name, at most 20", () => {
    const names = Array.from({ length: 30 }, (_, index) => `P${String(index).padStart(2, "0")}`);
    const programs = new Map(names.toReversed().map((name) => [name, { of: 20, lost: 15 }]));
    const trips = weigh({ programs });
    expect(trips.map(({ explanation }) => /program (\w+)/.exec(explanation)?.[1])).toEqual(
      names.slice(0, 20),
    );
    expect(trips.at(-1)?.explanation).toMatch(/ 10 more trip this rule, not listed\.$/);
  });
});

describe("a group that falls to zero is held", () => {
  const group = (members: number, losing: number, rules?: BreakerRules) =>
    ruleNames({ groups: [{ marketGroupId: "g-1", members, losing }] }, rules);

  test("from five members on", () => {
    expect(group(4, 4)).toEqual([]);
    expect(group(5, 5)).toEqual(["lost_group"]);
    expect(group(6, 6)).toEqual(["lost_group"]);
  });

  test("where more than half of them are left without any group, not at half", () => {
    expect(group(5, 2)).toEqual([]);
    expect(group(5, 3)).toEqual(["lost_group"]);
    expect(group(10, 4)).toEqual([]);
    expect(group(10, 5)).toEqual([]);
    expect(group(10, 6)).toEqual(["lost_group"]);
  });

  test("not at all where the rule is off", () => {
    expect(group(500, 500, { ...defaultRules, group: null })).toEqual([]);
  });

  test("with its numbers; among many the one that loses most comes first", () => {
    const groups = Array.from({ length: 23 }, (_, index) => ({
      marketGroupId: `g-${index}`,
      members: 40,
      losing: 21 + (index % 12),
    }));
    const trips = weigh({ groups });
    expect(trips).toHaveLength(20);
    expect(trips[0]?.numbers).toEqual({ members: 40, losing: 32, percent: 50, count: 5 });
    expect(trips[0]?.explanation).toMatch(
      /^the group g-11 would fall to no member, and 32 of 40 members \(80 %\) .*HOLD_GROUP.* 5 members/,
    );
    expect(trips.at(-1)?.numbers.more).toBe(3);
  });
});

describe("whatever is lost", () => {
  const anyShare = fc.option(fc.record({ percent: fc.nat(100), count: fc.nat(20) }));
  const anyLoser = fc
    .record({ of: fc.oneof(fc.nat(40), fc.nat(2_000_000)), percent: fc.nat(100), shift: fc.nat(4) })
    .map(({ of, percent, shift }) => ({
      of,
      lost: Math.min(of, Math.max(0, Math.floor((of * percent) / 100) + shift - 2)),
    }));
  const anyCase = fc.record({
    assigned: anyLoser,
    programs: fc.dictionary(fc.constantFrom("A", "B", "C"), anyLoser),
    groups: fc.array(anyLoser, { maxLength: 5 }),
    rules: fc.record({ loss: anyShare, program: anyShare, group: anyShare }),
  });

  test("the rules that trip are those that the words of the rules name", () => {
    fc.assert(
      fc.property(anyCase, ({ assigned, programs, groups, rules }) => {
        const { loss, program, group } = rules;
        const expected: string[] = [];
        if (loss && isMoreThan(assigned, loss.percent, loss.count)) expected.push("lost_meters");
        for (const loser of Object.values(programs))
          if (program && isMoreThan(loser, program.percent, program.count)) expected.push("lost_program");
        for (const loser of groups)
          if (group && !(loser.of < group.count) && isMoreThan(loser, group.percent, -1))
            expected.push("lost_group");
        const trips = weigh(
          {
            assigned,
            programs: new Map(Object.entries(programs)),
            groups: groups.map(({ of, lost }, index) => ({
              marketGroupId: `g-${index}`,
              members: of,
              losing: lost,
            })),
          },
          { ...noRules, ...rules },
        );
        expect(trips.map(({ rule }) => rule)).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });
});
