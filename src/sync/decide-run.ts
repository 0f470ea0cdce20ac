import type { Database } from "../database/index.ts";
import { inTransaction } from "../database/index.ts";
import { loadToldCount, saveStagedEvents, saveStagedEventTimes, toRunEvent } from "../events/index.ts";
import { Failure } from "../failure/index.ts";
import {
  type DecidedRun,
  type HeldPlan,
  loadDecidedRun,
  loadHeldPlan,
  loadPlanSha256,
  loadStream,
  releaseStaged,
  type Stream,
  saveAbsencesReleased,
  saveRunDiscarded,
  saveRunEnd,
} from "../snapshot/index.ts";
import { type Clock, formatInstant } from "../time/index.ts";
import { assertClock } from "./open-run.ts";
import { savePlanned } from "./publication.ts";
import { toReportData } from "./publish-run.ts";
import type { RunReport } from "./report.ts";

/** Larger than the number of any event that a plan stages. */
const lastOrdinal = Number.MAX_SAFE_INTEGER;

type Decision = { readonly database: Database; readonly clock: Clock };

/**
 * Publishes exactly the plan that was held back, as known from now on, and marks its absences released.
 * Throws a `Failure` of kind `usage` where the run is not held or the checksum is another one. The caller
 * holds the run lock (I12).
 */
export function releaseRun({ database, clock }: Decision, runId: string, checksum: string): RunReport {
  const { run, plan, stream, report } = loadHeld(database, runId);
  const nowMs = Math.max(clock.now(), stream.publishedAtMs ?? 0, plan.plannedAtMs);
  assertClock(stream, clock.now());
  if (checksum.trim().toLowerCase() !== report.checksum) {
    throw new Failure(
      "usage",
      `run ${runId} is held with another checksum: look at \`meter-sync run ${runId}\` again, and release ` +
        "what you have seen",
    );
  }
  if (loadPlanSha256(database, run.runKey) !== report.checksum) {
    throw new Failure(
      "environment",
      `the plan of run ${runId} is no longer what it was: discard it, and sync again`,
    );
  }
  const at = formatInstant(nowMs);
  const released: RunReport = {
    ...report,
    status: "published",
    exit_code: 0,
    is_released: true,
    is_baseline: stream.publication === 0,
    published_at: at,
    finished_at: at,
  };
  inTransaction(database, () => savePublished(database, run, plan, stream, released, nowMs));
  return released;
}

function savePublished(
  database: Database,
  run: DecidedRun,
  plan: HeldPlan,
  stream: Stream,
  report: RunReport,
  nowMs: number,
): void {
  saveStagedEventTimes(database, run.runKey, stream.streamId, nowMs);
  const context = { streamId: stream.streamId, account: plan.account, runId: run.runId, nowMs };
  const told = loadToldCount(database, "sync.published", run.runId, "");
  const event = toRunEvent(context, "sync.published", toReportData(report), told);
  saveStagedEvents(database, run.runKey, lastOrdinal, [event]);
  savePlanned(database, run, plan, nowMs);
  saveAbsencesReleased(database, run.runKey);
  saveRunEnd(database, run.runKey, {
    status: "published",
    finishedAtMs: nowMs,
    publishedAtMs: nowMs,
    isCertified: run.isCertified,
    report: JSON.stringify(report),
  });
  releaseStaged(database, run.runKey + 1);
}

/** Drops a held plan for good; the next run reads and weighs anew. Throws where the run is not held. */
export function discardRun({ database, clock }: Decision, runId: string): RunReport {
  const { run, report } = loadHeld(database, runId);
  inTransaction(database, () => {
    saveRunDiscarded(database, run.runKey, clock.now());
    releaseStaged(database, run.runKey + 1);
  });
  return { ...report, status: "discarded" };
}

function loadHeld(database: Database, runId: string) {
  const run = loadDecidedRun(database, runId);
  if (run === null) throw new Failure("usage", `no run ${runId}: \`meter-sync status\` names the held one`);
  const plan = run.status === "held" ? loadHeldPlan(database, run.runKey) : null;
  const stream = loadStream(database);
  if (plan === null || stream === null || plan.publication !== stream.publication) {
    throw new Failure("usage", `run ${runId} is ${run.status}: only a run that is held can be decided on`);
  }
  return { run, plan, stream, report: JSON.parse(run.report) as RunReport };
}
