import type { Database } from "../database/index.ts";
import type { ApiVersion } from "../meter/index.ts";

export type NewRun = {
  readonly runId: string;
  readonly mode: string;
  readonly apiVersion: ApiVersion;
  readonly account: string;
  readonly host: string;
  readonly isRehearsal: boolean;
  readonly extractionVersion: number;
  readonly startedAtMs: number;
  readonly startedAtRealMs: number;
  /** The number of publications so far. */
  readonly publication: number;
};

/** Records that a run has begun, and returns its key. */
export function saveNewRun(database: Database, run: NewRun): number {
  const inserted = database
    .prepare(
      `INSERT INTO run (run_id, mode, status, api_version, account, host, is_rehearsal, extraction_version,
         started_at_ms, sweep_started_at_ms, started_at_real_ms, publication, report)
       VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, '{}')`,
    )
    .run(
      run.runId,
      run.mode,
      run.apiVersion,
      run.account,
      run.host,
      run.isRehearsal ? 1 : 0,
      run.extractionVersion,
      run.startedAtMs,
      run.startedAtMs,
      run.startedAtRealMs,
      run.publication,
    );
  return Number(inserted.lastInsertRowid);
}

export type RunEnd = {
  readonly status: "published" | "held" | "failed";
  readonly finishedAtMs: number;
  readonly publishedAtMs: number | null;
  readonly isCertified: boolean;
  readonly report: string;
};

export function saveRunEnd(database: Database, runKey: number, end: RunEnd): void {
  database
    .prepare(
      `UPDATE run SET status = ?, finished_at_ms = ?, published_at_ms = ?, is_certified = ?, report = ?
       WHERE run_key = ?`,
    )
    .run(end.status, end.finishedAtMs, end.publishedAtMs, end.isCertified ? 1 : 0, end.report, runKey);
  if (end.status === "failed") return;
  // A later plan stands in the place of one that was held back (domain §7).
  database.prepare("UPDATE run SET status = 'superseded' WHERE status = 'held' AND run_key < ?").run(runKey);
}

export function saveCursor(database: Database, runKey: number, cursorMs: number): void {
  database
    .prepare("UPDATE run SET cursor_ms = ? WHERE run_key = ? AND cursor_ms IS NULL")
    .run(cursorMs, runKey);
}

/**
 * How the sweep of a run began: what windows read after midnight are told relative to, and the next poll's
 * cursor.
 */
export function loadSweepStart(
  database: Database,
  runKey: number,
): { readonly sweepStartedAtMs: number; readonly cursorMs: number | null } {
  const row = database
    .prepare("SELECT sweep_started_at_ms, cursor_ms FROM run WHERE run_key = ?")
    .get(runKey);
  return {
    sweepStartedAtMs: Number(row?.sweep_started_at_ms),
    cursorMs: (row?.cursor_ms ?? null) as number | null,
  };
}

/**
 * Under the lock no other run lives: whatever still says `running` was killed. Marks those as failed; what
 * they were about to tell is told by the run that goes on.
 */
export function saveKilledRuns(database: Database, runKey: number, finishedAtMs: number): void {
  database
    .prepare(
      `UPDATE run SET status = 'failed', finished_at_ms = max(started_at_ms, ?),
         report = json_object('run_id', run_id, 'mode', mode, 'status', 'failed', 'api_version', api_version,
           'account', account, 'error', 'the process ended before the run did')
       WHERE status = 'running' AND run_key <> ?`,
    )
    .run(finishedAtMs, runKey);
}

/** Whether a run is still under way: one that has ended keeps its outcome, whatever happens behind it. */
export function isUnderWay(database: Database, runKey: number): boolean {
  const row = database.prepare("SELECT status FROM run WHERE run_key = ?").get(runKey);
  return row?.status === "running";
}

/**
 * The key of the run whose finished windows a new run may take over, or null: the one before it, if it failed
 * and read the same account in the same way, compared with what is still published. A v1 answer is about its
 * own day, so its sweep may not be older than `sweepAgeMaxMs` as a whole.
 */
export function loadResumableRun(
  database: Database,
  run: NewRun & { readonly runKey: number; readonly sweepAgeMaxMs: number },
): number | null {
  if (run.isRehearsal) return null;
  const row = database
    .prepare("SELECT * FROM run WHERE run_key < ? ORDER BY run_key DESC LIMIT 1")
    .get(run.runKey);
  if (row === undefined || row.status !== "failed" || row.is_rehearsal === 1) return null;
  if (row.mode !== "sweep" || run.mode !== "sweep") return null;
  if (row.api_version !== run.apiVersion || row.account !== run.account || row.host !== run.host) return null;
  if (row.extraction_version !== run.extractionVersion || row.published_at_ms !== null) return null;
  if (row.publication !== run.publication) return null;
  const sweepAgeMs = run.startedAtMs - Number(row.sweep_started_at_ms);
  if (run.apiVersion === "v1" && (sweepAgeMs < 0 || sweepAgeMs > run.sweepAgeMaxMs)) return null;
  return Number(row.run_key);
}

/** How a run reads, as it was planned by itself or by the one it resumes. */
export function loadRunReading(database: Database, runKey: number): "windows" | "chain" | "poll" {
  const row = database.prepare("SELECT mode, is_full_chain FROM run WHERE run_key = ?").get(runKey);
  if (row?.mode === "poll") return "poll";
  return row?.is_full_chain === 1 ? "chain" : "windows";
}
