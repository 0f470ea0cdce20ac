import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Certificate, planCertificate, type SweepEvidence } from "../../../src/guard/index.ts";

/** A sweep of twelve windows, all of them read to the last page. */
function makeEvidence(given: Partial<SweepEvidence> = {}): SweepEvidence {
  const whole: SweepEvidence = {
    windowsTotal: 12,
    windowsDone: 12,
    windowsSplit: 2,
    windowsRestarted: 1,
    pages: 30,
    documents: 1003,
    returned: 1000,
    repeated: 3,
    moved: 1,
    rejected: 0,
    unreadable: 4,
    contentSha256: "ab".repeat(32),
    regions: { CAISO: 700, PJM: 300 },
    statuses: { ACTIVE: 990, none: 10 },
    groups: null,
  };
  return { ...whole, ...given };
}

/** The certificate of an earlier sweep that counted these regions. */
function certify(regions: Record<string, number>, last: Certificate | null = null): Certificate {
  return planCertificate(makeEvidence({ regions }), last);
}

describe("the certificate of a sweep (I2)", () => {
  test("is given where every window was read to its last page and every answer had an id", () => {
    const { is_certified, reasons } = planCertificate(makeEvidence(), null);
    expect([is_certified, reasons]).toEqual([true, []]);
  });

  test("is refused where a window was not read to its last page, with the reason", () => {
    const one = planCertificate(makeEvidence({ windowsDone: 11 }), null);
    expect(one.is_certified).toBe(false);
    expect(one.reasons).toEqual(["1 of 12 windows was not read to the last page"]);
    const two = planCertificate(makeEvidence({ windowsDone: 10 }), null);
    expect(two.reasons).toEqual(["2 of 12 windows were not read to the last page"]);
  });

  test("is refused where no window was read at all", () => {
    const { is_certified, reasons } = planCertificate(
      makeEvidence({ windowsTotal: 0, windowsDone: 0 }),
      null,
    );
    expect([is_certified, reasons]).toEqual([false, ["no window was read at all"]]);
  });

  test("is refused where an answer carried no id: that meter may be any of the absent ones (I11)", () => {
    const { is_certified, reasons } = planCertificate(makeEvidence({ rejected: 1 }), null);
    expect([is_certified, reasons]).toEqual([false, ["1 answer carried no meter id"]]);
  });

  test("is given in spite of meters that moved, came twice or cannot be read: their ids were seen", () => {
    const busy = makeEvidence({ repeated: 900, moved: 900, unreadable: 900, windowsRestarted: 9 });
    expect(planCertificate(busy, null).is_certified).toBe(true);
  });

  test("names every reason, and is given exactly when there is none", () => {
    const anyEvidence = fc.record({
      windowsTotal: fc.integer({ min: 1, max: 9 }),
      missing: fc.nat(3),
      rejected: fc.nat(2),
    });
    fc.assert(
      fc.property(anyEvidence, ({ windowsTotal, missing, rejected }) => {
        const windowsDone = Math.max(0, windowsTotal - missing);
        const evidence = makeEvidence({ windowsTotal, windowsDone, rejected });
        const { is_certified, reasons } = planCertificate(evidence, null);
        const expected = (windowsDone < windowsTotal ? 1 : 0) + (rejected > 0 ? 1 : 0);
        expect(reasons).toHaveLength(expected);
        expect(is_certified).toBe(expected === 0);
      }),
      { numRuns: 100 },
    );
  });
});

describe("the evidence in a certificate", () => {
  test("is JSON that comes back as it went, every number of it", () => {
    const groups = {
      trade_date: "2026-11-10",
      before: { groups: 2, members: 30 },
      after: { groups: 1, members: 20 },
      largest: [{ market_group_id: "g-1", before: 10, after: 0 }],
    };
    const certificate = planCertificate(makeEvidence({ groups }), null);
    expect(JSON.parse(JSON.stringify(certificate))).toEqual({
      is_certified: true,
      reasons: [],
      windows_total: 12,
      windows_done: 12,
      windows_split: 2,
      windows_restarted: 1,
      pages: 30,
      documents: 1003,
      returned: 1000,
      repeated: 3,
      moved: 1,
      rejected: 0,
      unreadable: 4,
      content_sha256: "ab".repeat(32),
      regions: { CAISO: { before: null, after: 700 }, PJM: { before: null, after: 300 } },
      statuses: { ACTIVE: { before: null, after: 990 }, none: { before: null, after: 10 } },
      groups,
    });
  });

  test("stands beside what the last certified sweep counted; what vanished and what is new are named", () => {
    const last = certify({ CAISO: 500, ERCOT: 20 });
    const { regions, statuses } = certify({ CAISO: 480, PJM: 7 }, last);
    expect(regions).toEqual({
      CAISO: { before: 500, after: 480 },
      ERCOT: { before: 20, after: 0 },
      PJM: { before: 0, after: 7 },
    });
    expect(statuses.ACTIVE).toEqual({ before: 990, after: 990 });
  });

  test("takes a name that is a word of the language as a name", () => {
    const odd = Object.fromEntries([
      ["__proto__", 3],
      ["constructor", 4],
    ]);
    const { regions } = certify(odd, certify({ CAISO: 1 }));
    expect(Object.entries(regions)).toEqual([
      ["CAISO", { before: 1, after: 0 }],
      ["__proto__", { before: 0, after: 3 }],
      ["constructor", { before: 0, after: 4 }],
    ]);
  });
});

describe("a certificate counts by at most 50 names (I8)", () => {
  const many = (count: number, start = 1) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`R${index}`, start + index]));

  test("fifty are all named", () => {
    const { regions } = certify(many(50));
    expect(Object.keys(regions)).toHaveLength(50);
    expect(regions.others).toBeUndefined();
  });

  test("one that is called as the rest is takes a place of the fifty", () => {
    const { regions } = certify({ ...many(50), others: 7 });
    expect(Object.keys(regions)).toHaveLength(50);
    // R0, with one meter, joins the seven.
    expect(regions.others).toEqual({ before: null, after: 8 });
  });

  test("of more the largest are named, and the rest is summed", () => {
    const { regions } = certify(many(51));
    expect(Object.keys(regions)).toHaveLength(50);
    expect(regions.R2).toEqual({ before: null, after: 3 });
    // R0 and R1 hold 1 and 2 meters.
    expect(regions.others).toEqual({ before: null, after: 3 });
    expect(Object.keys(regions).at(-1)).toBe("others");
  });

  test("one that was large and vanished is named", () => {
    const { regions } = certify(many(60), certify({ CAISO: 1000 }));
    expect(regions.CAISO).toEqual({ before: 1000, after: 0 });
    expect(Object.keys(regions)).toHaveLength(50);
  });

  test("one that the last certificate did not name may have been among its others", () => {
    const last = certify(many(60));
    const { regions } = certify({ CAISO: 900, R59: 60 }, last);
    expect(regions.CAISO).toEqual({ before: null, after: 900 });
    expect(regions.R59).toEqual({ before: 60, after: 60 });
  });

  test("no meter is lost from the sums, whatever the names", () => {
    const anyCounts = fc.dictionary(
      fc.oneof(
        fc.nat(90).map((number) => `R${number}`),
        fc.constantFrom("others", "CAISO"),
      ),
      fc.nat(50),
      { maxKeys: 80 },
    );
    fc.assert(
      fc.property(anyCounts, anyCounts, (before, after) => {
        const last = certify(before);
        const { regions } = certify(after, last);
        const counts = Object.values(regions);
        expect(counts.length).toBeLessThanOrEqual(50);
        expect(sum(counts.map((count) => count.after))).toBe(sum(Object.values(after)));
        expect(sum(counts.map((count) => count.before ?? 0))).toBe(sum(Object.values(before)));
        for (const [name, count] of Object.entries(regions)) {
          if (name === "others") continue;
          expect(count.after).toBe(after[name] ?? 0);
          const isHidden = last.regions.others !== undefined && last.regions[name] === undefined;
          expect(count.before).toBe(isHidden ? null : (before[name] ?? 0));
        }
      }),
      { numRuns: 300 },
    );
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
