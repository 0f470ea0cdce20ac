import { inTransaction } from "../database/index.ts";
import { loadStagedCounts, loadToldCount, toRunEvent } from "../events/index.ts";
import { addDays, toLatest, toPublishedHorizon } from "../market/index.ts";
import { loadStream, releaseStaged, savePublication, saveRunEnd } from "../snapshot/index.ts";
import type { Run, Sweep, SyncContext, SyncOptions, Verdicts } from "./context.ts";
import { toReport } from "./make-report.ts";
import { type Plan, stageEvents } from "./plan.ts";
import type { RunReport } from "./report.ts";
import { tellUnpublished } from "./tell-run.ts";

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
  const isEmptyStart = run.stream.publication === 0 && sweep.seen.count() === 0;
  const horizons = new Map(
    [...plan.horizons].map(([region, horizon]) => [region, toPublishedHorizon(horizon)]),
  );
  const finishedAtMs = toFinishedAt(context, run);
  const report = toReport(options, run, sweep, {
    ...verdicts,
    status: "published",
    finishedAtMs,
    plan,
    publishedAtMs: isEmptyStart ? null : plan.nowMs,
    changes: loadStagedCounts(database, run.runKey),
  });
  inTransaction(database, () => {
    if (!isEmptyStart) {
      const told = loadToldCount(database, "sync.published", run.runId, "");
      stageEvents(context, run, plan, [
        toRunEvent(plan.events, "sync.published", toReportData(report), told),
      ]);
      savePublication(database, {
        ...run,
        publication: run.stream.publication + 1,
        publishedAtMs: plan.nowMs,
        extractionVersion: run.extractor.version,
        lastSequence: loadStream(database)?.lastSequence ?? 0,
        horizons,
        days: toDays(horizons),
        fields: plan.fields,
      });
    }
    saveEnd(context, run, report, finishedAtMs, isEmptyStart ? null : plan.nowMs);
  });
  releaseLeftovers(context, run);
  return report;
}

/** Keeps the plan back: nothing is published, and that is told. */
export function holdRun(
  context: SyncContext,
  options: SyncOptions,
  run: Run,
  sweep: Sweep,
  plan: Plan,
  verdicts: Verdicts,
): RunReport {
  const { database } = context;
  const changes = loadStagedCounts(database, run.runKey);
  const finishedAtMs = toFinishedAt(context, run);
  const ending = { status: "held" as const, plan, finishedAtMs, publishedAtMs: null, changes };
  const report = toReport(options, run, sweep, { ...verdicts, ...ending });
  inTransaction(database, () => {
    tellUnpublished(context, run, "sync.held", toReportData(report), plan.nowMs);
    saveEnd(context, run, report, finishedAtMs, null);
  });
  releaseLeftovers(context, run);
  return report;
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

function toReportData(report: RunReport) {
  return { ...report, trips: report.trips.map((trip) => ({ ...trip })) };
}

/** A run does not end before it began, though the clock be set back meanwhile. */
function toFinishedAt({ clock }: SyncContext, run: Run): number {
  return Math.max(clock.now(), run.startedAtMs);
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

/** The trade dates the views show: from today to the last one really known. */
function toDays(
  horizons: ReadonlyMap<string, { today: string; lastLookedAt: string; knownThrough: string }>,
): Map<string, string[]> {
  return new Map(
    [...horizons].map(([region, { today, lastLookedAt, knownThrough }]) => {
      const last = toLatest(lastLookedAt, knownThrough);
      const days: string[] = [];
      for (let date = today; date <= last; date = addDays(date, 1)) days.push(date);
      return [region, days];
    }),
  );
}
