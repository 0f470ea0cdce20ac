import { mkdtempSync, rmSync } from "node:fs";
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
    if (path !== null) {
      // An older file is no obstacle: only the copy is brought up to date.
      const source = openDatabaseReadOnly(path, { ...options, isOlderFine: true });
      try {
        assertNoExport(source.connection, path);
        copyDatabase(source, scratch);
      } finally {
        source.close();
      }
    }
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

function makeFolder(temporaryFolder: string): string {
  try {
    return mkdtempSync(join(temporaryFolder, "meter-sync-"));
  } catch (error) {
    throw toDatabaseFailure(error, `cannot make a folder in ${temporaryFolder}`);
  }
}
