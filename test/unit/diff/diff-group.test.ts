import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diffGroup, type Membership, toMembershipSpans } from "../../../src/diff/index.ts";
import { naiveRuns, spread, toDate } from "../market/day-arrays.ts";

const count = 30;

function stay(meterId: string, from: number, to: number | null, program: string | null = "CCA"): Membership {
  return { meterId, program, region: "CAISO", from: toDate(from), to: to === null ? null : toDate(to) };
}

function diff(before: readonly Membership[], after: readonly Membership[], first = 0) {
  const date = toDate(first);
  return diffGroup(toMembershipSpans(before, date), toMembershipSpans(after, date), date);
}

describe("the membership of a group", () => {
  test("counts distinct meters over all programs", () => {
    const stays = [stay("m", 0, null), stay("m", 0, null, "DSGS"), stay("n", 0, 4, null)];
    expect(toMembershipSpans(stays, toDate(0))).toEqual([
      { from: toDate(0), to: toDate(4), meterIds: ["m", "n"], programs: ["CCA", "DSGS"], regions: ["CAISO"] },
      { from: toDate(5), to: null, meterIds: ["m"], programs: ["CCA", "DSGS"], regions: ["CAISO"] },
    ]);
  });

  test("begins with the first date looked at, whenever the stays began", () => {
    const [span] = toMembershipSpans([stay("m", 0, 9)], toDate(5));
    expect(span).toMatchObject({ from: toDate(5), to: toDate(9) });
  });
});

describe("a change of a group", () => {
  test("is none where a meter leaves one of two programs in the same group", () => {
    expect(diff([stay("m", 0, null), stay("m", 0, null, "DSGS")], [stay("m", 0, null)])).toEqual([]);
  });

  test("is none where a meter goes from one program into another", () => {
    expect(diff([stay("m", 0, 9), stay("m", 10, null, "DSGS")], [stay("m", 0, null, null)])).toEqual([]);
  });

  test("is one for a maximal run of dates with the same before and after", () => {
    expect(diff([stay("m", 0, null)], [stay("m", 0, null), stay("n", 3, 7)])).toEqual([
      {
        effectiveFrom: toDate(3),
        effectiveTo: toDate(7),
        added: ["n"],
        removed: [],
        before: ["m"],
        after: ["m", "n"],
      },
    ]);
  });

  test("is two where the members before change in between, though the same meter comes", () => {
    const before = [stay("m", 0, 4)];
    const after = [stay("m", 0, 4), stay("n", 0, null)];
    expect(diff(before, after)).toMatchObject([
      { effectiveFrom: toDate(0), effectiveTo: toDate(4), added: ["n"], before: ["m"] },
      { effectiveFrom: toDate(5), effectiveTo: null, added: ["n"], before: [] },
    ]);
  });

  test("is one where only the programs of its members change in between", () => {
    const before = [stay("m", 0, 4), stay("m", 5, null, "DSGS")];
    expect(diff(before, [])).toMatchObject([
      { effectiveFrom: toDate(0), effectiveTo: null, removed: ["m"], after: [] },
    ]);
  });

  test("is two where the same change comes twice with equal days between", () => {
    expect(diff([], [stay("m", 1, 2), stay("m", 5, 6)])).toMatchObject([
      { effectiveFrom: toDate(1), effectiveTo: toDate(2) },
      { effectiveFrom: toDate(5), effectiveTo: toDate(6) },
    ]);
  });

  test("says nothing of dates before the first looked at", () => {
    expect(diff([stay("m", 0, 9)], [], 5)).toMatchObject([
      { effectiveFrom: toDate(5), effectiveTo: toDate(9) },
    ]);
  });
});

const anyStay = fc
  .record({
    meterId: fc.constantFrom("m", "n", "o"),
    program: fc.constantFrom("CCA", "DSGS", null),
    from: fc.nat(20),
    length: fc.option(fc.nat(6), { nil: null }),
  })
  .map(({ meterId, program, from, length }) =>
    stay(meterId, from, length === null ? null : from + length, program),
  );

test("group changes are the oracle's, and turn the members before into the members after (I13)", () => {
  const anyStays = fc.array(anyStay, { maxLength: 6 });
  fc.assert(
    fc.property(anyStays, anyStays, fc.nat(20), (before, after, first) => {
      const [was, is] = [before, after].map((stays) =>
        spread(
          stays.map(({ meterId, from, to }) => ({ group: meterId, from, to })),
          count,
        ),
      );
      const found = diff(before, after, first);
      const expected = naiveRuns(was!, is!, first);
      expect(
        found.map((change) => ({
          from: change.effectiveFrom,
          to: change.effectiveTo,
          before: change.before,
          after: change.after,
        })),
      ).toEqual(expected);
      for (const { before: members, after: next, added, removed } of found) {
        const applied = members.filter((meterId) => !removed.includes(meterId)).concat(added);
        expect(applied.sort()).toEqual(next);
      }
    }),
    { numRuns: 400 },
  );
});
