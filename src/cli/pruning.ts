import type { RunReport } from "../sync/index.ts";
import type { Delivering } from "./delivering.ts";
import type { Invocation } from "./invocation.ts";

/** Removes what is older than it is to be kept, a bounded part of it; a failure is a warning. */
export function pruneAfterRun(
  _invocation: Invocation,
  _run: Pick<Delivering, "config" | "database" | "logger">,
  _report: RunReport,
): void {}
