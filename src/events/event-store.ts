import type { Database } from "../database/index.ts";
import { formatInstant } from "../time/index.ts";
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

/**
 * Appends one event of a run past what the run has staged, after `lastSequence`; returns the new last one.
 */
export function appendRunEvent(
  database: Database,
  run: { readonly runKey: number; readonly runId: string },
  event: StagedEvent,
  lastSequence: number,
): number {
  // No run has a key below zero: a plan of one event, beside the one that may be held back.
  const aside = { runKey: -run.runKey, runId: run.runId };
  saveStagedEvents(database, aside.runKey, 1, [event]);
  const sequence = appendStagedEvents(database, aside, lastSequence);
  database.prepare("DELETE FROM staged_event WHERE run_key = ?").run(aside.runKey);
  return sequence;
}

/**
 * Appends events that no plan holds, after `lastSequence` and within the caller's transaction, and counts
 * them; returns the new last one. `runId` is the run they follow from.
 */
export function appendEvents(
  database: Database,
  runId: string,
  events: readonly StagedEvent[],
  lastSequence: number,
): number {
  const insert = database.prepare(
    `INSERT INTO event (sequence, id, type, subject, partitionkey, time_ms, run_id, event)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const count = database.prepare(
    `INSERT INTO event_count (type, subject, program, told) VALUES (?, ?, ?, 1)
     ON CONFLICT (type, subject, program) DO UPDATE SET told = told + 1`,
  );
  let sequence = lastSequence;
  for (const { id, type, subject, program, partitionkey, timeMs, body } of events) {
    sequence += 1;
    const event = `{"sequence":"${String(sequence).padStart(19, "0")}",${body.slice(1)}`;
    insert.run(sequence, id, type, subject, partitionkey, timeMs, runId, event);
    count.run(type, subject, program);
  }
  return sequence;
}

/**
 * Gives staged events the instant of their publication: a plan that was held back is told when it is
 * released. Hours of lead shrink by as much; what they count to stays.
 */
export function saveStagedEventTimes(
  database: Database,
  runKey: number,
  streamId: string,
  nowMs: number,
): void {
  const update = database.prepare(
    "UPDATE staged_event SET time_ms = ?, body = ? WHERE run_key = ? AND ordinal = ?",
  );
  const chunk = database.prepare(
    `SELECT ordinal, time_ms, body FROM staged_event WHERE run_key = ? AND ordinal > ?
     ORDER BY ordinal LIMIT 500`,
  );
  for (let last = -1; ; ) {
    const rows = chunk.all(runKey, last);
    if (rows.length === 0) return;
    for (const row of rows) {
      last = Number(row.ordinal);
      const retimed = toRetimed(String(row.body), nowMs - Number(row.time_ms), nowMs, streamId);
      update.run(nowMs, retimed, runKey, last);
    }
  }
}

function toRetimed(body: string, laterMs: number, nowMs: number, streamId: string): string {
  const event = JSON.parse(body) as { time: string; streamid?: string; data: { lead_time_hours?: number } };
  event.time = formatInstant(nowMs);
  // A plan that an older release held back does not say it yet.
  event.streamid ??= streamId;
  const lead = event.data.lead_time_hours;
  if (lead !== undefined) event.data.lead_time_hours = Math.round(lead * 100 - laterMs / 36_000) / 100;
  return JSON.stringify(event);
}

/** The number of staged events by type. */
export function loadStagedCounts(database: Database, runKey: number): Record<string, number> {
  const rows = database
    .prepare("SELECT type, count(*) AS n FROM staged_event WHERE run_key = ? GROUP BY type ORDER BY type")
    .all(runKey);
  return Object.fromEntries(rows.map((row) => [String(row.type), Number(row.n)]));
}
