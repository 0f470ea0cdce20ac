import type { ChildEnd } from "./children.ts";
import type { Job } from "./job.ts";

/** What became of one job since this process started. Instants are epoch milliseconds. */
export type JobFacts = {
  readonly name: string;
  readonly nextRunAtMs: number | null;
  readonly isRunning: boolean;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Of the last run that ended; null where it ended by a signal, or none has. */
  readonly lastExitCode: number | null;
  /** How often it ended, by exit code, by the name of the signal that ended it, or `not started`. */
  readonly endCounts: Readonly<Record<string, number>>;
  readonly skippedCount: number;
  readonly madeUpCount: number;
  readonly deadlineCount: number;
};

type Entry = Omit<JobFacts, "nextRunAtMs">;

/** Keeps count of what the jobs do. */
export type Book = {
  readonly started: (job: Job, atMs: number) => void;
  readonly ended: (job: Job, atMs: number, end: ChildEnd) => void;
  readonly skipped: (job: Job) => void;
  readonly madeUp: (job: Job) => void;
  readonly facts: (job: Job) => Entry;
};

export function openBook(jobs: readonly Job[]): Book {
  const entries = new Map(jobs.map((job) => [job.name, toEmptyEntry(job.name)]));
  const entryOf = (job: Job): Entry => entries.get(job.name) ?? toEmptyEntry(job.name);
  const change = (job: Job, more: Partial<Entry>): void => {
    entries.set(job.name, { ...entryOf(job), ...more });
  };
  return {
    started: (job, atMs) => change(job, { isRunning: true, startedAtMs: atMs }),
    ended: (job, atMs, end) => {
      const { endCounts, deadlineCount } = entryOf(job);
      const how = String(end.exitCode ?? end.signal ?? "not started");
      change(job, {
        isRunning: false,
        endedAtMs: atMs,
        lastExitCode: end.exitCode,
        endCounts: { ...endCounts, [how]: (endCounts[how] ?? 0) + 1 },
        deadlineCount: deadlineCount + (end.isOverdue ? 1 : 0),
      });
    },
    skipped: (job) => change(job, { skippedCount: entryOf(job).skippedCount + 1 }),
    madeUp: (job) => change(job, { madeUpCount: entryOf(job).madeUpCount + 1 }),
    facts: entryOf,
  };
}

function toEmptyEntry(name: string): Entry {
  return {
    name,
    isRunning: false,
    startedAtMs: null,
    endedAtMs: null,
    lastExitCode: null,
    endCounts: {},
    skippedCount: 0,
    madeUpCount: 0,
    deadlineCount: 0,
  };
}
