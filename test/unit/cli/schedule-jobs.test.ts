import { expect, test } from "vitest";
import { buildProgram } from "../../../src/cli/program.ts";
import { toJobs } from "../../../src/cli/schedule-jobs.ts";
import { configOf, type Environment } from "../config/config-of.ts";

const asked = { databaseAsked: null, formatAsked: null, format: "json", isQuiet: false, isVerbose: false };

function jobsOf(environment: Environment, more: Partial<typeof asked> | object = {}) {
  return toJobs({ ...asked, ...more } as never, configOf(environment));
}

test("there is a sweep; polls where they are switched on; and deliveries where there is a sink", () => {
  expect(jobsOf({}).map(({ name }) => name)).toEqual(["sync"]);
  const all = jobsOf({ METER_SYNC_POLL_CRON: "*/10 * * * *", METER_SYNC_SINKS: "stdout" });
  expect(all.map(({ name, cron, lane }) => [name, cron, lane])).toEqual([
    ["sync", "17 6 * * *", "sync"],
    ["poll", "*/10 * * * *", "sync"],
    ["deliver", "*/5 * * * *", "deliver"],
  ]);
});

test("every job is a command line that the program takes, with what was asked of the schedule itself", () => {
  const environment = { METER_SYNC_POLL_CRON: "*/10 * * * *", METER_SYNC_SINKS: "stdout" };
  const jobs = jobsOf(environment, { databaseAsked: "d.sqlite", formatAsked: "csv", isQuiet: true });
  expect(jobs.map((job) => job.arguments.join(" "))).toEqual([
    "sync --format csv --database d.sqlite --quiet",
    "sync --mode poll --format csv --database d.sqlite --quiet",
    "deliver --format csv --database d.sqlite --quiet",
  ]);
  const ran: string[] = [];
  for (const job of [...jobs, ...jobsOf(environment, { isVerbose: true })]) {
    const program = buildProgram(
      () =>
        async function () {
          ran.push(this.name());
        },
      { write: async () => undefined },
    );
    program.parse(job.arguments, { from: "user" });
  }
  expect(ran).toEqual(["sync", "sync", "deliver", "sync", "sync", "deliver"]);
});

test("nothing is delivered before there is a database, and sweeps and polls are always due", () => {
  const jobs = jobsOf({ METER_SYNC_POLL_CRON: "*/10 * * * *", METER_SYNC_SINKS: "stdout" });
  expect(jobs.map((job) => job.isDue())).toEqual([true, true, false]);
  const here = jobsOf({ METER_SYNC_DATABASE: import.meta.filename, METER_SYNC_SINKS: "stdout" });
  expect(here.map((job) => job.isDue())).toEqual([true, true]);
});

test("a sweep that was missed is made up for, a poll or a delivery is not", () => {
  const jobs = jobsOf({ METER_SYNC_POLL_CRON: "*/10 * * * *", METER_SYNC_SINKS: "stdout" });
  expect(jobs.map(({ recall }) => recall?.(0) ?? null)).toEqual([{ kind: "never" }, null, null]);
});
