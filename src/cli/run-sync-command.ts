import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Config } from "../config/index.ts";
import { type Database, openScratchDatabase } from "../database/index.ts";
import { registerSinks, type Sink } from "../delivery/index.ts";
import { Failure } from "../failure/index.ts";
import { type LeapClient, type LeapCredentials, openLeapClient } from "../leap/index.ts";
import type { Logger } from "../log/index.ts";
import { type RunMode, type RunReport, runSync, type SyncProgress } from "../sync/index.ts";
import { deliverAfterRun, openSinksOf } from "./delivering.ts";
import { finishRun, unfinished } from "./finish-run.ts";
import { assertRehearsable, type Invocation, openTerminalLogger } from "./invocation.ts";
import { warnOfLateStarts } from "./kept-events.ts";
import { toLeapClientOptions } from "./leap-options.ts";
import { openMemoryKeeper } from "./memory.ts";
import { withNoticeOnceIn } from "./noticing.ts";
import { openProgress } from "./progress.ts";
import { reportAfterRun } from "./reporting.ts";
import { acquireRunLock } from "./run-lock.ts";
import { openStop, type Stop } from "./stop.ts";
import { assureStream } from "./stream-mark.ts";
import { printSync, toRunExit } from "./sync-output.ts";
import { openForWriting } from "./writing.ts";

export type SyncCommandOptions = {
  readonly mode?: RunMode;
  readonly dryRun?: boolean;
  readonly baselineEvents?: boolean;
};

const stopped = "stopped; finished windows are kept, run sync again";

type Opened = {
  readonly config: Config;
  readonly database: Database;
  readonly sinks: readonly Sink[];
  readonly logger: Logger;
  readonly stop: Stop;
};

/** The command `sync`: everything that can be refused is refused before a file is made. */
export async function runSyncCommand(invocation: Invocation, options: SyncCommandOptions): Promise<number> {
  const config = await invocation.loadConfig();
  assertRehearsable(config, invocation.nowMs);
  if (options.dryRun === true) return enter(invocation, options, config, (body) => body());
  const job = options.mode === "poll" ? "poll" : "sync";
  return withNoticeOnceIn(invocation, config, job, (notice) => enter(invocation, options, config, notice));
}

/** What nobody may do twice at a time, nor without a key. */
async function enter(
  invocation: Invocation,
  options: SyncCommandOptions,
  config: Config,
  notice: (body: () => Promise<number>) => Promise<number>,
): Promise<number> {
  const credentials = requireCredentials(config);
  const isDryRun = options.dryRun === true;
  const stop = openStop(stopped);
  const lock = isDryRun ? null : acquireRunLock(config);
  try {
    return await notice(() =>
      runOnDatabase(invocation, options, config, openClient(config, credentials), stop),
    );
  } finally {
    lock?.release();
    stop.close();
  }
}

/** What a command that talks to Leap cannot do without. */
export function requireCredentials(config: Config): LeapCredentials {
  if (config.leap.credentials !== null) return config.leap.credentials;
  throw new Failure(
    "usage",
    "no credentials for Leap: set LEAP_API_KEY, or LEAP_EMAIL with LEAP_PASSWORD and LEAP_LOGIN_URL",
  );
}

function openClient(config: Config, credentials: LeapCredentials): LeapClient {
  return openLeapClient(toLeapClientOptions(config, credentials));
}

async function runOnDatabase(
  invocation: Invocation,
  options: SyncCommandOptions,
  config: Config,
  leap: LeapClient,
  stop: Stop,
): Promise<number> {
  const isDryRun = options.dryRun === true;
  // Log lines would tear the bar: it shows what they would say, and warnings come through.
  const logger = showsBar(invocation)
    ? await openTerminalLogger(invocation.surroundings, { quiet: true })
    : await invocation.openLogger();
  const database = isDryRun ? openScratch(invocation, config) : openForWriting(config, logger);
  const sinks = isDryRun ? [] : openSinksOf(invocation, config);
  const opened = { config, database, sinks, logger, stop };
  const { clock } = invocation;
  try {
    if (!isDryRun) assureStream(database, { logger, clock, makeId: randomUUID, isRunLocked: true });
    warnOfLateStarts(database, sinks, logger);
    registerSinks(database, sinks, invocation.realClock.now());
    const report = await run(invocation, options, opened, leap);
    const running = { ...opened, signal: stop.signal };
    const finished = isDryRun ? unfinished : await finishRun(invocation, running, report);
    await printSync(invocation, { ...opened, report, pass: finished.pass });
    return await toRunExit(invocation, report, finished, stop.signal.aborted && sinks.length > 0);
  } finally {
    for (const sink of sinks) sink.close();
    leap.close();
    database.close();
  }
}

function showsBar({ surroundings, isQuiet, isVerbose }: Invocation): boolean {
  return surroundings.stderr.isTTY === true && !isQuiet && !isVerbose;
}

function openScratch({ surroundings }: Invocation, config: Config): Database {
  const folder = surroundings.environment.SQLITE_TMPDIR || tmpdir();
  return openScratchDatabase(existsSync(config.databasePath) ? config.databasePath : null, folder, config);
}

/**
 * The run itself. What is due is delivered after a failed run too: Leap being down is no reason to keep it.
 */
async function run(
  invocation: Invocation,
  options: SyncCommandOptions,
  opened: Opened,
  leap: LeapClient,
): Promise<RunReport> {
  const { config, database, logger, stop } = opened;
  const { surroundings, isQuiet, clock, realClock } = invocation;
  const isTerminal = showsBar(invocation);
  const { stderr } = surroundings;
  const progress = await openProgress({ stderr, logger, isQuiet, isTerminal, now: realClock.now });
  const keepSmall = openMemoryKeeper();
  const rooms = { config, database, leap, logger, clock, realClock, signal: stop.signal };
  const { mode = "sweep" } = options;
  const onProgress = (state: SyncProgress) => {
    // How many meters a poll will return, what was known before does not tell.
    progress.onProgress(mode === "poll" ? { ...state, knownMeterCount: 0 } : state);
    keepSmall();
  };
  try {
    return await runSync(
      { ...rooms, makeRunId: randomUUID, onProgress },
      {
        mode,
        isDryRun: options.dryRun === true,
        isRehearsal: invocation.nowMs !== null,
        baselineEvents: options.baselineEvents === true,
      },
    );
  } catch (error) {
    progress.close();
    // Whatever the abort broke off, the reason is that we were told to stop.
    if (stop.signal.aborted) throw stop.signal.reason;
    await deliverAfterRun(invocation, { ...opened, signal: stop.signal }).catch((cause) =>
      logger.warn({ error: cause }, "nothing was delivered"),
    );
    const failed = { ...opened, signal: stop.signal };
    if (options.dryRun !== true) await reportAfterRun(invocation, failed, { status: "failed" });
    throw error;
  } finally {
    progress.close();
  }
}
