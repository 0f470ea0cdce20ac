import { expect, it } from "vitest";
import { walkDispatchMonth } from "../support/dispatch-month.ts";
import { isBounded, walkSeeds } from "./budget.ts";

it("every dispatch of a month, searched for or in a file, is judged as the oracle judges it", async () => {
  const counts = await walkDispatchMonth({
    seed: 7,
    meterCount: 100,
    dispatchRate: 2,
    days: 30,
    missed: [5, 12],
  });
  process.stdout.write(`dispatches of a month, seed 7: ${JSON.stringify(counts)}\n`);
  const { searched, file, seen } = counts;
  expect(Math.min(searched.agreed ?? 0, seen)).toBeGreaterThan(50);
  expect(Math.min(searched.drift ?? 0, searched.late ?? 0)).toBeGreaterThan(3);
  // Sent minutes after a group was told otherwise: hardly ever as it had been published.
  expect(Math.min(file.afterRevision.drift ?? 0, file.afterRevision.late ?? 0)).toBeGreaterThan(3);
});

it("and so is every one of other weeks, seed after seed", async () => {
  let agreed = 0;
  await walkSeeds("dispatches of a week", async (seed) => {
    const days = isBounded ? 7 : 14;
    const { searched } = await walkDispatchMonth({
      seed,
      meterCount: 60,
      dispatchRate: 1,
      days,
      missed: [1 + (seed % 6)],
    });
    agreed += searched.agreed ?? 0;
  });
  expect(agreed).toBeGreaterThan(0);
});
