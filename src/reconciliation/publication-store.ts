import type { Database } from "../database/index.ts";
import { addDays, toStartOfDay } from "../market/index.ts";
import type { Sweep } from "./course.ts";

/** When one publication was read, and published. */
export type Publication = Sweep & {
  readonly runId: string;
  /** Whether all of the portfolio was read, so that what it did not tell was not so. */
  readonly isComplete: boolean;
  /** Whether it was to be all, and was not. */
  readonly isPartial: boolean;
};

export type Publications = {
  readonly byRun: ReadonlyMap<string, Publication>;
  /** The complete ones, oldest first. */
  readonly sweeps: readonly Publication[];
  /** What was told before is gone, or was told by the first publication as a whole. */
  readonly comparableFromMs: number;
  /** The first change event that is still there, where earlier ones are gone; else null. */
  readonly keptFromMs: number | null;
  /** Where the trade dates end that were looked at so far, in the last zone to get there. */
  readonly lookedThroughMs: number | null;
};

/** What has been published, as far as runs are kept. */
export function loadPublications(database: Database): Publications {
  const all = database
    .prepare(
      `SELECT run_id, mode, is_certified, sweep_started_at_ms, published_at_ms,
         coalesce(json_array_length(report, '$.trips'), 0) AS trip_count FROM run
       WHERE status = 'published' AND published_at_ms IS NOT NULL ORDER BY published_at_ms, run_key`,
    )
    .all()
    .map(toPublication);
  const sweeps = all.filter(({ isComplete }) => isComplete);
  const firstMs = all[0]?.startMs ?? Number.POSITIVE_INFINITY;
  const keptFromMs = loadKeptFrom(database);
  return {
    byRun: new Map(all.map((each) => [each.runId, each])),
    sweeps,
    comparableFromMs: Math.max(firstMs, keptFromMs ?? firstMs),
    keptFromMs,
    lookedThroughMs: loadLookedThrough(database),
  };
}

function toPublication(row: Readonly<Record<string, unknown>>): Publication {
  // What was absent when a person released it was not looked up: it may have changed before, unseen.
  const isComplete = row.mode === "sweep" && row.is_certified === 1 && row.trip_count === 0;
  return {
    runId: String(row.run_id),
    startMs: Number(row.sweep_started_at_ms),
    publishedMs: Number(row.published_at_ms),
    isComplete,
    isPartial: row.mode === "sweep" && !isComplete,
  };
}

function loadKeptFrom(database: Database): number | null {
  const stream = database.prepare("SELECT pruned_sequence FROM stream").get();
  const pruned = Number(stream?.pruned_sequence ?? 0);
  if (pruned === 0) return null;
  const row = database
    .prepare("SELECT time_ms FROM event WHERE sequence > ? ORDER BY sequence LIMIT 1")
    .get(pruned);
  return (row?.time_ms ?? null) as number | null;
}

function loadLookedThrough(database: Database): number | null {
  const ends = database
    .prepare("SELECT zone, last_looked_at FROM horizon")
    .all()
    .map((row) => toStartOfDay(addDays(String(row.last_looked_at), 1), String(row.zone)));
  return ends.length === 0 ? null : Math.max(...ends);
}
