import { expect, onTestFinished } from "vitest";
import { type FailureKind, toExitCode } from "../../src/failure/index.ts";
import {
  type LoggedRequest,
  type RunningSimulator,
  type SimulatorOptions,
  startSimulator,
} from "../../src/simulator/index.ts";
import type { RunReport } from "../../src/sync/index.ts";
import { nowMs } from "../support/asked-simulator.ts";
import { type DayOptions, type Days, openDays } from "../support/run-days.ts";
import { dayMs, refuse } from "../support/six-meters.ts";
import { readChanges, readEvents, readSnapshot } from "../support/views.ts";

export const nextMs = nowMs + dayMs;

/** A portfolio in which nothing happens by itself: whatever is told is a fault's doing. */
export const still = { meterCount: 300, changeRate: 0 } as const satisfies Partial<SimulatorOptions>;

const standing: DayOptions = { pageSize: 10, portfolioStart: "2019-01-01" };
export type FaultyDays = {
  readonly leap: RunningSimulator;
  readonly days: Days;
  /** Of the first sweep, which met no fault. */
  readonly baseline: RunReport;
};

/** What was read from a simulated Leap that met no fault, to be copied: the same for every test that asks. */
type Published = { readonly leap: RunningSimulator; readonly file: Uint8Array; readonly baseline: RunReport };

/** Kept as long as the process: the servers end with it. */
const published = new Map<string, Promise<Published>>();
/** The servers that the test at hand talks to: another world of the same kind has one of its own. */
const inUse = new Set<RunningSimulator>();

/** A database with a published baseline, and the simulated Leap it was read from. */
export async function openPublished(
  options: DayOptions = {},
  world: Partial<SimulatorOptions> = still,
): Promise<FaultyDays> {
  const { faults = [], faultSeed = 1, ...healthy } = world;
  const key = JSON.stringify([options, healthy]);
  if (!published.has(key)) published.set(key, publish(options, healthy));
  let kept = await published.get(key)!;
  if (inUse.has(kept.leap)) {
    kept = await publish(options, healthy);
    const { leap: second } = kept;
    onTestFinished(() => second.close());
  }
  const { leap, file, baseline } = kept;
  inUse.add(leap);
  (leap.requests as LoggedRequest[]).length = 0;
  leap.setFaults(faults, faultSeed);
  leap.setNow(nextMs);
  const days = openDays(leap, { ...standing, ...options }, file);
  onTestFinished(() => {
    days.close();
    inUse.delete(leap);
  });
  return { leap, days, baseline };
}

async function publish(options: DayOptions, world: Partial<SimulatorOptions>): Promise<Published> {
  const leap = await startSimulator({ seed: 8, meterCount: 120, startDate: "2026-10-01", nowMs, ...world });
  const days = openDays(leap, { ...standing, ...options });
  try {
    const baseline = await days.run(nowMs);
    expect([baseline.status, baseline.meters.returned]).toEqual(["published", world.meterCount]);
    // The log beside the file is taken into it.
    days.database.connection.pragma("wal_checkpoint(TRUNCATE)");
    return { leap, file: days.database.connection.serialize(), baseline };
  } finally {
    days.close();
  }
}

/** A run that fails: nothing moves, and without the fault the next one publishes. Returns its sentence. */
export async function refuseOnce(
  { leap, days }: FaultyDays,
  kind: FailureKind,
  exitCode: number,
  options: DayOptions = {},
): Promise<string> {
  const failure = await refuse(days, nextMs, options);
  expect([failure.kind, toExitCode(failure)]).toEqual([kind, exitCode]);
  expect(failure.message).not.toContain(leap.apiKey);
  expect(readChanges(days.database)).toEqual([]);
  leap.setFaults([]);
  await publishQuietly(days);
  return failure.message;
}

/** A run that publishes, and finds nothing to tell. */
export async function publishQuietly(days: Days, options: DayOptions = {}): Promise<RunReport> {
  const before = readSnapshot(days.database);
  const report = await days.run(nextMs, options);
  expect([report.status, report.exit_code, report.trips, report.changes]).toEqual(["published", 0, [], {}]);
  expect(readChanges(days.database)).toEqual([]);
  const after = readSnapshot(days.database);
  expect(after.meters).toEqual(before.meters);
  expect(after.history).toEqual(before.history);
  return report;
}

/** A run that is held: nothing moves, and every trip names the rule that can be changed. Heals the fault. */
export async function holdOnce({ leap, days }: FaultyDays, options: DayOptions = {}): Promise<RunReport> {
  const before = readSnapshot(days.database);
  const told = readEvents(days.database).length;
  const report = await days.run(nextMs, options);
  expect([report.status, report.exit_code, report.published_at]).toEqual(["held", 6, null]);
  expect(readSnapshot(days.database)).toEqual(before);
  expect(readEvents(days.database).slice(told)).toMatchObject([{ type: "sync.held" }]);
  for (const { explanation } of report.trips) expect(explanation).toMatch(/METER_SYNC_HOLD_/);
  expect(report.checksum).toMatch(/^[0-9a-f]{64}$/);
  leap.setFaults([]);
  return report;
}

/** The next clean run publishes, tells nothing, and the held one is superseded. */
export async function supersede({ days }: FaultyDays, options: DayOptions = {}): Promise<void> {
  await publishQuietly(days, options);
  const runs = days.database.prepare("SELECT status FROM snapshot_runs ORDER BY started_at, run_id").all();
  expect(runs.map(({ status }) => status)).toEqual(["published", "superseded", "published"]);
}

export const rulesOf = (report: RunReport): readonly string[] => [
  ...new Set(report.trips.map(({ rule }) => rule)),
];

/** How many requests named meters by their ids. */
export function countPointReads(leap: RunningSimulator): number {
  return leap.requests.filter(
    ({ method, body }) =>
      method === "GET" || (typeof body === "object" && body !== null && "meter_ids" in body),
  ).length;
}
