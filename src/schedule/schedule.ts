import { createTask, type ScheduledTask } from "node-cron";
import type { Logger } from "../log/index.ts";
import { type Children, openChildren, type Program } from "./children.ts";
import type { Job } from "./job.ts";
import { openLanes } from "./lanes.ts";

export type ScheduleOptions = {
  readonly jobs: readonly Job[];
  readonly program: Program;
  readonly logger: Logger;
};

export type Schedule = {
  /** When each job is due next, in their order. */
  readonly nextRuns: () => readonly { readonly job: Job; readonly at: Date | null }[];
  /** No tick any more; children are told to end and waited for, at most so long. */
  readonly close: (endWithinMs: number) => Promise<void>;
};

/** Later than its time by as much, a tick still counts: a machine that stood still must not cost a day. */
const lateMsMax = 600_000;

/** Ticks from now on. What was missed while the process was down, or stood still longer, is not made up. */
export function openSchedule({ jobs, program, logger }: ScheduleOptions): Schedule {
  const children = openChildren(program);
  const lanes = openLanes({
    logger,
    start: (job) => runJob(job, children, logger),
  });
  const tasks = jobs.map((job) => openTask(job, logger, () => lanes.tick(job)));
  return {
    nextRuns: () => jobs.map((job, index) => ({ job, at: tasks[index]?.getNextRun() ?? null })),
    close: async (endWithinMs) => {
      lanes.close();
      for (const task of tasks) await task.destroy();
      await children.close(endWithinMs);
    },
  };
}

/** The tick only starts something: node-cron itself is never busy with it. */
function openTask(job: Job, logger: Logger, tick: () => void): ScheduledTask {
  const task = createTask(job.cron, tick, {
    timezone: job.timezone,
    name: job.name,
    logger: toCronLogger(job, logger),
    missedExecutionTolerance: lateMsMax,
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

/** Resolves once it has ended, however that was. */
async function runJob(job: Job, children: Children, logger: Logger): Promise<void> {
  logger.info({ job: job.name }, "started");
  const { exitCode, signal, error, isTold } = await children.run(job.arguments);
  const fields = { job: job.name, exit_code: exitCode, ...(signal === null ? {} : { signal }) };
  if (error !== null) logger.error({ job: job.name, error }, "could not be started");
  else if (exitCode === 0) logger.info(fields, "ended");
  else if (isTold && signal !== "SIGKILL") logger.info(fields, "ended, as it was told to");
  else logger.warn(fields, "did not end well: its own log says why");
}
