import { type Database, type FileSystemOptions, openDatabaseReadOnly } from "../database/index.ts";

/** One view of one file. Nothing that is published after its first read shows; open another to see that. */
export type Reader = { readonly database: Database; readonly close: () => void };

/** Opens the file at `path` for reading. Throws a `Failure` where there is none, or where it is not ours. */
export function openReader(path: string, options: FileSystemOptions = {}): Reader {
  const database = openDatabaseReadOnly(path, options);
  // One transaction for all reads: a reader never sees half a publication, nor two (I1).
  database.execute("BEGIN");
  return { database, close: database.close };
}

/** Reads a database that is open already; whoever opened it closes it. */
export function toReader(database: Database): Reader {
  return { database, close: () => undefined };
}

/** A JSON column's value; `null` for an empty or unreadable one. */
export function parseJsonColumn(text: unknown): unknown {
  if (typeof text !== "string" || text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
