import { inTransaction } from "../database/index.ts";
import { loadStagedCounts, loadToldCount, toRunEvent } from "../events/index.ts";
import { toPublishedHorizon } from "../market/index.ts";
import {
  type HeldPlan,
  loadAbsenceCount,
  loadGroupShifts,
  loadPlanSha256,
  releaseStaged,
  saveHeldPlan,
  saveRunEnd,
  saveStagedAbsences,
  saveSuspects,
} from "../snapshot/index.ts";
import type { Run, Sweep, SyncContext, SyncOptions } from "./context.ts";
import { type Ending, toReport } from "./make-report.ts";
import { type Plan, stageEvents } from "./plan.ts";
import { savePlanned } from "./publication.ts";
import type { RunReport } from "./report.ts";
import { tellUnpublished } from "./tell-run.ts";
import type { Verdicts } from "./verdicts.ts";

/** Publishes the plan in one transaction: snapshot, history and outbox move together (I1). */
export function publishRun(
  context: SyncContext,
  options: SyncOptions,
  run: Run,
  sweep: Sweep,
  plan: Plan,
  verdicts: Verdicts,
): RunReport {
  const { database } = context;
  const isEmptyStart = run.stream.publication === 0 && sweep.returned === 0;
  const publishedAtMs = isEmptyStart ? null : plan.nowMs;
  const ending = toEnding(context, run, plan, { status: "published", publishedAtMs });
  const report = toReport(options, run, sweep, plan, verdicts, ending);
  inTransaction(database, () => {
    if (!isEmptyStart) {
      const told = loadToldCount(database, "sync.published", run.runId, "");
      stageEvents(context, run, plan, [
        toRunEvent(plan.events, "sync.published", toReportData(report), told),
      ]);
      savePlanned(database, run, toHeldPlan(run, plan, verdicts), plan.nowMs);
      if (run.reading === "windows") saveSuspects(database);
    }
    saveEnd(context, run, report, ending.finishedAtMs, publishedAtMs);
  });
  releaseLeftovers(context, run);
  return report;
}

/** Keeps the plan back for a person to release or discard: nothing is published, and that is told. */
export function holdRun(
  context: SyncContext,
  options: SyncOptions,
  run: Run,
  sweep: Sweep,
  plan: Plan,
  verdicts: Verdicts,
): RunReport {
  const { database } = context;
  const ending = toEnding(context, run, plan, { status: "held", publishedAtMs: null });
  const report = toReport(options, run, sweep, plan, verdicts, ending);
  inTransaction(database, () => {
    tellUnpublished(context, run, "sync.held", toReportData(report), plan.nowMs);
    if (verdicts.isAbsenceHeld) saveStagedAbsences(database, run.runKey);
    saveHeldPlan(database, run.runKey, toHeldPlan(run, plan, verdicts));
    saveEnd(context, run, report, ending.finishedAtMs, null);
  });
  releaseLeftovers(context, run);
  const rules = [...new Set(report.trips.map(({ rule }) => rule))];
  context.logger.warn(
    { run_id: run.runId, rules },
    options.isDryRun
      ? "`meter-sync sync` would hold this plan back"
      : "the plan is held back, nothing is published: `meter-sync run held` shows it",
  );
  return report;
}

function toEnding(
  { database, clock, leap }: SyncContext,
  run: Run,
  plan: Plan,
  end: Pick<Ending, "status" | "publishedAtMs">,
): Ending {
  const today = [...plan.horizons.values()].map((horizon) => horizon.today).sort()[0];
  return {
    ...end,
    // A run does not end before it began, though the clock be set back meanwhile.
    finishedAtMs: Math.max(clock.now(), run.startedAtMs),
    checksum: loadPlanSha256(database, run.runKey),
    changes: loadStagedCounts(database, run.runKey),
    absence: loadAbsenceCount(database),
    groups: today === undefined ? null : loadGroupShifts(database, run.runKey, today),
    traffic: leap.traffic(),
  };
}

/** What publishing needs beside the staged rows, now or once a person has released it. */
function toHeldPlan(run: Run, plan: Plan, { hidden }: Verdicts): HeldPlan {
  return {
    plannedAtMs: plan.nowMs,
    account: run.account,
    host: run.host,
    apiVersion: run.apiVersion,
    extractionVersion: run.extractor.version,
    publication: run.stream.publication,
    horizons: [...plan.horizons].map(([region, horizon]) => [region, toPublishedHorizon(horizon)]),
    fields: [...plan.fields],
    hiddenMeterKeys: hidden?.meterKeys ?? null,
  };
}

/**
 * What was staged is of no more use. Whatever goes wrong here, the run has ended as it did; the next one
 * tries.
 */
function releaseLeftovers({ database, logger }: SyncContext, run: Run): void {
  try {
    inTransaction(database, () => releaseStaged(database, run.runKey + 1));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    logger.warn({ run_id: run.runId, error: message }, "could not clear what the run had staged");
  }
}

/** The report as `sync.*` carries it. */
export function toReportData(report: RunReport) {
  return { ...report, trips: report.trips.map((trip) => ({ ...trip })) };
}

function saveEnd(
  { database }: SyncContext,
  run: Run,
  report: RunReport,
  finishedAtMs: number,
  publishedAtMs: number | null,
): void {
  saveRunEnd(database, run.runKey, {
    status: report.status === "held" ? "held" : "published",
    finishedAtMs,
    publishedAtMs,
    isCertified: report.is_certified,
    report: JSON.stringify(report),
  });
}
