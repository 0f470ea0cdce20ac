import type { Reader } from "./reader.ts";

const dayMs = 24 * 3_600_000;
/** What a run is marked with whose process was killed: it did not come to an end, though another ended it. */
const killedError = "the process ended before the run did";

/**
 * When the last sweep began that came to an end, whatever end that was, by the real clock; null where none
 * has. Rehearsals do not count, nor does a sweep that was killed or told to stop, as where this machine was
 * started anew. One that began more than a day from now was begun by a clock that was wrong.
 */
export function loadLastSweepStart({ database }: Reader, nowMs: number): number | null {
  const table = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'run'").get();
  // A file that was made, and nothing in it yet.
  if (table === undefined) return null;
  const row = database
    .prepare(
      `SELECT max(started_at_real_ms) AS at FROM run
       WHERE mode = 'sweep' AND is_rehearsal = 0 AND status <> 'running' AND started_at_real_ms <= ?
         AND NOT (status = 'failed' AND (coalesce(json_extract(report, '$.error'), '') = ?
           OR coalesce(json_extract(report, '$.is_cut_short'), 0)))`,
    )
    .get(nowMs + dayMs, killedError);
  return (row?.at ?? null) as number | null;
}
