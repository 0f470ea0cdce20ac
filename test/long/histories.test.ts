import { expect, it } from "vitest";
import { openChance } from "../support/chance.ts";
import { walkQuarter } from "../support/quarter.ts";
import { walkHistory } from "../support/random-history.ts";
import { walkSwitches } from "../support/random-switches.ts";
import { walkSeeds } from "./budget.ts";

it("random histories are shown and told as the oracle has them, seed after seed", async () => {
  const count = await walkSeeds("random history", (seed) => walkHistory({ seed, runs: 80 }));
  expect(count).toBeGreaterThan(0);
});

it("random histories told by v1 and v2 are so too, seed after seed", async () => {
  const count = await walkSeeds("random switches", (seed) =>
    walkSwitches({ seed, runs: 60, v2Share: [0, 0.2, 0.5][seed % 3]! }),
  );
  expect(count).toBeGreaterThan(0);
});

it("random histories in which meters change their region are so too, seed after seed", async () => {
  const count = await walkSeeds("random regions", (seed) =>
    walkHistory({ seed, runs: 60, movesRegions: true }),
  );
  expect(count).toBeGreaterThan(0);
});

it("simulated quarters are shown and told as the simulator's truth has them, seed after seed", async () => {
  const count = await walkSeeds("quarter", (seed) => {
    const chance = openChance(seed);
    const startDate = new Date(Date.UTC(2026, chance.below(24), 1 + chance.below(28)))
      .toISOString()
      .slice(0, 10);
    const meterCount = 10 + chance.below(180);
    return walkQuarter({ seed, meterCount, startDate, days: 95, changeRate: chance.pick([0.3, 1, 3]) });
  });
  expect(count).toBeGreaterThan(0);
});
