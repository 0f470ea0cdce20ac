import { expect, it } from "vitest";
import { walkTimeLines } from "../support/oracle-time-line.ts";

it.each([
  { seed: 26, days: 14 },
  { seed: 32, days: 16, isSwitched: true },
  { seed: 23, days: 16, isPruned: true },
  { seed: 24, days: 14, eventCountMax: 8 },
])("a time line says at every instant what had been published by then: %o", async (walk) => {
  const { publications, releases, comparisons, kinds } = await walkTimeLines(walk);
  expect(publications).toBeGreaterThan(12);
  if (walk.seed === 26) expect(releases).toBeGreaterThan(0);
  expect(comparisons).toBeGreaterThan(15);
  expect([...kinds]).toEqual(expect.arrayContaining(["status", "preference", "action", "assignment"]));
});
