import { expect, it } from "vitest";
import { walkTimeLines } from "../support/oracle-time-line.ts";
import { walkSeeds } from "./budget.ts";

it.each([
  { name: "whole", days: 60 },
  { name: "switched", days: 40, isSwitched: true },
  { name: "pruned", days: 60, isPruned: true },
  { name: "cut", days: 60, eventCountMax: 20 },
])("a time line says what had been published by then, seed after seed: $name", async ({ name, ...walk }) => {
  let comparisons = 0;
  await walkSeeds(`time line, ${name}`, async (seed) => {
    comparisons += (await walkTimeLines({ ...walk, seed })).comparisons;
  });
  expect(comparisons).toBeGreaterThan(100);
});
