import { existsSync } from "node:fs";
import type { Config } from "../config/index.ts";
import { type FileSystemOptions, openDatabaseReadOnly } from "../database/index.ts";
import { Failure, toExitCode } from "../failure/index.ts";
import { loadLastSweepStart, toReader } from "../reader/index.ts";
import type { Job, Recollection } from "../schedule/index.ts";
import type { Format } from "./formats.ts";
import type { Invocation } from "./invocation.ts";

/**
 * How long what was told to end may take: a run gives up within five seconds, but finishes a publication that
 * has begun, and that of a million changes took 28 seconds. `schedule` itself waits a little longer than for
 * its jobs, and less long than the manifests and `docker stop` wait for it.
 */
export const grace = { endWithinMs: 45_000, stopWithinMs: 50_000, overdueEndWithinMs: 120_000 };

/** In UTC, whatever the others are in: every five minutes are the same anywhere. */
const deliverTime = { cron: "*/5 * * * *", timezone: "UTC" };

/**
 * A sweep goes before polls: one that meets a poll waits for its end, and one that was missed is made up for.
 */
export function toJobs(invocation: Invocation, config: Config): readonly Job[] {
  const { cron, pollCron, timezone, sinks, databasePath } = config;
  const options = toGlobalOptions(invocation);
  const sync = { lane: "sync", timezone, isDue: () => true };
  const recall = (nowMs: number) => recallSweeps(databasePath, nowMs, config);
  // A poll or a release by hand takes the lock for moments: that is no reason to sweep a day later.
  const keptOutExitCode = toExitCode(new Failure("locked", ""));
  const sweep = { ...sync, name: "sync", cron, recall, keptOutExitCode, arguments: ["sync", ...options] };
  const poll = { name: "poll", recall: null, arguments: ["sync", "--mode", "poll", ...options] };
  const deliver = { name: "deliver", recall: null, arguments: ["deliver", ...options] };
  // Before the first sync there is nothing to deliver from.
  const isDue = () => existsSync(databasePath);
  return [
    sweep,
    ...(pollCron === null ? [] : [{ ...sync, ...poll, cron: pollCron }]),
    ...(sinks.length === 0 ? [] : [{ ...deliver, ...deliverTime, lane: "deliver", isDue }]),
  ];
}

/**
 * What the database remembers of sweeps, whoever started them. One of an older release remembers, too. Where
 * it cannot be read, that is no reason to sweep, nor to stop.
 */
export function recallSweeps(
  databasePath: string,
  nowMs: number,
  { allowsNetworkFileSystem = false }: FileSystemOptions = {},
): Recollection {
  if (!existsSync(databasePath)) return { kind: "never" };
  try {
    const database = openDatabaseReadOnly(databasePath, { isOlderFine: true, allowsNetworkFileSystem });
    try {
      const atMs = loadLastSweepStart(toReader(database), nowMs);
      return atMs === null ? { kind: "never" } : { kind: "through", atMs };
    } finally {
      database.close();
    }
  } catch (error) {
    return { kind: "unknown", why: error instanceof Error ? error.message : String(error) };
  }
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
