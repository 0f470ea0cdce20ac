import { afterAll, describe, expect, it } from "vitest";
import { type Walked, walkFaultHistory } from "../support/fault-history.ts";
import { noRules } from "../support/oracle-breaker.ts";

describe("many days with faults, dying processes and people who decide (I1 to I13, §4, §5, §7)", () => {
  const all: Walked[] = [];
  for (const seed of [1, 2, 3, 4, 7, 8]) {
    it(`end up as the oracle has them, seed ${seed}`, async () => {
      const walked = await walkFaultHistory({ seed, days: 40 });
      all.push(walked);
      expect(walked.published).toBeGreaterThan(20);
      expect(Object.keys(walked.faults).length).toBeGreaterThan(3);
    });
  }

  afterAll(() => {
    // What was never told was never compared.
    if (all.length < 6) return;
    const told = new Set(all.flatMap(({ types }) => Object.keys(types)));
    for (const reason of ["missing", "withdrawn", "period_ended", "not_assigned_yet"])
      expect(told).toContain(`meter.group.remapped ${reason}`);
    for (const type of ["missing", "reappeared", "archived", "created"])
      expect(told).toContain(`meter.${type}`);
    for (const what of ["polls", "released", "discarded", "died", "held", "failed", "calendarAlone"] as const)
      expect(
        all.reduce((sum, walked) => sum + walked[what], 0),
        what,
      ).toBeGreaterThan(0);
  });

  it("end up so where no rule stands between half an answer and what is concluded of it", async () => {
    const faults = ["blind to ids", "answers without ids", "no answer by id", "empty page", "half"] as const;
    const walked = await walkFaultHistory({ seed: 31, days: 30, faultShare: 0.6, faults, rules: noRules });
    expect(Object.keys(walked.faults).sort()).toEqual([...faults].sort());
  });

  it("end up so where a run follows one that had asked for more when it failed", async () => {
    // Its last question arrived in the time of the next run, whose answers were judged with one too many.
    expect((await walkFaultHistory({ seed: 738_248, days: 20 })).failed).toBeGreaterThan(0);
  });

  it("end up so where meters move while a window is given up to be read in parts", async () => {
    // What only the first read of it had returned was taken for returned.
    expect((await walkFaultHistory({ seed: 763_537, days: 2, killShare: 0 })).published).toBeGreaterThan(0);
  });

  it("end up so where a process of its own is killed", async () => {
    const walked = await walkFaultHistory({ seed: 21, days: 12, faultShare: 0, killShare: 0.3 });
    expect(walked.killed).toBeGreaterThan(1);
  });
});
