import { toDatabaseFailure } from "../database/index.ts";
import { auditPolls, readPollAnswers } from "./audit-polls.ts";
import { certifySweep } from "./certify.ts";
import type { Run, SyncContext, SyncOptions } from "./context.ts";
import { failRun } from "./fail-run.ts";
import { findHidden } from "./find-hidden.ts";
import { lookUpAbsent, lookUpHidden } from "./look-up-absent.ts";
import { openRun } from "./open-run.ts";
import { planRun } from "./plan-run.ts";
import { holdRun, publishRun } from "./publish-run.ts";
import { readWindows } from "./read-windows.ts";
import { isStrange, reopenAsSweep } from "./reopen-run.ts";
import type { RunReport } from "./report.ts";
import { weighPlan, weighReturned } from "./weigh.ts";

/**
 * One run: read, stage, certify, confirm, plan, weigh, publish. Returns the report of a run that came to an
 * end (`published` or `held`); throws a `Failure` otherwise, after the run has been marked failed. Delivery
 * is the caller's next step. The caller holds the run lock (I12).
 */
export async function runSync(context: SyncContext, options: SyncOptions): Promise<RunReport> {
  const run = openRun(context, options);
  try {
    return await walk(context, options, run);
  } catch (error) {
    const failure = toDatabaseFailure(error, "cannot finish the run");
    failRun(context, options, run, failure);
    throw failure;
  }
}

async function walk(context: SyncContext, options: SyncOptions, run: Run): Promise<RunReport> {
  const sweep = await readWindows(context, run);
  if (isStrange(context, run, sweep)) return walk(context, options, reopenAsSweep(context, run));
  const certificate = certifySweep(context, run, sweep);
  await lookUpHidden(context, run, sweep);
  const absenceTrips = weighReturned(context, run, sweep);
  // No certificate, no absence (I7); and where too many are absent a person decides, before anyone asks.
  const isLookedUp = certificate?.is_certified === true && absenceTrips.length === 0;
  const lookup = isLookedUp ? await lookUpAbsent(context, run, sweep) : { isDone: false, problem: null };
  const hidden = await findHidden(context, run);
  const isAudited = await readPollAnswers(context, run);
  const plan = await planRun(context, options, run, sweep);
  const pollAudit = isAudited ? auditPolls(context, run) : null;
  const trips = [...absenceTrips, ...weighPlan(context, plan)];
  const isAbsenceHeld = run.mode === "sweep" && absenceTrips.length > 0;
  const verdicts = { certificate, trips, isAbsenceHeld, lookup, hidden, pollAudit };
  if (trips.length > 0) return holdRun(context, options, run, sweep, plan, verdicts);
  return publishRun(context, options, run, sweep, plan, verdicts);
}
