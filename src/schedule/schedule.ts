import { createTask, type ScheduledTask } from "node-cron";
import type { Logger } from "../log/index.ts";
import { type Book, type JobFacts, openBook } from "./book.ts";
import { type Children, openChildren, type Patience, type Program } from "./children.ts";
import type { Job } from "./job.ts";
import { openLanes } from "./lanes.ts";
import { openSlots, type Slots } from "./slots.ts";

export type ScheduleOptions = {
  /** Of those due at once, the first goes first. */
  readonly jobs: readonly Job[];
  readonly program: Program;
  readonly patience: Patience;
  readonly clock: { readonly now: () => number };
  readonly logger: Logger;
};

export type Schedule = {
  /** Looks for what is due: now, and from now on. */
  readonly start: () => void;
  /** When each job is due next, in their order, and the missed slot that `start` made up for. */
  readonly nextRuns: () => readonly {
    readonly job: Job;
    readonly atMs: number | null;
    readonly madeUpForMs: number | null;
  }[];
  readonly jobs: () => readonly JobFacts[];
  /** Nothing is started any more; children are told to end and waited for, at most so long. */
  readonly close: (endWithinMs: number) => Promise<void>;
};

/**
 * A timer, which unlike a cron task does not go by the clock: the clock may be set, and a task then waits.
 */
const lookEveryMs = 5000;
/** Further apart than this, two looks show that the clock was set, or that we stood still. */
const clockSetMsMin = 60_000;

/**
 * Starts the jobs at their slots, each slot once. Every task of node-cron wakes us at its own slot; beside
 * them a timer does, for the slots that a clock, a zone or a machine that stood still have kept from them.
 * Whatever woke us, it is the calendar that says which slot was the last one. Throws a `Failure` of kind
 * `usage` for a cron expression that cannot be read.
 */
export function openSchedule({ jobs, program, patience, clock, logger }: ScheduleOptions): Schedule {
  const children = openChildren(program, patience);
  const book = openBook(jobs);
  const slots = openSlots(jobs, clock.now(), logger);
  const lanes = openLanes({ logger, start: (job) => runJob(job, { children, slots, book, clock, logger }) });
  const madeUpAtStart = new Map<Job, number>();
  const tasks: ScheduledTask[] = [];
  let timer: NodeJS.Timeout | undefined;
  const look = (job: Job): void => {
    const due = slots.look(job, clock.now());
    if (due === null) return;
    const became = lanes.tick(job);
    if (became === "skipped") book.skipped(job);
    if (!due.isMadeUp || (became !== "started" && became !== "waits")) return;
    book.madeUp(job);
    if (timer === undefined) madeUpAtStart.set(job, due.slotMs);
  };
  // What comes next is told as of this look: where none succeeds any more, a time stays that is over.
  let seenAtMs = clock.now();
  const lookAtAll = (): void => {
    try {
      const nowMs = clock.now();
      for (const job of jobs) look(job);
      seenAtMs = nowMs;
    } catch (error) {
      logger.error({ error }, "a look at what is due failed; the next one follows soon");
    }
  };
  const openTasks = (): void => {
    for (const task of tasks.splice(0)) void task.destroy();
    tasks.push(...jobs.map((job) => openTask(job, logger, lookAtAll)));
  };
  let lookedAtMs = 0;
  const lookAgain = (): void => {
    const nowMs = clock.now();
    // A task would wait until it is as late as before, or count all the slots in between.
    if (Math.abs(nowMs - lookedAtMs) > clockSetMsMin) openTasks();
    lookedAtMs = nowMs;
    lookAtAll();
  };
  return {
    start: () => {
      lookAtAll();
      lookedAtMs = clock.now();
      openTasks();
      timer = setInterval(lookAgain, lookEveryMs);
    },
    nextRuns: () =>
      jobs.map((job) => ({
        job,
        atMs: slots.nextSlotMs(job, clock.now()),
        madeUpForMs: madeUpAtStart.get(job) ?? null,
      })),
    jobs: () => jobs.map((job) => ({ ...book.facts(job), nextRunAtMs: slots.nextSlotMs(job, seenAtMs) })),
    close: async (endWithinMs) => {
      lanes.close();
      clearInterval(timer);
      for (const task of tasks) await task.destroy();
      await children.close(endWithinMs);
    },
  };
}

/** The tick only starts something: node-cron itself is never busy with it. */
function openTask(job: Job, logger: Logger, wake: () => void): ScheduledTask {
  const { cron, timezone, name } = job;
  // What it misses is seen without it.
  const task = createTask(cron, wake, {
    timezone,
    name,
    suppressMissedWarning: true,
    logger: toCronLogger(job, logger),
  });
  void task.start();
  return task;
}

/** Its own would write to stdout. */
function toCronLogger({ name }: Job, logger: Logger) {
  const toFields = (error: unknown) => ({ job: name, ...(error instanceof Error ? { error } : {}) });
  return {
    debug: () => undefined,
    info: (message: string) => logger.info({ job: name }, message),
    warn: (message: string) => logger.warn({ job: name }, message),
    error: (message: string | Error, error?: Error) =>
      logger.error(toFields(error ?? message), typeof message === "string" ? message : "a tick failed"),
  };
}

type Running = {
  readonly children: Children;
  readonly slots: Slots;
  readonly book: Book;
  readonly clock: ScheduleOptions["clock"];
  readonly logger: Logger;
};

const overdueAdvice =
  "it took longer than METER_SYNC_RUN_DEADLINE and was ended: its own log says what it waited for; the " +
  "next run goes on where it was. Where it only needs longer, raise the deadline";

/** Resolves once it has ended, however that was. */
async function runJob(job: Job, { children, slots, book, clock, logger }: Running): Promise<void> {
  logger.info({ job: job.name }, "started");
  book.started(job, clock.now());
  const end = await children.run(job.arguments);
  book.ended(job, clock.now(), end);
  const { exitCode, signal, error, isTold, isOverdue } = end;
  const fields = { job: job.name, exit_code: exitCode, ...(signal === null ? {} : { signal }) };
  if (error !== null) logger.error({ job: job.name, error }, "could not be started");
  else if (isOverdue) logger.warn(fields, overdueAdvice);
  else if (exitCode !== null && exitCode === job.keptOutExitCode) {
    slots.reopen(job, clock.now());
    logger.info(fields, "another run is under way: it is tried again in a minute");
  } else if (exitCode === 0) logger.info(fields, "ended");
  else if (isTold && signal !== "SIGKILL") logger.info(fields, "ended, as it was told to");
  else logger.warn(fields, "did not end well: its own log says why");
}
