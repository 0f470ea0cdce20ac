import { expect, it } from "vitest";
import { createDispatchBook, createPortfolio } from "../../src/simulator/index.ts";
import { ask, start } from "../support/asked-simulator.ts";
import { revisedForToday } from "../support/late-dispatches.ts";
import { walkSeeds } from "./budget.ts";

it("in every simulated month some dispatches follow minutes after a revision for today", async () => {
  const walkMonth = async (seed: number): Promise<void> => {
    const meterCount = 300 + (seed % 101);
    const portfolio = createPortfolio({ seed, meterCount, startDate: "2026-10-01" });
    const truths = createDispatchBook(portfolio).truthsBetween(
      Date.parse("2026-10-02T00:00:00Z"),
      Date.parse("2026-11-02T00:00:00Z"),
    );
    expect(revisedForToday(portfolio, truths).length).toBeGreaterThan(2);
    for (const truth of truths.filter(({ level }) => level === "group").slice(0, 8)) {
      const members = portfolio.membersOn(truth.tradeDates[0] ?? "", truth.sentAtMs);
      expect(members.get(truth.targetId)).toEqual(truth.meterIds);
    }
  };
  for (const seed of [1, 2, 3, 4, 5]) await walkMonth(seed);
  await walkSeeds("dispatches", walkMonth);
});

it("a month of 400 meters is searched with less than a second of work", async () => {
  const work: number[] = [];
  for (const seed of [1, 2, 3]) {
    const nowMs = Date.parse("2026-11-10T00:00:00Z");
    const simulator = await start({ seed, meterCount: 400, nowMs });
    const before = process.cpuUsage();
    const { body } = await ask(simulator, "/v2/dispatch/group/search", {
      start_date: "2026-10-05T00:00:00Z",
      end_date: "2026-11-05T00:00:00Z",
    });
    work.push(process.cpuUsage(before).user / 1000);
    expect(body.results.length).toBeGreaterThan(100);
  }
  // The first ones are slower while the code is new to the machine.
  expect(Math.min(...work)).toBeLessThan(1000);
});
