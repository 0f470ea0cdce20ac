import { existsSync, mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { toDatabaseFailure } from "./database-failure.ts";
import Driver from "./driver.ts";
import { assertNoExport } from "./export-file.ts";
import type { FileSystemOptions } from "./file-system.ts";
import { type Database, migrateSchema, openDatabaseReadOnly, setWritePragmas, toDatabase } from "./open.ts";

/** Writes a consistent copy of an open database to a new file, in journal mode delete. */
export function copyDatabase(database: Database, path: string): void {
  try {
    database.connection.prepare("VACUUM INTO ?").run(path);
  } catch (error) {
    throw toDatabaseFailure(error, `cannot copy the database to ${path}`);
  }
}

/**
 * A private copy of the database at `path` (empty where there is none) to rehearse on. Its file is unlinked
 * as soon as it is open, so nothing of it outlives the process, however that ends.
 */
export function openScratchDatabase(
  path: string | null,
  temporaryFolder: string,
  options: FileSystemOptions = {},
): Database {
  const folder = makeFolder(temporaryFolder);
  const scratch = join(folder, "scratch.sqlite");
  try {
    if (path !== null) copyUntouched(path, scratch, options);
    const connection = new Driver(scratch);
    setWritePragmas(connection, "memory");
    migrateSchema(connection);
    return toDatabase(connection, scratch, false);
  } catch (error) {
    throw toDatabaseFailure(error, "cannot make a private copy of the database to rehearse on");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Copies a database that may be older or in use, and leaves nothing beside it that was not there. */
function copyUntouched(path: string, target: string, options: FileSystemOptions): void {
  // SQLite keeps the log beside the file itself, wherever a link to it stands.
  const real = realpathSync(path);
  const hadLog = existsSync(`${real}-wal`);
  try {
    // An older file is no obstacle: only the copy is brought up to date.
    const source = openDatabaseReadOnly(path, { ...options, isOlderFine: true });
    try {
      assertNoExport(source.connection, path);
      copyDatabase(source, target);
    } finally {
      source.close();
    }
  } finally {
    if (!hadLog) removeEmptyLog(real);
  }
}

/**
 * Who only reads leaves an empty log behind. SQLite takes it away with the last connection that may write,
 * and itself sees whether that is the last: where anybody else has the file open, the log stays.
 */
function removeEmptyLog(path: string): void {
  if (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size !== 0) return;
  try {
    const connection = new Driver(path, { fileMustExist: true, timeout: 0 });
    try {
      connection.pragma("schema_version");
    } finally {
      connection.close();
    }
  } catch {
    // Locked, or not to be written by us: an empty log does no harm.
  }
}

function makeFolder(temporaryFolder: string): string {
  try {
    return mkdtempSync(join(temporaryFolder, "meter-sync-"));
  } catch (error) {
    throw toDatabaseFailure(error, `cannot make a folder in ${temporaryFolder}`);
  }
}
