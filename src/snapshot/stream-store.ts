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
