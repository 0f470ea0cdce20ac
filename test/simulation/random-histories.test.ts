import { describe, expect, it } from "vitest";
import { walkHistory } from "../support/random-history.ts";

describe("random histories of small portfolios (I4, I11, I13, §3, §4, §5, §8)", () => {
  for (const seed of [1, 2, 3, 4]) {
    it(`are shown and told as the oracle has them, seed ${seed}`, async () => {
      const counts = await walkHistory({ seed, runs: 40 });
      expect(counts.applied).toBeGreaterThan(0);
    });
  }

  for (const seed of [41]) {
    it(`are so too where meters change their region, seed ${seed}`, async () => {
      expect((await walkHistory({ seed, runs: 40, movesRegions: true })).publications).toBeGreaterThan(30);
    });
  }
});
