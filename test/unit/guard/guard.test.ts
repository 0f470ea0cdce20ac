import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planCertificate, weighPlan } from "../../../src/guard/index.ts";

describe("the certificate of a sweep (I2)", () => {
  test("is given where every window was read to its last page and every answer had an id", () => {
    expect(planCertificate({ windowsTotal: 12, windowsDone: 12, rejected: 0 })).toEqual({
      isCertified: true,
      reasons: [],
    });
  });

  test("is refused where a window was not read to its last page, with the reason", () => {
    const { isCertified, reasons } = planCertificate({ windowsTotal: 12, windowsDone: 11, rejected: 0 });
    expect(isCertified).toBe(false);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toContain("1");
  });

  test("is refused where an answer carried no id: that meter may be any of the absent ones (I11)", () => {
    const { isCertified, reasons } = planCertificate({ windowsTotal: 12, windowsDone: 12, rejected: 1 });
    expect(isCertified).toBe(false);
    expect(reasons).toHaveLength(1);
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
        const { isCertified, reasons } = planCertificate({ windowsTotal, windowsDone, rejected });
        const expected = (windowsDone < windowsTotal ? 1 : 0) + (rejected > 0 ? 1 : 0);
        expect(reasons).toHaveLength(expected);
        expect(isCertified).toBe(expected === 0);
      }),
      { numRuns: 100 },
    );
  });
});

describe("the breaker weighs an empty sweep", () => {
  test("against a portfolio that is not empty: held, with the rule and its numbers", () => {
    const { verdict, trips } = weighPlan({ returned: 0, known: 1, rejected: 0 });
    expect(verdict).toBe("hold");
    expect(trips).toMatchObject([{ rule: "empty_sweep", numbers: { returned: 0, known: 1 } }]);
    expect(trips[0]?.explanation).not.toBe("");
  });

  test("in which every answer lacked an id: held, and said so", () => {
    const { verdict, trips } = weighPlan({ returned: 0, known: 3, rejected: 2 });
    expect(verdict).toBe("hold");
    expect(trips[0]?.explanation).toMatch(/none of the 2 meters .* carries an id/);
  });

  test("against an empty portfolio, or one meter against one: published", () => {
    expect(weighPlan({ returned: 0, known: 0, rejected: 0 })).toEqual({ verdict: "publish", trips: [] });
    expect(weighPlan({ returned: 1, known: 1, rejected: 0 })).toEqual({ verdict: "publish", trips: [] });
  });
});
