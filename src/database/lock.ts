import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Failure } from "../failure/index.ts";
import { toDatabaseFailure } from "./database-failure.ts";
import Driver from "./driver.ts";
import { assertLocal, type FileSystemOptions } from "./file-system.ts";
import { makeFolder } from "./folder.ts";

export type Lock = { readonly release: () => void };

/**
 * The lock of a database: beside the file itself, wherever a link to it stands, so that one file has one
 * lock.
 */
export function toLockPath(databasePath: string, name: string): string {
  const folder = dirname(databasePath);
  if (existsSync(databasePath)) return `${realpathSync(databasePath)}.${name}`;
  const real = existsSync(folder) ? realpathSync(folder) : folder;
  return `${join(real, basename(databasePath))}.${name}`;
}

/**
 * Takes the lock that this path names, or throws a `Failure` of kind `locked`, at once unless told to wait:
 * meanwhile this process stands still. It is an exclusive
 * transaction on a file of its own: the kernel frees it with the process, however that ends, so no lock is
 * ever stale (I12). On a network file system it might be taken twice: refused unless that is fine.
 */
export function acquireLock(
  path: string,
  heldBy: string,
  options: FileSystemOptions & { readonly waitMs?: number } = {},
): Lock {
  try {
    assertLocal(path, options);
    makeFolder(dirname(path));
    const connection = new Driver(path, { timeout: options.waitMs ?? 0 });
    try {
      connection.pragma("journal_mode = MEMORY");
      connection.exec("BEGIN EXCLUSIVE");
    } catch (error) {
      connection.close();
      throw error;
    }
    return { release: () => connection.close() };
  } catch (error) {
    if ((error as { code?: unknown }).code === "SQLITE_BUSY") {
      throw new Failure("locked", `${heldBy} (lock ${path}): wait for it to end, then run again`, {
        cause: error,
      });
    }
    throw toDatabaseFailure(error, `cannot take the lock ${path}`);
  }
}
