import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Driver from "./driver.ts";
import { toDatabaseFailure } from "./database-failure.ts";
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
 * A private copy of the database at `path` (empty where there is none) to rehearse on. Its file is unlinked as soon as
 * it is open, so nothing of it outlives the process, however that ends.
 */
export function openScratchDatabase(path: string | null): Database {
  const folder = mkdtempSync(join(process.env["SQLITE_TMPDIR"] ?? tmpdir(), "meter-sync-"));
  const scratch = join(folder, "scratch.sqlite");
  try {
    if (path !== null) {
      const source = openDatabaseReadOnly(path);
      try {
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
