import type { Database } from "../database/index.ts";
import type { ApiVersion } from "../meter/index.ts";

/** What this database is a snapshot of, and how far it has come. */
export type Stream = {
  readonly streamId: string;
  /** Of the last publication; null before the first. */
  readonly apiVersion: ApiVersion | null;
  readonly account: string | null;
  readonly host: string | null;
  readonly extractionVersion: number | null;
  /** The number of publications so far; 0 until the baseline. */
  readonly publication: number;
  readonly publishedAtMs: number | null;
  /** The instant it was planned as of. */
  readonly plannedAtMs: number | null;
  readonly lastSequence: number;
};

/** The stream of this database; it is made, with the id handed in, the first time. */
export function loadOrSaveStream(database: Database, makeStreamId: () => string): Stream {
  const found = loadStream(database);
  if (found !== null) return found;
  database.prepare("INSERT INTO stream (id, stream_id) VALUES (1, ?)").run(makeStreamId());
  const made = loadStream(database);
  if (made === null) throw new Error("the stream just made is gone");
  return made;
}

export function loadStream(database: Database): Stream | null {
  const row = database.prepare("SELECT * FROM stream WHERE id = 1").get();
  if (row === undefined) return null;
  return {
    streamId: String(row.stream_id),
    apiVersion: row.api_version as ApiVersion | null,
    account: row.account as string | null,
    host: row.host as string | null,
    extractionVersion: row.extraction_version as number | null,
    publication: Number(row.publication),
    publishedAtMs: row.published_at_ms as number | null,
    plannedAtMs: row.planned_at_ms as number | null,
    lastSequence: Number(row.last_sequence),
  };
}

export function saveLastSequence(database: Database, lastSequence: number): void {
  database.prepare("UPDATE stream SET last_sequence = ? WHERE id = 1").run(lastSequence);
}

/** What the mark beside the file is compared with. */
export type MarkedStream = {
  readonly streamId: string;
  readonly mark: string | null;
  readonly lastSequence: number;
};

/** Null where the database has no stream yet: nothing was ever told from it. */
export function loadMarkedStream(database: Database): MarkedStream | null {
  const row = database.prepare("SELECT stream_id, mark, last_sequence FROM stream WHERE id = 1").get();
  if (row === undefined) return null;
  return {
    streamId: String(row.stream_id),
    mark: row.mark as string | null,
    lastSequence: Number(row.last_sequence),
  };
}

/** The id of the event with this sequence; null where the outbox has none. */
export function loadEventId(database: Database, sequence: number): string | null {
  const row = database.prepare("SELECT id FROM event WHERE sequence = ?").get(sequence);
  return row === undefined ? null : String(row.id);
}

/** What the mark beside the file must say from now on. */
export function saveStreamMark(database: Database, mark: string): void {
  database.prepare("UPDATE stream SET mark = ? WHERE id = 1").run(mark);
}

/** Makes another stream of it: ids and sequences of what is told from here on are not those told before. */
export function saveStreamRenewed(database: Database, streamId: string, mark: string): void {
  database.prepare("UPDATE stream SET stream_id = ?, mark = ? WHERE id = 1").run(streamId, mark);
}
