import type { Reader } from "./reader.ts";
import { toInstant } from "./sink-store.ts";
import { toTypeCondition } from "./type-condition.ts";

/** An event that one sink refused, set aside for a person; later events of its key wait behind it (I6). */
export type DeadLetterRow = {
  readonly sink: string;
  readonly sequence: number;
  readonly type: string;
  readonly subject: string;
  readonly partitionkey: string;
  readonly set_aside_at: string | null;
  /** How often it was sent. */
  readonly attempts: number;
  /** HTTP status of the last answer; null where none came. */
  readonly status: number | null;
  readonly error: string | null;
  /** Events of its key that have come up since and wait for it. */
  readonly waiting: number;
};

/** With the words of its receiver, which are foreign text, and the event. */
export type DeadLetter = DeadLetterRow & {
  readonly answer: string | null;
  /** The whole CloudEvent as JSON text. */
  readonly event: string;
};

export type DeadLetterFilter = {
  /** The name of one sink. */
  readonly sink?: string;
  /** Any of these types; one may end in `*`. */
  readonly types?: readonly string[];
  readonly limit?: number;
};

const columns = `
  d.sink AS sink, d.sequence AS sequence, e.type AS type, e.subject AS subject,
  d.partitionkey AS partitionkey, d.set_aside_at_ms AS set_aside_at_ms, d.attempt_count AS attempt_count,
  d.status AS status, d.error AS error,
  (SELECT count(*) FROM delivery w WHERE w.sink = d.sink AND w.partitionkey = d.partitionkey
     AND w.sequence > d.sequence AND w.state = 'waiting') AS waiting`;

/** The dead letters sink by sink, in the order of their sequences. */
export function* loadDeadLetters(reader: Reader, filter: DeadLetterFilter = {}): Generator<DeadLetterRow> {
  const { condition, values } = toTypeCondition("e.type", filter.types ?? []);
  const ofSink = filter.sink === undefined ? [] : [filter.sink];
  const rows = reader.database
    .prepare(
      `SELECT ${columns} FROM delivery d JOIN event e ON e.sequence = d.sequence
       WHERE d.state = 'set_aside' ${ofSink.length === 0 ? "" : "AND d.sink = ?"} AND ${condition}
       ORDER BY d.sink, d.sequence LIMIT ?`,
    )
    .iterate(...ofSink, ...values, filter.limit ?? -1);
  for (const row of rows) yield toDeadLetterRow(row);
}

/** One event's dead letters: several where several sinks refused it. */
export function loadDeadLetter(reader: Reader, sequence: number): readonly DeadLetter[] {
  return reader.database
    .prepare(
      `SELECT ${columns}, d.answer AS answer, e.event AS event
       FROM delivery d JOIN event e ON e.sequence = d.sequence
       WHERE d.state = 'set_aside' AND d.sequence = ? ORDER BY d.sink`,
    )
    .all(sequence)
    .map((row) => ({
      ...toDeadLetterRow(row),
      answer: row.answer as string | null,
      event: String(row.event),
    }));
}

function toDeadLetterRow(row: Record<string, unknown>): DeadLetterRow {
  return {
    sink: String(row.sink),
    sequence: Number(row.sequence),
    type: String(row.type),
    subject: String(row.subject),
    partitionkey: String(row.partitionkey),
    set_aside_at: toInstant(row.set_aside_at_ms),
    attempts: Number(row.attempt_count),
    status: row.status === null ? null : Number(row.status),
    error: row.error as string | null,
    waiting: Number(row.waiting),
  };
}
