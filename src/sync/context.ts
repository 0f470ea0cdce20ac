import type { Config } from "../config/index.ts";
import type { Database } from "../database/index.ts";
import type { Extraction, LeapClient } from "../leap/index.ts";
import type { Logger } from "../log/index.ts";
import type { ZoneRules } from "../market/index.ts";
import type { ApiVersion, JsonObject } from "../meter/index.ts";
import type { PollState, Stream } from "../snapshot/index.ts";
import type { Clock } from "../time/index.ts";
import type { Observations } from "./observations.ts";
import type { SeenMeters } from "./seen-meters.ts";

/** A sweep reads the whole portfolio, a poll what was modified since the last run. */
export type RunMode = "sweep" | "poll";

export type SyncOptions = {
  /** A sweep unless asked for otherwise. A poll that cannot be trusted is a sweep, and says so. */
  readonly mode?: RunMode;
  /**
   * The database handed in is a private copy: the run publishes there, and the report says it was rehearsed.
   */
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

/** How documents are read; a number that grows whenever something else is extracted (I10). */
export type Extractor = {
  readonly version: number;
  readonly toMeter: (document: JsonObject, apiVersion: ApiVersion) => Extraction;
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
  /** How documents are read; this release's own way unless a test says otherwise. */
  readonly extractor?: Extractor;
  /**
   * Where date added is cut into windows (epoch ms); as the portfolio asks for unless a test says otherwise.
   */
  readonly cuts?: readonly number[];
};

/** One run on its way through the rooms. */
export type Run = {
  readonly runKey: number;
  readonly runId: string;
  readonly mode: RunMode;
  /** In windows of date added, as one unfiltered chain, or by modified time. */
  readonly reading: "windows" | "chain" | "poll";
  /** About so many meters a window is to hold. */
  readonly metersPerWindow: number;
  readonly polls: PollState;
  /** Why it runs in another way than it was asked to, for people. */
  readonly notes: readonly string[];
  readonly apiVersion: ApiVersion;
  readonly account: string;
  readonly host: string;
  readonly startedAtMs: number;
  /** When the sweep began that this run finishes: its own start, or that of the run it resumes. */
  readonly sweepStartedAtMs: number;
  readonly stream: Stream;
  readonly extractor: Extractor;
  readonly zones: ZoneRules;
  readonly knownMeterCount: number;
  /** Runs have been held back since the last publication. */
  readonly isHeldBefore: boolean;
  /** Documents are read in another way than at the last publication (I10). */
  readonly isReread: boolean;
  /** Grows with every row staged while reading: the latest read of a meter counts. */
  nextStagedOrder: number;
  /** Windows taken over from a run that did not finish. */
  readonly windowsResumed: number;
};

/** What reading the whole portfolio saw. */
export type Sweep = {
  readonly seen: SeenMeters;
  /** Known meters that came with a document that cannot be read: their last known state stands (I11). */
  readonly unreadable: SeenMeters;
  readonly observations: Observations;
  /** Distinct meters that the windows returned; those found by id come on top. */
  readonly returned: number;
  readonly windowsTotal: number;
  /** Read to their last page, by this run or by the one it resumes. */
  readonly windowsDone: number;
  readonly windowsRead: number;
  readonly windowsSplit: number;
  readonly windowsRestarted: number;
  readonly pages: number;
  readonly cursorMs: number | null;
};
