import { expect, it } from "vitest";
import { walkAsOf } from "../support/oracle-as-of.ts";
import { firstSeed, isBounded, walkSeeds } from "./budget.ts";

const portfolios = ["random", "monthly"] as const;
// Each takes most of a minute: where time is short, by chance one of them.
const whole = isBounded ? portfolios.slice(firstSeed % 2).slice(0, 1) : portfolios;

it.each(whole)(
  "every pair of trade date and instant in a %s history of 60 days is answered as it was known",
  async (portfolio) => {
    const counts = await walkAsOf({ seed: 60, portfolio, days: 60 });
    process.stdout.write(`as of, ${portfolio}, seed 60: ${JSON.stringify(counts)}\n`);
    expect(counts.publications).toBeGreaterThan(50);
    expect(counts.pairs).toBeGreaterThan(9_000);
    expect(counts.rows).toBeGreaterThan(9_000);
    const { atOnce, missing, polls, released, replaced } = counts;
    expect(Math.min(atOnce, missing, released, replaced)).toBeGreaterThan(1);
    expect(polls > 10).toBe(portfolio === "monthly");
  },
);

it.each(portfolios)("and so is every pair in other %s histories, seed after seed", async (portfolio) => {
  let pairs = 0;
  await walkSeeds(`as of, ${portfolio}`, async (seed) => {
    // A day more is a day more to ask about, as known at as many instants more.
    pairs += (await walkAsOf({ seed, portfolio, days: isBounded ? 20 : 60 })).pairs;
  });
  expect(pairs).toBeGreaterThan(50);
});
