import { closeSync, existsSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type BetterSqlite3 from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { Failure } from "../failure/index.ts";
import { toDatabaseFailure } from "./database-failure.ts";
import Driver from "./driver.ts";
import { assertNoExport, loadExportMark } from "./export-file.ts";
import { assertLocal, type FileSystemOptions } from "./file-system.ts";
import { makeFolder } from "./folder.ts";
import { applicationId, loadHeader } from "./header.ts";

export type Statement = BetterSqlite3.Statement<unknown[], Record<string, unknown>>;

/** One open SQLite file. Statements are prepared once per text and kept. */
export type Database = {
  readonly path: string;
  readonly isReadOnly: boolean;
  /** A kept prepared statement for this text. */
  readonly prepare: (sql: string) => Statement;
  /** Several statements without parameters. */
  readonly execute: (sql: string) => void;
  readonly connection: BetterSqlite3.Database;
  readonly close: () => void;
};

const migrationsFolder = findMigrations();

/**
 * Opens the file for writing, makes it (mode 0600, with its folder) where it is missing, and brings its
 * schema up to date. Throws a `Failure`: `usage` for a file that is not ours, is newer than this program, is
 * an export, or lies on a network file system; `environment` for what the disk refuses, and for a file that
 * another program keeps locked for longer than it may take: meanwhile this process stands still.
 */
export function openDatabase(
  path: string,
  options: FileSystemOptions & { readonly busyTimeoutMs?: number } = {},
): Database {
  const { busyTimeoutMs = 5000 } = options;
  try {
    assertLocal(path, options);
    makeFolder(dirname(path));
    const isNew = !existsSync(path);
    if (isNew) closeSync(openSync(path, "wx", 0o600));
    const connection = new Driver(path, { timeout: busyTimeoutMs });
    try {
      assertOurs(connection, path);
      assertNoExport(connection, path);
      setWritePragmas(connection, "wal");
      migrateSchema(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
    return toDatabase(connection, path, false);
  } catch (error) {
    throw toDatabaseFailure(error, `cannot open the database ${path}`);
  }
}

/**
 * Opens the file for reading; never makes or migrates one. Throws a `Failure` that says what to do: for an
 * older schema too, unless that is fine with the caller, and for a write-ahead log on a network file system.
 */
export function openDatabaseReadOnly(
  path: string,
  options: FileSystemOptions & { readonly isOlderFine?: boolean } = {},
): Database {
  const { isOlderFine = false } = options;
  if (!existsSync(path)) {
    throw new Failure(
      "usage",
      `no database at ${path}: run \`meter-sync sync\` first, or set METER_SYNC_DATABASE`,
    );
  }
  try {
    // An export has no log: it is read from anywhere.
    if (existsSync(`${path}-wal`) || loadHeader(path)?.isWal === true) assertLocal(path, options);
    const connection = new Driver(path, { readonly: true, fileMustExist: true, timeout: 5000 });
    try {
      assertOurs(connection, path);
      const applied = countApplied(connection);
      if (!isOlderFine && applied < readMigrationFiles({ migrationsFolder }).length) {
        if (applied === 0) {
          throw new Failure(
            "usage",
            `${path} is empty: where there was a database, put a backup in its place; else run ` +
              "`meter-sync sync` to fill it",
          );
        }
        const isExported = loadExportMark(connection) !== null;
        const advice = isExported ? "export it again" : "run `meter-sync sync` once to bring it up to date";
        throw new Failure("usage", `${path} was made by an older meter-sync: ${advice}`);
      }
    } catch (error) {
      connection.close();
      throw error;
    }
    return toDatabase(connection, path, true);
  } catch (error) {
    throw toReadFailure(error, path);
  }
}

/** SQLite keeps a log beside a database that is in use: who may not write there has the export to read. */
function toReadFailure(error: unknown, path: string): unknown {
  const code = String((error as { readonly code?: unknown }).code);
  const couldNot = `cannot read the database ${path}`;
  if (!/^SQLITE_(READONLY|CANTOPEN)/.test(code)) return toDatabaseFailure(error, couldNot);
  const advice =
    "its folder cannot be written, where SQLite keeps its log: check owner and mode of both, or read an " +
    "export of it (`meter-sync snapshot export`, docs/files.md)";
  return new Failure("environment", `${couldNot}: ${advice}`, { cause: error, fields: { code } });
}

export function toDatabase(connection: BetterSqlite3.Database, path: string, isReadOnly: boolean): Database {
  const statements = new Map<string, Statement>();
  return {
    path,
    isReadOnly,
    connection,
    prepare: (sql) => {
      const kept = statements.get(sql);
      if (kept !== undefined) return kept;
      const statement = connection.prepare(sql) as Statement;
      statements.set(sql, statement);
      return statement;
    },
    execute: (sql) => {
      connection.exec(sql);
    },
    close: () => {
      connection.close();
    },
  };
}

export function setWritePragmas(connection: BetterSqlite3.Database, journalMode: "wal" | "memory"): void {
  connection.pragma(`journal_mode = ${journalMode}`);
  // WAL silently lowers this to NORMAL, which can lose the last publication when the power goes (I1).
  connection.pragma(journalMode === "wal" ? "synchronous = FULL" : "synchronous = OFF");
  connection.pragma("foreign_keys = OFF");
  connection.pragma("cache_size = -16384");
  connection.pragma("temp_store = FILE");
  // Pages that many transactions of one sweep touch are written back once, not once each.
  connection.pragma("wal_autocheckpoint = 8000");
}

/**
 * Foreign keys are off while migrating: a table rebuild would otherwise delete its children without an error.
 */
export function migrateSchema(connection: BetterSqlite3.Database): void {
  const known = readMigrationFiles({ migrationsFolder }).length;
  if (countApplied(connection) < known) {
    migrate(drizzle(connection), { migrationsFolder });
  }
  connection.pragma("foreign_keys = ON");
}

function assertOurs(connection: BetterSqlite3.Database, path: string): void {
  const id = Number(connection.pragma("application_id", { simple: true }));
  const applied = countApplied(connection);
  // The first migration sets the id together with the tables; before it the migrator may have left its own.
  const others = connection
    .prepare("SELECT count(*) AS n FROM sqlite_master WHERE tbl_name <> '__drizzle_migrations'")
    .get() as { n: number };
  if (id !== applicationId && others.n + applied > 0) {
    throw new Failure(
      "usage",
      `${path} is not a meter-sync database: set METER_SYNC_DATABASE to another file`,
    );
  }
  if (applied > readMigrationFiles({ migrationsFolder }).length) {
    throw new Failure(
      "usage",
      `${path} was made by a newer meter-sync: upgrade this one, or use another file`,
    );
  }
}

function countApplied(connection: BetterSqlite3.Database): number {
  const table = connection
    .prepare("SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = '__drizzle_migrations'")
    .get();
  if (table === undefined) return 0;
  return (connection.prepare("SELECT count(*) AS n FROM __drizzle_migrations").get() as { n: number }).n;
}

/** Beside `dist` in the package and the image, two rooms up in a checkout. */
function findMigrations(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = [join(here, "..", "drizzle"), join(here, "..", "..", "drizzle")];
  return (
    candidates.find((folder) => existsSync(join(folder, "meta", "_journal.json"))) ??
    join(here, "..", "drizzle")
  );
}
