import { inTransaction } from "../database/index.ts";
import { toExitCode } from "../failure/index.ts";
import { isUnderWay, saveRunEnd } from "../snapshot/index.ts";
import { formatInstant } from "../time/index.ts";
import type { Run, SyncContext, SyncOptions } from "./context.ts";
import { tellUnpublished } from "./tell-run.ts";

/**
 * Marks a run as failed and tells so, leaving its finished windows to the next one. What keeps it from being
 * written (a full disk, say) is the same that made the run fail, so it is logged and the first error stands.
 */
export function failRun(context: SyncContext, options: SyncOptions, run: Run, error: unknown): void {
  const { database, clock, logger } = context;
  const message = error instanceof Error ? error.message : String(error);
  const nowMs = Math.max(clock.now(), run.stream.publishedAtMs ?? 0);
  const report = {
    run_id: run.runId,
    mode: run.mode,
    status: "failed",
    exit_code: toExitCode(error),
    is_dry_run: options.isDryRun,
    is_rehearsal: options.isRehearsal,
    api_version: run.apiVersion,
    account: run.account,
    started_at: formatInstant(run.startedAtMs),
    finished_at: formatInstant(nowMs),
    checksum: null,
    trips: [],
    error: message,
  };
  try {
    inTransaction(database, () => {
      if (!isUnderWay(database, run.runKey)) return;
      tellUnpublished(context, run, "sync.failed", report, nowMs);
      saveRunEnd(database, run.runKey, {
        status: "failed",
        finishedAtMs: nowMs,
        publishedAtMs: null,
        isCertified: false,
        // Whoever told it to stop wants the rest of it all the same.
        report: JSON.stringify({ ...report, is_cut_short: context.signal.aborted }),
      });
    });
  } catch (second) {
    logger.warn(
      { error: second instanceof Error ? second.message : String(second) },
      "could not record the failed run",
    );
  }
}
