import { copyFileSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assureStream, saveMark } from "../../src/cli/stream-mark.ts";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { appendToOutbox } from "../contract/outbox.ts";

/** Databases in a folder of their own, with marks beside them, and what is done to them. */
export type StreamFolder = {
  readonly path: string;
  readonly database: string;
  /** What was logged: warnings only. */
  readonly warnings: string[];
  /** A run or a delivery begins: the database is opened, and its stream is looked after. */
  readonly start: (database?: string, isRunLocked?: boolean) => void;
  /** The events up to this one are published and given to sinks, which begins by marking them. */
  readonly tell: (lastSequence: number, database?: string) => void;
  readonly copy: (from: string, to: string) => void;
  readonly open: <T>(body: (database: Database) => T, database?: string) => T;
  readonly readStream: (database?: string) => Record<string, unknown>;
  readonly readMark: (database?: string) => Record<string, unknown>;
  /** Everything that decides whether consumers start again. */
  readonly readAll: (database?: string) => Record<string, unknown>;
};

export function openStreamFolder(): StreamFolder & { readonly remove: () => void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "stream-mark-")));
  const own = join(path, "a.sqlite");
  const warnings: string[] = [];
  const ignore = () => {};
  const logger = {
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (_: unknown, message: string) => void warnings.push(message),
  };
  let ids = 0;
  const makeId = () => {
    ids += 1;
    return `made-${ids}`;
  };
  const open: StreamFolder["open"] = (body, database = own) => {
    const opened = openDatabase(database);
    // A disk that keeps its word is not what these tests are about.
    opened.connection.pragma("synchronous = OFF");
    try {
      return body(opened);
    } finally {
      opened.close();
    }
  };
  const readStream = (database = own) =>
    open(
      (opened) => opened.prepare("SELECT stream_id, mark, last_sequence FROM stream").get() ?? {},
      database,
    );
  const readMark = (database = own) =>
    existsSync(`${database}.told`) ? JSON.parse(readFileSync(`${database}.told`, "utf8")) : {};
  return {
    path,
    database: own,
    warnings,
    start: (database, isRunLocked = true) =>
      open(
        (opened) => assureStream(opened, { logger, clock: { now: () => 0 }, makeId, isRunLocked }),
        database,
      ),
    tell: (lastSequence, database) =>
      open((opened) => {
        const row = opened.prepare("SELECT max(sequence) AS last FROM event").get();
        appendToOutbox(opened, Number(row?.last ?? 0) + 1, lastSequence);
        saveMark(opened, makeId);
      }, database),
    copy: (from, to) => copyFileSync(from, to),
    open,
    readStream,
    readMark,
    readAll: (database) => ({ file: readStream(database), beside: readMark(database) }),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
