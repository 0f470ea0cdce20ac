import { expect, it } from "vitest";
import { walkAsOf } from "../support/oracle-as-of.ts";

it.each([
  { seed: 11, portfolio: "random", days: 60, instants: 12 },
  { seed: 12, portfolio: "monthly", days: 60, instants: 3 },
] as const)("what was known of groups in a $portfolio history is answered as it was", async (walk) => {
  const counts = await walkAsOf(walk);
  expect(counts.publications).toBeGreaterThan(30);
  expect(counts.rows).toBeGreaterThan(300);
});
