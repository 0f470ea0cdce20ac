import type { Database } from "../database/index.ts";
import { type Chunk, chunkRowCount, type Pruning } from "./pruning.ts";

/** Who still needs events, beside what the file itself says. */
export type EventNeeds = {
  /** Sinks whose consumers report: what was told is looked through for them. */
  readonly acknowledgedBy: readonly string[];
  /** The event that the mark beside the file names: a copy put in the file's place is told by it. */
  readonly toldSequence: number | null;
};

/**
 * An event is needed while a sink, configured or not, has not got it, or has it set aside; while its
 * consumers have not acted on it, or on an earlier one of its meter, which it may have overtaken; while it
 * is what shows that a receiver takes anything at all, or that the file is the one that told; and while it
 * is of the last publication.
 */
const isNeeded = `
  sequence >= (SELECT last_sequence FROM stream)
  OR sequence IS @toldSequence
  OR run_id IS @lastRunId
  OR EXISTS (SELECT 1 FROM sink s WHERE s.settled_sequence < event.sequence)
  OR EXISTS (SELECT 1 FROM sink s WHERE s.taken_sequence = event.sequence)
  OR EXISTS (SELECT 1 FROM sink s CROSS JOIN delivery d WHERE d.sink = s.name AND d.sequence = event.sequence)
  OR EXISTS (SELECT 1 FROM sink s WHERE s.name IN (SELECT value FROM json_each(@acknowledgedBy))
    AND max(s.start_sequence, s.looked_sequence) < event.sequence)
  OR EXISTS (SELECT 1 FROM told_remap t JOIN told_remap o
      ON o.meter_id = t.meter_id AND o.sequence <= t.sequence AND o.state IN ('told', 'rejected')
    WHERE t.sequence = event.sequence)`;

/** Removes change events told before an instant, the oldest first, with what is known of remaps that go. */
export function openEventPruning(database: Database, beforeMs: number, needs: EventNeeds): Pruning {
  const values = {
    beforeMs,
    toldSequence: needs.toldSequence,
    acknowledgedBy: JSON.stringify(needs.acknowledgedBy),
    lastRunId: loadLastRunId(database),
  };
  let after = 0;
  return {
    table: "events",
    next: () => {
      const { through, isLast } = loadOldRange(database, beforeMs, after);
      if (through === null) return { removed: 0, isLast: true };
      const removed = removeEvents(database, { ...values, after, through });
      after = through;
      return { removed, isLast };
    },
  };
}

/**
 * How far the next chunk of old events reaches. It ends before the first that is younger: they come in the
 * order of their instants, but for a clock put back.
 */
function loadOldRange(
  database: Database,
  beforeMs: number,
  after: number,
): { readonly through: number | null; readonly isLast: boolean } {
  const rows = database
    .prepare("SELECT sequence, time_ms FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?")
    .iterate(after, chunkRowCount);
  let through: number | null = null;
  let count = 0;
  for (const row of rows) {
    if (Number(row.time_ms) >= beforeMs) break;
    through = Number(row.sequence);
    count += 1;
  }
  return { through, isLast: count < chunkRowCount };
}

function removeEvents(
  database: Database,
  values: Readonly<Record<string, unknown>> & { readonly after: number; readonly through: number },
): Chunk["removed"] {
  const gone = database
    .prepare(
      `DELETE FROM event WHERE sequence > @after AND sequence <= @through AND time_ms < @beforeMs
         AND NOT (${isNeeded}) RETURNING sequence`,
    )
    .all(values)
    .map((row) => Number(row.sequence));
  const remap = database.prepare("DELETE FROM told_remap WHERE sequence = ?");
  for (const sequence of gone) remap.run(sequence);
  const last = gone.reduce((highest, sequence) => Math.max(highest, sequence), 0);
  database.prepare("UPDATE stream SET pruned_sequence = ? WHERE pruned_sequence < ?").run(last, last);
  return gone.length;
}

function loadLastRunId(database: Database): unknown {
  const row = database
    .prepare(
      `SELECT run_id FROM run WHERE status = 'published' AND published_at_ms IS NOT NULL
       ORDER BY published_at_ms DESC, run_key DESC LIMIT 1`,
    )
    .get();
  return row?.run_id ?? null;
}
