import type { Database } from "../database/index.ts";
import type { EventType } from "./schemas.ts";
import type { StagedEvent } from "./to-event.ts";

/**
 * How many events have been told for this type, subject and program; run events are counted by type alone.
 */
export function loadToldCount(database: Database, type: EventType, subject: string, program: string): number {
  const row = database
    .prepare("SELECT told FROM event_count WHERE type = ? AND subject = ? AND program = ?")
    .get(type, type.startsWith("sync.") ? "" : subject, program);
  return Number(row?.told ?? 0);
}

/** Saves events of a plan; `ordinal` is the first one's place in it. */
export function saveStagedEvents(
  database: Database,
  runKey: number,
  ordinal: number,
  events: readonly StagedEvent[],
): void {
  const insert = database.prepare(
    `INSERT INTO staged_event (run_key, ordinal, id, type, subject, program, partitionkey, time_ms, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  events.forEach((event, index) => {
    const { id, type, subject, program, partitionkey, timeMs, body } = event;
    insert.run(runKey, ordinal + index, id, type, subject, program, partitionkey, timeMs, body);
  });
}

/**
 * Appends a run's staged events to the outbox, after `lastSequence`, in their order, and counts them. Returns
 * the new last sequence. Nothing is parsed: the sequence is set in front of the body.
 */
export function appendStagedEvents(
  database: Database,
  run: { readonly runKey: number; readonly runId: string },
  lastSequence: number,
): number {
  const appended = database
    .prepare(
      `INSERT INTO event (sequence, id, type, subject, partitionkey, time_ms, run_id, event)
       SELECT seq, id, type, subject, partitionkey, time_ms, @runId,
         '{"sequence":"' || printf('%019d', seq) || '",' || substr(body, 2)
       FROM (
         SELECT s.*, @last + row_number() OVER (ORDER BY ordinal) AS seq
         FROM staged_event s WHERE run_key = @runKey
       )`,
    )
    .run({ runId: run.runId, runKey: run.runKey, last: lastSequence });
  database
    .prepare(
      `INSERT INTO event_count (type, subject, program, told)
       SELECT type, CASE WHEN type LIKE 'sync.%' THEN '' ELSE subject END, program, count(*)
       FROM staged_event
       WHERE run_key = ? AND type NOT IN ('meter.enrollment.group.updated', 'portfolio.field.discovered')
       GROUP BY 1, 2, 3
       ON CONFLICT (type, subject, program) DO UPDATE SET told = told + excluded.told`,
    )
    .run(run.runKey);
  return lastSequence + appended.changes;
}

/** The number of staged events by type. */
export function loadStagedCounts(database: Database, runKey: number): Record<string, number> {
  const rows = database
    .prepare("SELECT type, count(*) AS n FROM staged_event WHERE run_key = ? GROUP BY type ORDER BY type")
    .all(runKey);
  return Object.fromEntries(rows.map((row) => [String(row.type), Number(row.n)]));
}
