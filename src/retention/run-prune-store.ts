import type { Database } from "../database/index.ts";
import { chunkRowCount, type Pruning } from "./pruning.ts";

/**
 * Earlier runs that later ones look back at: the last published of each version and kind, by number and by
 * instant (cursors, windows); the last certificate; the last audit of polls; the last unfiltered chain, and
 * the first sweep, from which the first chain is counted.
 */
const lookedBackAt = `
  SELECT max(run_key) AS run_key FROM run WHERE status = 'published'
    GROUP BY api_version, mode, is_full_chain
  UNION SELECT max(run_key) FROM run WHERE status = 'published' AND published_at_ms IS NOT NULL
    GROUP BY api_version, mode, is_full_chain
  UNION SELECT run_key FROM (SELECT run_key, row_number() OVER (PARTITION BY api_version, mode
      ORDER BY published_at_ms DESC, run_key DESC) AS place
    FROM run WHERE status = 'published' AND published_at_ms IS NOT NULL) WHERE place = 1
  UNION SELECT max(run_key) FROM run WHERE status = 'published' AND is_certified = 1
  UNION SELECT max(run_key) FROM run WHERE status = 'published' AND mode = 'sweep'
    AND json_extract(report, '$.poll_audit') IS NOT NULL
  UNION SELECT run_key FROM (SELECT run_key FROM run WHERE is_full_chain = 1
    ORDER BY started_at_ms DESC LIMIT 1)
  UNION SELECT run_key FROM (SELECT run_key FROM run
    WHERE status = 'published' AND mode = 'sweep' AND published_at_ms IS NOT NULL
    ORDER BY started_at_ms LIMIT 1)`;

/** Removes runs of one mode that ended before an instant, with their reports. */
export function openRunPruning(database: Database, mode: "sweep" | "poll", beforeMs: number): Pruning {
  return {
    table: "runs",
    next: () => {
      // What is looked back at is worth finding out only where something is old.
      if (!hasOldRun(database, mode, beforeMs)) return { removed: 0, isLast: true };
      const { changes } = database
        .prepare(
          `DELETE FROM run WHERE run_key IN (SELECT run_key FROM run
             WHERE mode = @mode AND started_at_ms < @beforeMs
               AND max(started_at_ms, coalesce(finished_at_ms, 0), coalesce(published_at_ms, 0)) < @beforeMs
               AND status NOT IN ('held', 'running')
               AND run_key < (SELECT max(run_key) FROM run WHERE status = 'published' AND mode = 'sweep')
               AND run_key NOT IN (SELECT run_key FROM (${lookedBackAt}) WHERE run_key IS NOT NULL)
             ORDER BY started_at_ms LIMIT @chunkRowCount)`,
        )
        .run({ mode, beforeMs, chunkRowCount });
      return { removed: changes, isLast: changes < chunkRowCount };
    },
  };
}

/** Those that are looked back at stay, few of them; one more than they are is a run that may go. */
function hasOldRun(database: Database, mode: string, beforeMs: number): boolean {
  const row = database
    .prepare(
      `SELECT 1 AS found FROM run WHERE mode = ? AND started_at_ms < ? AND status NOT IN ('held', 'running')
       LIMIT 1`,
    )
    .get(mode, beforeMs);
  return row !== undefined;
}

/** When the sweep before the last one was published; null where there is none. */
export function loadSweepBefore(database: Database): number | null {
  const row = database
    .prepare(
      `SELECT published_at_ms FROM run
       WHERE mode = 'sweep' AND status = 'published' AND published_at_ms IS NOT NULL
       ORDER BY published_at_ms DESC, run_key DESC LIMIT 1 OFFSET 1`,
    )
    .get();
  return (row?.published_at_ms ?? null) as number | null;
}
