import { expect } from "vitest";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { addDays } from "./calendar.ts";
import { openChance } from "./chance.ts";
import type { Consumer } from "./consumer.ts";
import { inspectMeters, openMeterConsumer } from "./meter-consumer.ts";
import { openOracle } from "./oracle.ts";
import type { Says } from "./oracle-views.ts";
import { openInspector } from "./publication-check.ts";
import { type Days, openDays } from "./run-days.ts";
import { saysOfTruth } from "./says.ts";
import { lastSequence, readChanges, readEvents } from "./views.ts";

export type Quarter = {
  readonly seed: number;
  readonly meterCount: number;
  readonly startDate: string;
  readonly days: number;
  readonly changeRate?: number;
};

/** Lives through a quarter against the simulator over HTTP, and compares every publication with its truth. */
export async function walkQuarter(quarter: Quarter) {
  const { seed, meterCount, startDate, changeRate = 1 } = quarter;
  const start = Date.parse(`${startDate}T00:00:00Z`);
  const leap = await startSimulator({ seed, meterCount, startDate, changeRate, nowMs: start });
  const days = openDays(leap);
  try {
    return await walk(quarter, leap, days);
  } finally {
    days.close();
    await leap.close();
  }
}

async function walk({ seed, startDate, days: dayCount }: Quarter, leap: RunningSimulator, days: Days) {
  const chance = openChance(seed);
  const oracle = openOracle();
  const inspector = openInspector(days.database);
  const meters: Consumer[] = [];
  let publication = 0;
  async function publish(nowMs: number): Promise<void> {
    const where = `seed ${seed}, publication ${publication} at ${new Date(nowMs).toISOString()}`;
    leap.setNow(nowMs);
    const report = await days.run(nowMs);
    expect(report.exit_code, where).toBe(0);
    inspector.inspect(where, report, oracle.publish(nowMs, readTruth(leap, nowMs)));
    inspectMeters(days.database, leap.portfolio, nowMs, where);
    for (const consumer of meters) consumer.follow(where);
    // From the baseline, and from two publications further on.
    if (publication === 0 || (meters.length < 3 && publication > 5 && chance.hits(0.05))) {
      inspector.beginConsumers();
      meters.push(openMeterConsumer(days.database));
    }
    publication += 1;
    if (chance.hits(0.1)) await readAgain(where, nowMs);
  }
  /** I4: the same data at the same instant tells nothing but that it was published. */
  async function readAgain(where: string, nowMs: number): Promise<void> {
    const before = lastSequence(days.database);
    const report = await days.run(nowMs);
    expect(
      readEvents(days.database, before).map(({ type }) => type),
      where,
    ).toEqual(["sync.published"]);
    inspector.inspect(`${where}, again`, report, oracle.publish(nowMs, readTruth(leap, nowMs)));
    publication += 1;
  }
  for (let day = 1; day <= dayCount; day += 1) {
    // Never the first days of a month all at once: a skipped day is skipped by chance.
    if (day > 1 && day < dayCount && chance.hits(0.06)) continue;
    const midnight = Date.parse(`${addDays(startDate, day)}T00:00:00Z`);
    const firstMs = midnight + chance.below(14 * 60) * 60_000;
    await publish(firstMs);
    if (chance.hits(0.2)) await publish(firstMs + (1 + chance.below(9 * 60)) * 60_000);
  }
  for (let round = 0; round < 3; round += 1)
    inspector.inspectKnownAt(`seed ${seed}`, chance.below(publication));
  expect(readChanges(days.database).length).toBeGreaterThan(0);
  expect(days.logged).toEqual([]);
  return inspector.counts();
}

export function readTruth(leap: RunningSimulator, nowMs: number): Says[] {
  const { portfolio } = leap;
  return Array.from({ length: portfolio.meterCountAt(nowMs) }, (_, index) =>
    saysOfTruth(portfolio.truthOf(index, nowMs)!),
  );
}
