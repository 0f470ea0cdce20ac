import { type Database, isExport, openDatabaseReadOnly, toDatabaseFailure } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { loadExportFace, saveExport } from "../snapshot/index.ts";
import type { RunReport } from "../sync/index.ts";
import type { Delivering } from "./delivering.ts";
import type { Invocation } from "./invocation.ts";

const exportAgeMaxMs = 3_600_000;

/**
 * Writes the export where one is configured and this run has published, before anything is delivered: who is
 * told of a publication finds it in the export. Gives why it could not; what was published stands all the
 * same.
 */
export function exportAfterRun(
  { realClock }: Invocation,
  { config, database, logger }: Pick<Delivering, "config" | "database" | "logger">,
  report: RunReport,
): Failure | null {
  const { exportPath, exportsPersonalData: isPersonal, exportKeepCount: keepCount } = config;
  if (exportPath === null || report.status !== "published") return null;
  const startedAtMs = realClock.now();
  try {
    if (isStillTrue(exportPath, database, report, isPersonal)) return null;
    const options = { isPersonal, keepCount, exportedAtMs: startedAtMs, allowsNetworkFileSystem: true };
    const { path, bytes } = saveExport(database.path, exportPath, options);
    logger.info({ path, bytes, ms: realClock.now() - startedAtMs }, "exported for readers");
    return null;
  } catch (error) {
    const failure = toExportFailure(error, exportPath);
    logger.error({ error: failure }, `${failure.message}; what was published stands`);
    return failure;
  }
}

/**
 * Whether a publication left all that an export shows as it was, but for its own instant and its own event. A
 * poll every few minutes mostly does; after an hour the instant is to be seen, too.
 */
export function isNothingNew(
  { mode, changes, meters }: Pick<RunReport, "mode" | "changes" | "meters">,
  ages: { readonly exportMs: number | null; readonly databaseMs: number | null },
): boolean {
  const { exportMs, databaseMs } = ages;
  if (mode !== "poll" || exportMs === null || databaseMs === null) return false;
  if (Object.keys(changes).length > 0 || meters.created > 0 || meters.changed > 0) return false;
  return databaseMs >= exportMs && databaseMs - exportMs < exportAgeMaxMs;
}

function isStillTrue(path: string, database: Database, report: RunReport, isPersonal: boolean): boolean {
  if (report.mode !== "poll" || !isExportThere(path)) return false;
  const exported = openDatabaseReadOnly(path, { isOlderFine: true });
  try {
    const there = loadExportFace(exported);
    const here = loadExportFace(database);
    return (
      there.isPersonal === isPersonal &&
      there.streamId === here.streamId &&
      // Midnight changes the views without a word.
      there.days === here.days &&
      // Where an earlier run published changes and could not export them.
      there.newest === here.newest &&
      isNothingNew(report, { exportMs: there.publishedAtMs, databaseMs: here.publishedAtMs })
    );
  } finally {
    exported.close();
  }
}

function isExportThere(path: string): boolean {
  try {
    return isExport(path);
  } catch {
    return false;
  }
}

/** Whatever kept it from being written: those who wait for events get them all the same. */
function toExportFailure(error: unknown, path: string): Failure {
  const failure = toDatabaseFailure(error, `cannot export to ${path}`);
  if (failure instanceof Failure) return failure;
  const words = error instanceof Error ? error.message : String(error);
  return new Failure("environment", `cannot export to ${path}: ${words}`, { cause: error });
}
