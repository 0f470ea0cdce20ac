import { appendRunEvent, loadToldCount, toRunEvent } from "../events/index.ts";
import { loadStream, releasePlan, saveLastSequence } from "../snapshot/index.ts";
import type { Run, SyncContext } from "./context.ts";

type RunReportData = Parameters<typeof toRunEvent>[2];

/**
 * Tells that a run ended without publishing: of all it staged, this one event reaches the outbox. The plan of
 * a failed run is dropped, that of a held one stays. Runs inside the caller's transaction, the one that ends
 * the run.
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
  if (type === "sync.failed") releasePlan(database, run.runKey);
  const event = toRunEvent(events, type, report, told);
  saveLastSequence(database, appendRunEvent(database, run, event, loadStream(database)?.lastSequence ?? 0));
}
