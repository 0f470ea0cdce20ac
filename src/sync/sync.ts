import type { Config } from "../config/index.ts";
import type { Database } from "../database/index.ts";
import type { LeapClient } from "../leap/index.ts";
import type { Logger } from "../log/index.ts";
import type { Clock } from "../time/index.ts";
import type { RunReport } from "./report.ts";

export type SyncOptions = {
  /** Plans and reports, publishes nothing; the database handed in is a scratch copy. */
  readonly isDryRun: boolean;
  /** `--now` was given: what this run stages is never resumed by another. */
  readonly isRehearsal: boolean;
  readonly baselineEvents: boolean;
};

/** How far reading and planning have come, for a progress bar. */
export type SyncProgress = {
  readonly step: "read" | "plan" | "publish";
  readonly meterCount: number;
  readonly pageCount: number;
  readonly windowsDone: number;
  readonly windowsTotal: number;
  /** Meters known before the run, to judge the time left by; 0 at the first run. */
  readonly knownMeterCount: number;
};

export type SyncContext = {
  readonly config: Config;
  readonly database: Database;
  readonly leap: LeapClient;
  readonly logger: Logger;
  /** Trade dates, event times and the clock rule follow it (`--now`). */
  readonly clock: Clock;
  /** Resume and durations follow it. */
  readonly realClock: Clock;
  /** Aborted on SIGTERM or SIGINT: the page in hand is given up, everything is left resumable. */
  readonly signal: AbortSignal;
  readonly makeRunId: () => string;
  readonly onProgress: (progress: SyncProgress) => void;
};

/**
 * One sweep: read, stage, certify, plan, weigh, publish. Returns the report of a run that came to an end
 * (`published` or `held`); throws a `Failure` otherwise, after the run has been marked failed. Delivery is the
 * caller's next step. The caller holds the run lock (I12).
 */
export async function runSync(context: SyncContext, options: SyncOptions): Promise<RunReport> {
  void context;
  void options;
  throw new Error("not built yet");
}
