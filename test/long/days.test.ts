import { expect, it } from "vitest";
import { type Walked, walkFaultHistory } from "../support/fault-history.ts";
import { firstSeed, isBounded, isSeedGiven, secondsMax } from "./budget.ts";

const daysWanted = Number(process.env.LONG_TEST_DAYS ?? 10_000);
const daysPerHistory = 50;

it("ten thousand days with faults, kills and people who decide end up as the oracle has them", async () => {
  const endMs = isBounded ? Date.now() + secondsMax * 1000 : Number.POSITIVE_INFINITY;
  const sum: Record<string, number> = {};
  let seed = firstSeed;
  do {
    process.stdout.write(`days: seed ${seed}, ${sum.days ?? 0} days walked\n`);
    // Every fifth history meets no fault: only there sweeps are now and then one chain.
    const faults = seed % 5 === 0 ? { faultShare: 0 } : {};
    addUp(sum, await walkFaultHistory({ seed, days: daysPerHistory, killShare: 0.005, ...faults }));
    seed += 1;
  } while (!isSeedGiven && (sum.days ?? 0) < daysWanted && Date.now() < endMs);
  process.stdout.write(`days: seeds ${firstSeed} to ${seed - 1}: ${JSON.stringify(sum)}\n`);
  expect(sum.days).toBeGreaterThan(0);
  expect(sum.published).toBeGreaterThan((sum.days ?? 0) / 2);
});

function addUp(sum: Record<string, number>, { rules, faults, types, isInStep: _, ...counts }: Walked): void {
  const all = { ...counts, ...faults, ...rules, ...types };
  for (const [name, count] of Object.entries(all)) sum[name] = (sum[name] ?? 0) + count;
}
