import type { Database } from "../database/index.ts";

/** Change events that are older than they are to be kept, by why they are still there. */
export type EventBacklog = {
  /** Of all sinks, configured or not: what a sink has not got, or has set aside. */
  readonly sinks: readonly { readonly sink: string; readonly count: number }[];
  /** Nobody has reported them applied, or they were rejected. */
  readonly unacknowledged: number;
  /** All that are there. */
  readonly total: number;
  /** Since when; null where there is none. */
  readonly oldestAtMs: number | null;
};

/** How many change events told before an instant are still there, and who needs how many of them. */
export function loadEventBacklog(database: Database, beforeMs: number): EventBacklog {
  const through = loadOldThrough(database, beforeMs);
  const total = database
    .prepare("SELECT count(*) AS n, min(time_ms) AS oldest FROM event WHERE sequence <= ?")
    .get(through);
  const sinks = database
    .prepare(
      `SELECT name, (SELECT count(*) FROM event e WHERE e.sequence <= @through
           AND e.sequence > sink.settled_sequence)
         + (SELECT count(*) FROM delivery d WHERE d.sink = name AND d.sequence <= @through) AS n
       FROM sink ORDER BY name`,
    )
    .all({ through })
    .map((row) => ({ sink: String(row.name), count: Number(row.n) }));
  const open = database
    .prepare("SELECT count(*) AS n FROM told_remap WHERE sequence <= ? AND state IN ('told', 'rejected')")
    .get(through);
  return {
    sinks: sinks.filter(({ count }) => count > 0),
    unacknowledged: Number(open?.n ?? 0),
    total: Number(total?.n ?? 0),
    oldestAtMs: (total?.oldest ?? null) as number | null,
  };
}

/** The last event before the first one that is younger; 0 where there is none. */
function loadOldThrough(database: Database, beforeMs: number): number {
  const rows = database.prepare("SELECT sequence, time_ms FROM event ORDER BY sequence").iterate();
  let through = 0;
  for (const row of rows) {
    if (Number(row.time_ms) >= beforeMs) break;
    through = Number(row.sequence);
  }
  return through;
}
