import type BetterSqlite3 from "better-sqlite3";
import { Failure } from "../failure/index.ts";
import { toDatabaseFailure } from "./database-failure.ts";
import Driver from "./driver.ts";
import { applicationId, loadHeader } from "./header.ts";

/** What of a table goes into an export. */
export type TableCopy = {
  /** A condition in SQL; null for no row at all. */
  readonly rows: string | null;
  /** For every column the expression in SQL that it is copied by. */
  readonly columns: Readonly<Record<string, string>>;
};

export type ExportMark = { readonly exportedAtMs: number; readonly isPersonal: boolean };

type SchemaRow = { readonly type: string; readonly name: string; readonly sql: string };

/**
 * Copies tables, row by row as decided, from the database at `sourcePath` to an empty file, with the schema
 * it has there: what is left out is never written. One read transaction sees one publication. A table or
 * column that nobody decided about is an error, so that none slips through.
 */
export function copyTables(
  sourcePath: string,
  targetPath: string,
  copies: Readonly<Record<string, TableCopy>>,
  mark: ExportMark,
): void {
  try {
    const connection = new Driver(targetPath, { timeout: 5000 });
    try {
      setCopyPragmas(connection);
      connection.prepare("ATTACH ? AS source").run(sourcePath);
      connection.pragma(`user_version = ${connection.pragma("source.user_version", { simple: true })}`);
      connection.transaction(() => copyInto(connection, copies, mark))();
      connection.exec("DETACH source");
    } finally {
      connection.close();
    }
  } catch (error) {
    throw toDatabaseFailure(error, `cannot write the copy ${targetPath}`);
  }
}

/** The mark of an export; null for any other database. */
export function loadExportMark(connection: BetterSqlite3.Database, schema = "main"): ExportMark | null {
  const found = connection
    .prepare(`SELECT 1 FROM ${schema}.sqlite_master WHERE type = 'table' AND name = 'export_mark'`)
    .get();
  if (found === undefined) return null;
  const row = connection
    .prepare(`SELECT exported_at_ms AS at, is_personal AS personal FROM ${schema}.export_mark`)
    .get() as { at: number; personal: number } | undefined;
  return { exportedAtMs: row?.at ?? 0, isPersonal: row?.personal === 1 };
}

/** Whether the file at `path` is an export of ours, and nothing else. It is not touched by looking. */
export function isExport(path: string): boolean {
  return loadMarkOf(path) !== null;
}

/** The mark of the export at `path`; null for anything else. */
export function loadMarkOf(path: string): ExportMark | null {
  const header = loadHeader(path);
  // A database that is in use keeps a write-ahead log; opening it would leave files beside it.
  if (header?.applicationId !== applicationId || header.isWal) return null;
  try {
    const connection = new Driver(path, { readonly: true, fileMustExist: true });
    try {
      return loadExportMark(connection);
    } finally {
      connection.close();
    }
  } catch {
    return null;
  }
}

/** An export lacks what a run goes by: on one a run would take its absence for a change. */
export function assertNoExport(connection: BetterSqlite3.Database, path: string): void {
  if (loadExportMark(connection) === null) return;
  throw new Failure(
    "usage",
    `${path} is an export, made to be read: set METER_SYNC_DATABASE to the database itself, or restore a ` +
      "backup of it (docs/files.md)",
  );
}

function setCopyPragmas(connection: BetterSqlite3.Database): void {
  // Nobody sees the file before it is whole and flushed.
  connection.pragma("journal_mode = MEMORY");
  connection.pragma("synchronous = OFF");
  connection.pragma("cache_size = -16384");
  connection.pragma("temp_store = FILE");
  connection.pragma(`application_id = ${applicationId}`);
}

function copyInto(
  connection: BetterSqlite3.Database,
  copies: Readonly<Record<string, TableCopy>>,
  mark: ExportMark,
): void {
  const schema = connection
    .prepare("SELECT type, name, sql FROM source.sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    .all() as SchemaRow[];
  // Another mark is made below, and SQLite keeps its own tables itself.
  const rows = schema.filter(({ name }) => name !== "export_mark" && !name.startsWith("sqlite_"));
  for (const { name, sql } of rows.filter(({ type }) => type === "table")) {
    connection.exec(sql);
    copyTable(connection, name, copies[name]);
  }
  // Indexes after the rows: each is written once, in order.
  for (const { sql } of rows.filter(({ type }) => type === "index")) connection.exec(sql);
  for (const { sql } of rows.filter(({ type }) => type === "view" || type === "trigger")) {
    connection.exec(sql);
  }
  connection.exec(
    "CREATE TABLE export_mark (exported_at_ms INTEGER NOT NULL, is_personal INTEGER NOT NULL) STRICT",
  );
  connection.prepare("INSERT INTO export_mark VALUES (?, ?)").run(mark.exportedAtMs, mark.isPersonal ? 1 : 0);
}

function copyTable(connection: BetterSqlite3.Database, name: string, copy: TableCopy | undefined): void {
  const columns = connection.prepare("SELECT name FROM pragma_table_info(?)").pluck().all(name) as string[];
  const undecided = columns.filter((column) => copy?.columns[column] === undefined);
  if (copy === undefined || undecided.length > 0) {
    throw new Error(`nobody decided whether ${name} (${undecided.join(", ")}) goes into an export`);
  }
  if (copy.rows === null) return;
  const expressions = columns.map((column) => copy.columns[column]);
  connection.exec(
    `INSERT INTO main."${name}" SELECT ${expressions.join(", ")} FROM source."${name}" WHERE ${copy.rows}`,
  );
}
