import type { Database } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { loadInfo, openReader, toReader } from "../reader/index.ts";
import type { RunReport } from "../sync/index.ts";
import { parseInstant } from "../time/index.ts";
import type { Delivering } from "./delivering.ts";
import { isNothingNew } from "./exporting.ts";
import type { Invocation } from "./invocation.ts";
import { loadReportMark, loadReportState } from "./report-mark.ts";

/**
 * Writes the report where one is configured and this run has published, or waits for a person to look at it,
 * held back or failed: after the delivery, of which it tells, too. Gives why it could not; what was published
 * and delivered stands all the same.
 */
export async function reportAfterRun(
  { clock, realClock }: Invocation,
  { config, database, logger, signal }: Omit<Delivering, "sinks">,
  report: RunReport | FailedRun,
): Promise<Failure | null> {
  const { reportPath } = config;
  if (reportPath === null || !told.includes(report.status) || signal.aborted) return null;
  const startedAtMs = realClock.now();
  try {
    if (isStillTrue(reportPath, database, report)) return null;
    // Only now: a page takes much that no other step needs.
    const { saveReport } = await import("./report-file.ts");
    // A reader of its own: all that one report shows belongs together.
    const reader = openReader(database.path, { allowsNetworkFileSystem: true });
    try {
      const { path, bytes } = saveReport(reportPath, reader, config, clock.now());
      logger.info({ path, bytes, ms: realClock.now() - startedAtMs }, "wrote the report");
    } finally {
      reader.close();
    }
    return null;
  } catch (error) {
    const failure = toReportFailure(error, reportPath);
    logger.error({ error: failure }, `${failure.message}; what was published stands`);
    return failure;
  }
}

/** It left no report of its own. */
type FailedRun = { readonly status: "failed" };

const told: readonly RunReport["status"][] = ["published", "held", "failed"];

/** As for an export: after a poll that changed nothing, for an hour. */
function isStillTrue(path: string, database: Database, report: RunReport | FailedRun): boolean {
  if (report.status !== "published") return false;
  const mark = loadReportMark(path);
  const reader = toReader(database);
  const databaseMs = parseInstant(loadInfo(reader)?.published_at ?? "") ?? null;
  const ages = { exportMs: mark?.publishedAtMs ?? null, databaseMs };
  return isNothingNew(report, ages) && mark?.state === loadReportState(reader);
}

/** Whatever kept it from being written: a page for people must not make a run fail. */
function toReportFailure(error: unknown, path: string): Failure {
  if (error instanceof Failure) return error;
  const words = error instanceof Error ? error.message : String(error);
  return new Failure("environment", `cannot write the report to ${path}: ${words}`, { cause: error });
}
