import { describe, expect, it } from "vitest";
import { walkQuarter } from "../support/quarter.ts";

describe("a simulated quarter, publication by publication (I4, I13, §4, §5, §8)", () => {
  for (const { seed, meterCount, startDate } of [
    { seed: 11, meterCount: 60, startDate: "2026-09-20" },
    { seed: 12, meterCount: 70, startDate: "2027-02-01" },
  ]) {
    it(`shows and tells the truth of seed ${seed} for 95 days from ${startDate}`, async () => {
      const counts = await walkQuarter({ seed, meterCount, startDate, days: 95 });
      expect(counts.publications).toBeGreaterThan(80);
      expect(counts.applied).toBeGreaterThan(200);
    }, 120_000);
  }
});
