import { describe, expect, it } from "vitest";
import { walkQuarter } from "../support/quarter.ts";

describe("simulated weeks over both changes of the clocks, day by day (I4, I13, §4, §5, §8)", () => {
  for (const { seed, meterCount, startDate, days } of [
    { seed: 11, meterCount: 50, startDate: "2026-10-24", days: 30 },
    { seed: 12, meterCount: 30, startDate: "2027-03-09", days: 12 },
  ]) {
    it(`shows and tells the truth of seed ${seed} for ${days} days from ${startDate}`, async () => {
      const counts = await walkQuarter({ seed, meterCount, startDate, days });
      expect(counts.publications).toBeGreaterThan(days * 0.85);
      expect(counts.applied).toBeGreaterThan(days * 2);
    }, 120_000);
  }
});
