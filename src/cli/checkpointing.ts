import { type FileSizes, loadSizes, saveCheckpoint, toDatabaseFailure } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import type { Delivering } from "./delivering.ts";

const logBytesMax = 64 * 1024 * 1024;
const logShareMax = 0.2;

/** Brings the write-ahead log back into the file; warns where a reader keeps it growing. */
export function checkpointAfterRun({ database, logger }: Pick<Delivering, "database" | "logger">): void {
  try {
    if (saveCheckpoint(database)) return;
  } catch (error) {
    const failure = toDatabaseFailure(error, "cannot bring the write-ahead log back into the file");
    if (!(failure instanceof Failure)) throw error;
    logger.warn({ error: failure }, failure.message);
    return;
  }
  const sizes = loadSizes(database.path);
  if (!isLogTooLarge(sizes)) return;
  const { logBytes } = sizes;
  logger.warn(
    { path: `${database.path}-wal`, bytes: logBytes },
    `the write-ahead log has grown to ${toMegabytes(logBytes)} MB, since another program keeps reading an ` +
      "old state of the database: end that program's transaction, and let long readers read the export",
  );
}

/** A log that is small beside its file, or small at all, does no harm. */
export function isLogTooLarge({ fileBytes, logBytes }: FileSizes): boolean {
  return logBytes > logBytesMax && logBytes > fileBytes * logShareMax;
}

export function toMegabytes(bytes: number): number {
  return Math.ceil(bytes / 1024 / 1024);
}
