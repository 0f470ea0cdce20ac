import { existsSync } from "node:fs";
import type { Config } from "../config/index.ts";
import type { Job } from "../schedule/index.ts";
import type { Format } from "./formats.ts";
import type { Invocation } from "./invocation.ts";

/** In UTC, whatever the others are in: node-cron starts nothing in the hour that daylight saving repeats. */
const deliverTime = { cron: "*/5 * * * *", timezone: "UTC" };

/** A sweep goes before polls: one that meets a poll waits for its end. */
export function toJobs(invocation: Invocation, config: Config): readonly Job[] {
  const { cron, pollCron, timezone, sinks, databasePath } = config;
  const options = toGlobalOptions(invocation);
  const sync = { lane: "sync", timezone, isDue: () => true };
  const sweep = { ...sync, name: "sync", cron, isMadeUpFor: true, arguments: ["sync", ...options] };
  const poll = { name: "poll", isMadeUpFor: false, arguments: ["sync", "--mode", "poll", ...options] };
  const deliver = { name: "deliver", isMadeUpFor: false, arguments: ["deliver", ...options] };
  // Before the first sync there is nothing to deliver from.
  const isDue = () => existsSync(databasePath);
  return [
    sweep,
    ...(pollCron === null ? [] : [{ ...sync, ...poll, cron: pollCron }]),
    ...(sinks.length === 0 ? [] : [{ ...deliver, ...deliverTime, lane: "deliver", isDue }]),
  ];
}

/** What was asked of us is asked of the children. */
function toGlobalOptions(invocation: Invocation): readonly string[] {
  const { databaseAsked, isQuiet, isVerbose } = invocation;
  return [
    ...["--format", toScheduleFormat(invocation)],
    ...(databaseAsked === null ? [] : ["--database", databaseAsked]),
    ...(isQuiet ? ["--quiet"] : []),
    ...(isVerbose ? ["--verbose"] : []),
  ];
}

/** As asked for; else for people at a terminal, and one report a line into a pipe, since there are many. */
export function toScheduleFormat({ formatAsked, format }: Invocation): Format {
  return formatAsked ?? (format === "json" ? "ndjson" : format);
}
