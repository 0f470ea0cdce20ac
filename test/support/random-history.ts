import { addDays } from "./calendar.ts";
import { openChance } from "./chance.ts";
import { openJudge } from "./judge.ts";
import { usualRules } from "./oracle-breaker.ts";
import { openRandomPortfolio } from "./random-portfolio.ts";
import { openDays } from "./run-days.ts";
import { openScriptedLeap } from "./scripted-leap.ts";

export type RandomHistory = {
  readonly seed: number;
  readonly runs: number;
  /** Meters change their region: days nobody was shown come into view, so no consumer follows. */
  readonly movesRegions?: boolean;
};

/** A history in which anything may happen between two runs, each publication compared with the oracle's. */
export async function walkHistory({ seed, runs, movesRegions = false }: RandomHistory) {
  const chance = openChance(seed);
  const leap = await openScriptedLeap();
  const days = openDays(leap, { concurrency: 1 });
  try {
    const portfolio = openRandomPortfolio(chance, 2 + chance.below(6), movesRegions);
    const judge = openJudge(leap, days, usualRules);
    const { inspector } = judge;
    let nowMs =
      Date.parse(`${addDays("2026-10-20", chance.below(150))}T00:00:00Z`) + chance.below(86_400_000);
    for (let run = 0; run < runs; run += 1) {
      const where = `seed ${seed}, run ${run} at ${new Date(nowMs).toISOString()}`;
      if (run === 0 || chance.hits(0.8)) portfolio.change(new Date(nowMs).toISOString().slice(0, 10));
      leap.entries = portfolio.entries();
      const horizonDays = chance.hits(0.7) ? 3 : 1 + chance.below(7);
      await judge.run(where, { nowMs, horizonDays, pageSize: 1 + chance.below(5) });
      if (judge.isHeld() && chance.hits(0.7))
        judge.decide(`${where}, decided on`, nowMs, chance.pick(["release", "release", "discard"]));
      if (run % 12 === 0 && !movesRegions) inspector.beginConsumers();
      const hours = chance.hits(0.1)
        ? 24 * chance.below(40)
        : chance.pick([0, 0.5, 3, 20, 24, 24, 24, 26, 49]);
      nowMs += hours * 3_600_000;
    }
    const counts = inspector.counts();
    for (let round = 0; round < 3; round += 1)
      inspector.inspectKnownAt(`seed ${seed}`, chance.below(counts.publications));
    return counts;
  } finally {
    days.close();
    await leap.close();
  }
}
