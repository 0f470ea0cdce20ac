import { toDatabaseFailure } from "../database/index.ts";
import { planCertificate, weighPlan } from "../guard/index.ts";
import { loadPublishedKeys } from "../snapshot/index.ts";
import type { Run, Sweep, SyncContext, SyncOptions } from "./context.ts";
import { failRun } from "./fail-run.ts";
import { openRun } from "./open-run.ts";
import { planRun } from "./plan-run.ts";
import { holdRun, publishRun } from "./publish-run.ts";
import { readWindows } from "./read-windows.ts";
import type { RunReport } from "./report.ts";

/**
 * One sweep: read, stage, certify, plan, weigh, publish. Returns the report of a run that came to an end
 * (`published` or `held`); throws a `Failure` otherwise, after the run has been marked failed. Delivery is
 * the caller's next step. The caller holds the run lock (I12).
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
  const { rejected } = sweep.observations;
  const certificate = planCertificate({ ...sweep, rejected });
  const plan = await planRun(context, options, run, sweep);
  const { verdict, trips } = weighPlan({
    returned: sweep.seen.count(),
    known: run.knownMeterCount,
    rejected,
  });
  const verdicts = { certificate, trips, absent: countAbsent(context, sweep) };
  if (verdict === "hold") return holdRun(context, options, run, sweep, plan, verdicts);
  return publishRun(context, options, run, sweep, plan, verdicts);
}

/** Known meters that this sweep did not return. */
function countAbsent({ database }: SyncContext, sweep: Sweep): number {
  let absent = 0;
  for (const meterKey of loadPublishedKeys(database)) if (!sweep.seen.has(meterKey)) absent += 1;
  return absent;
}
