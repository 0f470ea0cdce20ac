import { loadSequenceSince } from "./event-time-store.ts";
import type { Reader } from "./reader.ts";
import { toTypeCondition } from "./type-condition.ts";

export type EventRow = {
  readonly sequence: number;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly partitionkey: string;
  readonly time: string;
  readonly run_id: string;
  /** The whole CloudEvent as JSON text on one line, as every sink gets it. */
  readonly event: string;
};

export type EventFilter = {
  /** Only later ones; 0 is from the first on. */
  readonly after?: number;
  /** Any of these types; none is all. One may end in `*`. */
  readonly types?: readonly string[];
  /** By the event's time, inclusive, epoch milliseconds. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly limit?: number;
};

const columns = "v.sequence, v.id, v.type, v.subject, v.partitionkey, v.time, v.run_id, v.event";

/** The change events in order. */
export function* loadEvents(reader: Reader, filter: EventFilter = {}): Generator<EventRow> {
  const { after = 0, types = [], sinceMs, untilMs, limit = -1 } = filter;
  const { condition, values } = toTypeCondition("v.type", types);
  const start = sinceMs === undefined ? after : Math.max(after, loadSequenceSince(reader, sinceMs));
  // Times as numbers: to write down those of all events, only to compare them, takes three times as long.
  const isByTime = sinceMs !== undefined || untilMs !== undefined;
  const source = isByTime
    ? "event e CROSS JOIN snapshot_events v ON v.sequence = e.sequence"
    : "snapshot_events v";
  const times = isByTime ? [sinceMs ?? 0, untilMs ?? Number.MAX_SAFE_INTEGER] : [];
  const rows = reader.database
    .prepare(
      `SELECT ${columns} FROM ${source} WHERE ${isByTime ? "e" : "v"}.sequence > ? AND ${condition}
         ${isByTime ? "AND e.time_ms >= ? AND e.time_ms <= ?" : ""}
       ORDER BY 1 LIMIT ?`,
    )
    .iterate(start, ...values, ...times, limit);
  for (const row of rows) yield toEventRow(row);
}

/** From where on every change event is there: earlier ones were removed for their age, but a few. */
export type EventsKept = {
  /** 1 where nothing was removed yet. */
  readonly first_sequence: number;
  /** When that one was told; null where there is none yet. */
  readonly first_at: string | null;
};

/** Whether events after a sequence are gone. After 0 is whatever there is: who begins misses nothing. */
export function hasGapAfter(kept: EventsKept, after: number): boolean {
  return after !== 0 && after + 1 < kept.first_sequence;
}

export function loadEventsKept(reader: Reader): EventsKept {
  const info = reader.database.prepare("SELECT first_sequence FROM snapshot_info").get();
  const first = Number(info?.first_sequence ?? 1);
  const row = reader.database
    .prepare("SELECT time FROM snapshot_events WHERE sequence >= ? ORDER BY sequence LIMIT 1")
    .get(first);
  return { first_sequence: first, first_at: (row?.time ?? null) as string | null };
}

/** What one run told about meters and groups, in order. */
export function* loadRunEvents(reader: Reader, runId: string, limit = -1): Generator<EventRow> {
  const rows = reader.database
    .prepare(
      `SELECT ${columns} FROM snapshot_events v WHERE run_id = ? AND type NOT LIKE 'sync.%'
       ORDER BY sequence LIMIT ?`,
    )
    .iterate(runId, limit);
  for (const row of rows) yield toEventRow(row);
}

/** What a run would tell that was planned and not published: CloudEvents that lack their sequence only. */
export function loadPlannedEvents(reader: Reader, runId: string, limit: number): readonly string[] {
  return reader.database
    .prepare(
      `SELECT s.body AS body FROM staged_event s JOIN run r ON r.run_key = s.run_key
       WHERE r.run_id = ? AND s.type NOT LIKE 'sync.%' ORDER BY s.ordinal LIMIT ?`,
    )
    .all(runId, limit)
    .map((row) => String(row.body));
}

export function toEventRow(row: Record<string, unknown>): EventRow {
  return { ...(row as Omit<EventRow, "sequence">), sequence: Number(row.sequence) };
}
