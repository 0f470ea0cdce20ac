import type { Reader } from "./reader.ts";

/**
 * A sequence that no event told since this instant lies before: older ones, most of them, need not be looked
 * at. There is no index on instants, but one on runs: what one run tells begins with its first event and ends
 * with its last. A clock that was put back makes it lower, not wrong.
 */
export function loadSequenceSince(reader: Reader, since: string): number {
  const row = reader.database
    .prepare(
      `WITH RECURSIVE told (run_id) AS (
         SELECT min(run_id) FROM snapshot_events
         UNION ALL
         SELECT (SELECT min(e.run_id) FROM snapshot_events e WHERE e.run_id > told.run_id)
         FROM told WHERE told.run_id IS NOT NULL
       ),
       span AS (
         SELECT (SELECT min(sequence) FROM snapshot_events e WHERE e.run_id = told.run_id) AS first,
           (SELECT max(sequence) FROM snapshot_events e WHERE e.run_id = told.run_id) AS last
         FROM told WHERE run_id IS NOT NULL
       )
       SELECT min(first) AS first FROM span WHERE EXISTS (
         SELECT 1 FROM snapshot_events e WHERE e.sequence IN (span.first, span.last) AND e.time >= ?)`,
    )
    .get(since);
  // Nothing was told since.
  return row?.first === null || row?.first === undefined ? Number.MAX_SAFE_INTEGER : Number(row.first);
}
