import { once } from "node:events";
import type { Config } from "../config/index.ts";
import { openEndpoint } from "../endpoint/index.ts";
import { Failure } from "../failure/index.ts";
import { openSchedule, type Schedule } from "../schedule/index.ts";
import { formatInstant } from "../time/index.ts";
import { printListing } from "./formats.ts";
import type { Invocation } from "./invocation.ts";
import { requireCredentials } from "./run-sync-command.ts";
import { grace, toJobs, toScheduleFormat } from "./schedule-jobs.ts";
import { toRoutes } from "./schedule-routes.ts";
import { openStop } from "./stop.ts";

/** The command `schedule`: up until a signal; what would fail at every tick is refused at once. */
export async function runSchedule(invocation: Invocation): Promise<number> {
  const config = await invocation.loadConfig();
  if (invocation.nowMs !== null) {
    throw new Failure(
      "usage",
      "schedule goes by the real clock: leave --now out, or rehearse with sync --now",
    );
  }
  requireCredentials(config);
  const logger = await invocation.openLogger();
  const { surroundings, realClock: clock } = invocation;
  const { self, environment, cwd } = surroundings;
  const schedule = openSchedule({
    jobs: toJobs(invocation, config),
    program: { self, environment, cwd },
    patience: { deadlineMs: config.runDeadlineMs, endWithinMs: grace.overdueEndWithinMs },
    clock,
    logger,
  });
  const cutShort = "stopped; what was under way was cut short, the next run goes on with it";
  const stop = openStop(cutShort, 0, grace.stopWithinMs);
  const isStopping = () => stop.signal.aborted;
  try {
    const endpoint = await openEndpoint({
      ...config.listen,
      routes: toRoutes(config, { clock, logger, jobs: schedule.jobs, isStopping }),
      onError: (error) => logger.error({ error }, "a request could not be answered"),
    });
    logger.info({ url: endpoint.url }, "listening");
    try {
      schedule.start();
      await printNextRuns(invocation, config, schedule);
      if (!stop.signal.aborted) await once(stop.signal, "abort");
      return 0;
    } finally {
      logger.info({}, "stopping");
      await schedule.close(grace.endWithinMs);
      await endpoint.close();
    }
  } finally {
    stop.close();
  }
}

/** With the stdout sink on, stdout carries change events only. */
async function printNextRuns(invocation: Invocation, config: Config, schedule: Schedule): Promise<void> {
  const format = (atMs: number | null) => (atMs === null ? null : formatInstant(atMs));
  const rows = schedule.nextRuns().map(({ job, atMs, madeUpForMs }) => ({
    job: job.name,
    cron: job.cron,
    timezone: job.timezone,
    next_run_at: format(atMs),
    made_up_for: format(madeUpForMs),
  }));
  if (config.sinks.some((sink) => sink.kind === "stdout")) {
    const logger = await invocation.openLogger();
    logger.info({ jobs: rows }, "next runs");
    return;
  }
  const { output } = invocation;
  const columns = ["job", "cron", "timezone", "next_run_at", "made_up_for"];
  const listing = { columns, rows, tableRowCountMax: rows.length, empty: "nothing to do" };
  await printListing(output, toScheduleFormat(invocation), listing);
  await output.flush();
}
