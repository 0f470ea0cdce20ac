import { acquireLock, type FileSystemOptions, type Lock, toLockPath } from "../database/index.ts";

/** Who only looks whether the lock is free, as `doctor` does, has it for less than a millisecond. */
const lookMsMax = 500;

/** One run at a time on a database (I12). Throws a `Failure` of kind `locked` where another keeps at it. */
export function acquireRunLock(
  config: FileSystemOptions & { readonly databasePath: string },
  heldBy = "another run is under way",
): Lock {
  const path = toLockPath(config.databasePath, "lock");
  return acquireLock(path, heldBy, { ...config, waitMs: lookMsMax });
}
