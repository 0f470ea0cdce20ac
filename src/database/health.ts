import { realpathSync, statSync } from "node:fs";
import type { Database } from "./open.ts";

export type FileSizes = {
  readonly fileBytes: number;
  /** Of the write-ahead log, `-wal`. */
  readonly logBytes: number;
};

export type Integrity = {
  /** Larger files are looked through without their indexes. */
  readonly isWhole: boolean;
  /** Null where there is none. It names tables and pages, and no data. */
  readonly damage: string | null;
};

/** Beyond it indexes are left out: that takes a third of the time. */
const wholeCheckBytesMax = 1024 * 1024 * 1024;
/** Readers of a moment are waited for. */
const checkpointWaitMs = 500;

export function loadSizes(path: string): FileSizes {
  // SQLite keeps the log beside the file itself, wherever a link to it stands.
  const real = realpathSync(path);
  return {
    fileBytes: statSync(real).size,
    logBytes: statSync(`${real}-wal`, { throwIfNoEntry: false })?.size ?? 0,
  };
}

/** Brings the write-ahead log back into the file, and empties it; false where a reader keeps it from that. */
export function saveCheckpoint({ connection }: Database): boolean {
  const busyTimeoutMs = Number(connection.pragma("busy_timeout", { simple: true }));
  connection.pragma(`busy_timeout = ${checkpointWaitMs}`);
  try {
    return Number(connection.pragma("wal_checkpoint(TRUNCATE)", { simple: true })) === 0;
  } finally {
    connection.pragma(`busy_timeout = ${busyTimeoutMs}`);
  }
}

/** Looks through every page of the file. */
export function loadIntegrity({ connection, path }: Database): Integrity {
  const isWhole = loadSizes(path).fileBytes <= wholeCheckBytesMax;
  try {
    const pragma = isWhole ? "integrity_check(1)" : "quick_check(1)";
    const said = String(connection.pragma(pragma, { simple: true }));
    return { isWhole, damage: said === "ok" ? null : (said.split("\n").at(-1) ?? said) };
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message: string };
    if (typeof code !== "string" || !code.startsWith("SQLITE_CORRUPT")) throw error;
    return { isWhole, damage: message };
  }
}

/** Whether nothing was ever written to the file, not even tables: the first migration sets the id. */
export function isEmpty({ connection }: Database): boolean {
  return Number(connection.pragma("application_id", { simple: true })) === 0;
}

export function loadJournalMode({ connection }: Database): string {
  return String(connection.pragma("journal_mode", { simple: true }));
}
