import { afterEach, expect } from "vitest";
import { type FailureKind, toExitCode } from "../../src/failure/index.ts";
import type { RunningSimulator, SimulatorOptions } from "../../src/simulator/index.ts";
import type { RunReport } from "../../src/sync/index.ts";
import { nowMs, start } from "../support/asked-simulator.ts";
import { type DayOptions, type Days, openDays } from "../support/run-days.ts";
import { dayMs, refuse } from "../support/six-meters.ts";
import { readChanges, readEvents, readSnapshot } from "../support/views.ts";

export const nextMs = nowMs + dayMs;

/** A portfolio in which nothing happens by itself: whatever is told is a fault's doing. */
export const still = { meterCount: 300, changeRate: 0 } as const satisfies Partial<SimulatorOptions>;

const standing: DayOptions = { pageSize: 10, portfolioStart: "2019-01-01" };
const opened: Days[] = [];

afterEach(() => {
  for (const days of opened.splice(0)) days.close();
});

export type FaultyDays = {
  readonly leap: RunningSimulator;
  readonly days: Days;
  /** Of the first sweep, which met no fault. */
  readonly baseline: RunReport;
};

/** A database with a published baseline, and the simulated Leap it was read from. */
export async function openPublished(
  options: DayOptions = {},
  world: Partial<SimulatorOptions> = still,
): Promise<FaultyDays> {
  const leap = await start({ ...world, faults: [] });
  const days = openDays(leap, { ...standing, ...options });
  opened.push(days);
  const baseline = await days.run(nowMs);
  expect([baseline.status, baseline.meters.returned]).toEqual(["published", world.meterCount]);
  leap.setFaults(world.faults ?? [], world.faultSeed ?? 1);
  leap.setNow(nextMs);
  return { leap, days, baseline };
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
