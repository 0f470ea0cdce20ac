import { createHash } from "node:crypto";
import type { Database } from "../database/index.ts";
import type { PublishedHorizon } from "../market/index.ts";
import type { ApiVersion } from "../meter/index.ts";

/**
 * sha-256, in hex, over a plan as it is staged: what would be told and shown, without clock and lead times,
 * in an order of its own. The same plan found again has the same one.
 */
export function loadPlanSha256(database: Database, runKey: number): string {
  const hash = createHash("sha256");
  for (const query of planQueries) {
    const rows = database.connection.prepare<[number], unknown[]>(query).raw().iterate(runKey);
    for (const row of rows) hash.update(`${JSON.stringify(row)}\n`);
    hash.update("\n");
  }
  return hash.digest("hex");
}

const planQueries = [
  `SELECT m.meter_id, r.fingerprint, h.participation_preference, h.presence FROM staged_head h
   JOIN meter m ON m.meter_key = h.meter_key LEFT JOIN revision r ON r.revision_id = h.revision_id
   WHERE h.run_key = ? ORDER BY m.meter_id`,
  `SELECT m.meter_id, a.program, a.market_group_id, a.effective_from, a.effective_to,
     a.assignment_id IS NULL AS opens
   FROM staged_assignment a JOIN meter m ON m.meter_key = a.meter_key
   WHERE a.run_key = ? ORDER BY 1, 2, 3, 4, 5, 6`,
  "SELECT id FROM staged_event WHERE run_key = ? ORDER BY id",
] as const;

/** What a plan needs beside its staged rows to be published later. */
export type HeldPlan = {
  readonly plannedAtMs: number;
  readonly account: string;
  readonly host: string;
  readonly apiVersion: ApiVersion;
  readonly extractionVersion: number;
  /** The number of publications it was made after. */
  readonly publication: number;
  readonly horizons: readonly (readonly [string, PublishedHorizon])[];
  readonly fields: readonly (readonly [string, boolean])[];
  /** Meters that windows hide, where it read an unfiltered chain; null where it did not. */
  readonly hiddenMeterKeys: readonly number[] | null;
};

export function saveHeldPlan(database: Database, runKey: number, plan: HeldPlan): void {
  database.prepare("INSERT OR REPLACE INTO staged_plan VALUES (?, ?)").run(runKey, JSON.stringify(plan));
}

export function loadHeldPlan(database: Database, runKey: number): HeldPlan | null {
  const row = database.prepare("SELECT plan FROM staged_plan WHERE run_key = ?").get(runKey);
  return row === undefined ? null : (JSON.parse(String(row.plan)) as HeldPlan);
}

/** A run that a person decides on. */
export type DecidedRun = {
  readonly runKey: number;
  readonly runId: string;
  readonly status: string;
  readonly isCertified: boolean;
  readonly report: string;
};

export function loadDecidedRun(database: Database, runId: string): DecidedRun | null {
  const row = database
    .prepare("SELECT run_key, run_id, status, is_certified, report FROM run WHERE run_id = ?")
    .get(runId);
  if (row === undefined) return null;
  return {
    runKey: Number(row.run_key),
    runId: String(row.run_id),
    status: String(row.status),
    isCertified: row.is_certified === 1,
    report: String(row.report),
  };
}

/**
 * Whether any run since the last published sweep was held back, whatever became of it. What a poll publishes
 * says nothing of what was held.
 */
export function hasHeldSincePublication(database: Database): boolean {
  const row = database
    .prepare(
      `SELECT 1 FROM run WHERE status IN ('held', 'superseded', 'discarded') AND run_key > coalesce(
         (SELECT max(run_key) FROM run WHERE status = 'published' AND mode = 'sweep'), 0) LIMIT 1`,
    )
    .get();
  return row !== undefined;
}

/** The run that waits for a person, or null. */
export function loadHeldRunId(database: Database): string | null {
  const row = database
    .prepare("SELECT run_id FROM run WHERE status = 'held' ORDER BY run_key DESC LIMIT 1")
    .get();
  return (row?.run_id ?? null) as string | null;
}

/** Drops a held run for good. What it staged goes with it, and none of its windows is used again. */
export function saveRunDiscarded(database: Database, runKey: number, finishedAtMs: number): void {
  database
    .prepare(
      `UPDATE run SET status = 'discarded', finished_at_ms = max(started_at_ms, ?),
         report = json_set(report, '$.status', 'discarded') WHERE run_key = ? AND status = 'held'`,
    )
    .run(finishedAtMs, runKey);
}
