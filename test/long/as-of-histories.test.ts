import { expect, it } from "vitest";
import { walkAsOf } from "../support/oracle-as-of.ts";

// Of 60 days, and of any seed: test/long/as-of.test.ts.
it.each([
  { portfolio: "random", seed: 61, days: 7 },
  { portfolio: "monthly", seed: 60, days: 10 },
] as const)(
  "every pair of trade date and instant in a $portfolio history of $days days is answered as it was known",
  async (walk) => {
    const { publications, rows, replaced, atOnce } = await walkAsOf(walk);
    expect(publications).toBeGreaterThan(7);
    expect(rows).toBeGreaterThan(1000);
    expect(replaced).toBeGreaterThan(5);
    expect(atOnce).toBeGreaterThan(0);
  },
);
