import type { Failure } from "../failure/index.ts";
import type { RunReport } from "../sync/index.ts";
import { checkpointAfterRun } from "./checkpointing.ts";
import { type Delivering, type DeliveryPass, deliverAfterRun, noPass } from "./delivering.ts";
import { exportAfterRun } from "./exporting.ts";
import type { Invocation } from "./invocation.ts";
import { pruneAfterRun } from "./pruning.ts";
import { reportAfterRun } from "./reporting.ts";

export type FinishedRun = {
  readonly pass: DeliveryPass;
  readonly exportFailure: Failure | null;
  readonly reportFailure: Failure | null;
};

/** Of a run that changes nothing. */
export const unfinished: FinishedRun = { pass: noPass, exportFailure: null, reportFailure: null };

/** The steps that follow a run that came to its end, in order. */
export async function finishRun(
  invocation: Invocation,
  run: Delivering,
  report: RunReport,
): Promise<FinishedRun> {
  const exportFailure = exportAfterRun(invocation, run, report);
  const pass = await deliverAfterRun(invocation, run);
  const reportFailure = await reportAfterRun(invocation, run, report);
  pruneAfterRun(invocation, run, report);
  checkpointAfterRun(run);
  return { pass, exportFailure, reportFailure };
}
