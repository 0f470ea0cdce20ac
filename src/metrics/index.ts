/**
 * How things stand, as Prometheus reads it.
 *
 * Takes: facts as values. Gives: text in the Prometheus exposition format.
 * Never: asks the database or the clock; puts a meter, a customer or a secret into a label (I9).
 */

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
