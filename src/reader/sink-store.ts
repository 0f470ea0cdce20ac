import { formatInstant } from "../time/index.ts";
import type { Reader } from "./reader.ts";

/** A sink that was registered: how far it is, what it has still to get, and what is wrong with it. */
export type SinkState = {
  /** `stdout`, `file:PATH` or `webhook:NAME`. */
  readonly name: string;
  /** Its place: what is beyond has not come up for it yet. */
  readonly settled_sequence: number;
  /** Events up to this one were told before the sink was there. */
  readonly start_sequence: number;
  /** When it last took something. */
  readonly settled_at: string | null;
  /**
   * Events beyond its place, and those before it that are neither settled nor set aside. Of a webhook that
   * takes only some events, those it does not want count until they have come up.
   */
  readonly undelivered: number;
  /** Dead letters: events that wait for a person. */
  readonly set_aside: number;
  /** When the oldest undelivered event was told. */
  readonly oldest_undelivered_at: string | null;
  /** Nothing is sent to it before. */
  readonly retry_at: string | null;
  /** Set where its receiver said that it is gone for good. */
  readonly disabled_at: string | null;
  /** Failures in a row. */
  readonly failure_count: number;
  /** The last thing that went wrong; null once it has taken something again. */
  readonly error: string | null;
  readonly error_at: string | null;
};

/** Every sink ever registered, and how many events it has still to get. */
export function loadSinkStates(reader: Reader): readonly SinkState[] {
  return reader.database
    .prepare("SELECT * FROM sink ORDER BY name")
    .all()
    .map((row) => ({
      name: String(row.name),
      settled_sequence: Number(row.settled_sequence),
      start_sequence: Number(row.start_sequence),
      settled_at: toInstant(row.settled_at_ms),
      ...loadCounts(reader, String(row.name), Number(row.settled_sequence)),
      retry_at: toInstant(row.retry_at_ms),
      disabled_at: toInstant(row.disabled_at_ms),
      failure_count: Number(row.failure_count),
      error: row.error as string | null,
      error_at: toInstant(row.error_at_ms),
    }));
}

export function loadSinkNames(reader: Reader): readonly string[] {
  const rows = reader.database.prepare("SELECT name FROM sink ORDER BY name").all();
  return rows.map((row) => String(row.name));
}

/** An instant of the database as text; null stays null. */
export function toInstant(epochMs: unknown): string | null {
  return epochMs === null || epochMs === undefined ? null : formatInstant(Number(epochMs));
}

function loadCounts(
  reader: Reader,
  name: string,
  place: number,
): Pick<SinkState, "undelivered" | "set_aside" | "oldest_undelivered_at"> {
  const beyond = reader.database
    .prepare("SELECT count(*) AS n, min(sequence) AS first FROM event WHERE sequence > ?")
    .get(place);
  const passed = reader.database
    .prepare(
      `SELECT count(*) FILTER (WHERE state <> 'set_aside') AS due,
         count(*) FILTER (WHERE state = 'set_aside') AS set_aside,
         min(sequence) FILTER (WHERE state <> 'set_aside') AS first
       FROM delivery WHERE sink = ?`,
    )
    .get(name);
  return {
    undelivered: Number(beyond?.n ?? 0) + Number(passed?.due ?? 0),
    set_aside: Number(passed?.set_aside ?? 0),
    // What its place has passed is always older than what is beyond.
    oldest_undelivered_at: loadEventTime(reader, passed?.first ?? beyond?.first ?? null),
  };
}

function loadEventTime(reader: Reader, sequence: unknown): string | null {
  const row = reader.database.prepare("SELECT time_ms FROM event WHERE sequence = ?").get(sequence);
  return toInstant(row?.time_ms);
}
