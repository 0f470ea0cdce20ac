import { expect, it } from "vitest";
import { walkAsOf } from "../support/oracle-as-of.ts";
import { walkSeeds } from "./budget.ts";

it.each([
  { portfolio: "random", instants: 30 },
  { portfolio: "monthly", instants: 10 },
] as const)(
  "what was known of groups in $portfolio histories of 60 days is answered as it was, seed after seed",
  async ({ portfolio, instants }) => {
    let pairs = 0;
    await walkSeeds(`as of, ${portfolio}`, async (seed) => {
      pairs += (await walkAsOf({ seed, portfolio, instants, days: 60 })).pairs;
    });
    expect(pairs).toBeGreaterThan(500);
  },
);
