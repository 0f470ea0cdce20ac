import { appendStagedEvents, loadToldCount, saveStagedEvents, toRunEvent } from "../events/index.ts";
import { loadStream, releasePlan, saveLastSequence } from "../snapshot/index.ts";
import type { Run, SyncContext } from "./context.ts";

type RunReportData = Parameters<typeof toRunEvent>[2];

/**
 * Tells that a run ended without publishing, and drops its plan: of all it staged, this one event reaches the
 * outbox. Runs inside the caller's transaction, the one that ends the run.
 */
export function tellUnpublished(
  { database }: SyncContext,
  run: Run,
  type: "sync.held" | "sync.failed",
  report: RunReportData,
  nowMs: number,
): void {
  const events = { streamId: run.stream.streamId, account: run.account, runId: run.runId, nowMs };
  const told = loadToldCount(database, type, run.runId, "");
  releasePlan(database, run.runKey);
  saveStagedEvents(database, run.runKey, 1, [toRunEvent(events, type, report, told)]);
  saveLastSequence(database, appendStagedEvents(database, run, loadStream(database)?.lastSequence ?? 0));
  releasePlan(database, run.runKey);
}
