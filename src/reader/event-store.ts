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
  readonly limit?: number;
};

const columns = "sequence, id, type, subject, partitionkey, time, run_id, event";

/** The change events in order. */
export function* loadEvents(reader: Reader, filter: EventFilter = {}): Generator<EventRow> {
  const { condition, values } = toTypeCondition("type", filter.types ?? []);
  const rows = reader.database
    .prepare(`SELECT ${columns} FROM snapshot_events WHERE sequence > ? AND ${condition}
       ORDER BY sequence LIMIT ?`)
    .iterate(filter.after ?? 0, ...values, filter.limit ?? -1);
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
      `SELECT ${columns} FROM snapshot_events WHERE run_id = ? AND type NOT LIKE 'sync.%'
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
