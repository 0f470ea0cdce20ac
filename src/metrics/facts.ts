/** What became of one job since the process that runs it started. Instants are epoch milliseconds. */
export type JobFacts = {
  readonly name: string;
  readonly nextRunAtMs: number | null;
  readonly isRunning: boolean;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Of the last run that ended; null where it ended by a signal, or none has. */
  readonly lastExitCode: number | null;
  /** How often it ended, by exit code, or by the name of the signal that ended it. */
  readonly endCounts: Readonly<Record<string, number>>;
  readonly skippedCount: number;
  /** Slots that were missed and made up for. */
  readonly madeUpCount: number;
  /** Runs that were ended because they took too long. */
  readonly deadlineCount: number;
};

/** How a task ended last, as the process that ran it knows: there may be no row of it in the database. */
export type TaskEnd = {
  readonly task: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly exitCode: number;
};

/** Counts over the whole portfolio, which only a publication changes. */
export type PortfolioCounts = {
  readonly meters: number;
  readonly dispatchable: number;
  readonly actionRequired: number;
  readonly archived: number;
  readonly missing: number;
};

/** The last run of one mode that came to an end. What its report does not say is null, or has no entry. */
export type EndedRun = {
  readonly mode: string;
  readonly status: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly isCertified: boolean;
  readonly exitCode: number | null;
  readonly meters: Readonly<Record<string, number>>;
  readonly absence: Readonly<Record<string, number>>;
  /** Events told, by type; types that were not told may be left out. */
  readonly changes: Readonly<Record<string, number>> | null;
  readonly windows: number | null;
  readonly pages: number | null;
  readonly traffic: {
    readonly requests: number;
    readonly retries: number;
    readonly throttled: number;
    readonly bytes: number;
  } | null;
};

export type SinkFacts = {
  readonly name: string;
  readonly isConfigured: boolean;
  readonly undelivered: number;
  readonly setAside: number;
  readonly oldestUndeliveredAtMs: number | null;
  readonly settledSequence: number;
  readonly settledAtMs: number | null;
  readonly failureCount: number;
  readonly isDisabled: boolean;
};

export type RemapCounts = {
  readonly unacknowledged: number;
  readonly applied: number;
  readonly rejected: number;
  readonly superseded: number;
  readonly overdue: number;
};

/** What the database says. */
export type DatabaseFacts = {
  readonly publicationCount: number;
  readonly lastSequence: number;
  readonly publishedAtMs: number | null;
  readonly sweptAtMs: number | null;
  readonly polledAtMs: number | null;
  /** Runs under way, or broken off without a word, of each mode. */
  readonly unfinishedRuns: readonly { readonly mode: string; readonly startedAtMs: number }[];
  readonly endedRuns: readonly EndedRun[];
  readonly heldSinceMs: number | null;
  readonly portfolio: PortfolioCounts;
  readonly sinks: readonly SinkFacts[];
  /** `null` where nobody acknowledges. */
  readonly remaps: RemapCounts | null;
  readonly polls: {
    readonly cursorMs: number | null;
    readonly auditedAtMs: number | null;
    readonly trustPercent: number | null;
  };
  readonly unusedBytes: number;
  /** Of the last 30 trade dates. */
  readonly proof: {
    readonly dispatches: Readonly<Record<"agreed" | "late" | "drift" | "unknown", number>>;
    readonly uncertainReports: number;
  };
};

export type FileFacts = {
  readonly databaseBytes: number | null;
  readonly walBytes: number | null;
  readonly diskBytes: number | null;
  readonly diskFreeBytes: number | null;
};

export type MetricsFacts = {
  readonly nowMs: number;
  readonly version: string;
  readonly apiVersion: string;
  /** Of the process that stays up; empty elsewhere. */
  readonly jobs: readonly JobFacts[];
  /** Of processes that ran one task each; empty in the process that stays up. */
  readonly ends: readonly TaskEnd[];
  readonly limits: {
    readonly backlogCountMax: number;
    readonly pollTrustPercent: number;
  };
  /** Every type of change event there is: those not told count 0. */
  readonly changeTypes: readonly string[];
  /** `null` where there is no database that can be read. */
  readonly database: DatabaseFacts | null;
  readonly files: FileFacts;
};
