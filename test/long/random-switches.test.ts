import { describe, expect, it } from "vitest";
import { walkSwitches } from "../support/random-switches.ts";

describe("random histories told by v1 (§1, §4)", () => {
  for (const seed of [1, 2]) {
    it(`are shown and told as the oracle has them, seed ${seed}`, async () => {
      expect((await walkSwitches({ seed, runs: 40, v2Share: 0 })).applied).toBeGreaterThan(0);
    });
  }

  for (const seed of [5, 6]) {
    it(`and now and then by v2 are so too, seed ${seed}`, async () => {
      expect((await walkSwitches({ seed, runs: 40, v2Share: 0.4 })).publications).toBeGreaterThan(30);
    });
  }

  it("hold on for a meter first shown by a run that spoke of no day of the horizon", async () => {
    const counts = await walkSwitches({ seed: 413_316, runs: 3, v2Share: 0 });
    expect(counts.publications).toBe(3);
  });
});
