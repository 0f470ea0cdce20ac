import { randomUUID } from "node:crypto";
import type { Config } from "../config/index.ts";
import { type Database, openDatabaseReadOnly } from "../database/index.ts";
import { registerSinks } from "../delivery/index.ts";
import { Failure } from "../failure/index.ts";
import type { Logger } from "../log/index.ts";
import { loadHeldRun, toReader } from "../reader/index.ts";
import { discardRun, type RunReport, releaseRun } from "../sync/index.ts";
import { noPass, openSinksOf } from "./delivering.ts";
import { finishRun } from "./finish-run.ts";
import { assertRehearsable, type Invocation } from "./invocation.ts";
import { warnOfLateStarts } from "./kept-events.ts";
import { withNotice } from "./noticing.ts";
import { acquireRunLock } from "./run-lock.ts";
import { openStop, type Stop } from "./stop.ts";
import { assureStream } from "./stream-mark.ts";
import { printSync, toRunExit } from "./sync-output.ts";
import { openForWriting } from "./writing.ts";

export type ReleaseOptions = { readonly checksum?: string };

const stopped = "stopped; what is not delivered yet is delivered by the next run";

type Opened = {
  readonly config: Config;
  readonly database: Database;
  readonly logger: Logger;
  readonly stop: Stop;
};

/** The command `release`: publishes a held plan as it is, and delivers it as `sync` does. */
export async function runRelease(
  invocation: Invocation,
  { checksum }: ReleaseOptions,
  [run = ""]: readonly string[],
): Promise<number> {
  // The checksum proves that someone has looked at the plan: it is shown there, and nowhere else.
  if (checksum === undefined) {
    throw new Failure(
      "usage",
      `release takes the --checksum of the plan you have looked at: \`meter-sync run ${run}\` shows both`,
    );
  }
  const release = (opened: Opened) => releaseOpened(invocation, opened, run, checksum);
  return withRun(invocation, (opened) =>
    withNotice(invocation, opened.config, "release", () => release(opened)),
  );
}

async function releaseOpened(
  invocation: Invocation,
  opened: Opened,
  run: string,
  checksum: string,
): Promise<number> {
  const { config, database, logger, stop } = opened;
  const { clock } = invocation;
  assureStream(database, { logger, clock, makeId: randomUUID, isRunLocked: true });
  const runId = toRunId(database, run);
  const sinks = openSinksOf(invocation, config);
  try {
    warnOfLateStarts(database, sinks, logger);
    registerSinks(database, sinks, invocation.realClock.now());
    const report = releaseRun({ database, clock: invocation.clock }, runId, checksum);
    const finished = await finishRun(invocation, { ...opened, sinks, signal: stop.signal }, report);
    await printSync(invocation, { ...opened, report, pass: finished.pass });
    const isCutShort = stop.signal.aborted && sinks.length > 0;
    return await toRunExit(invocation, report, finished, isCutShort);
  } finally {
    for (const sink of sinks) sink.close();
  }
}

/** The command `discard`: drops a held plan for good. */
export async function runDiscard(invocation: Invocation, [run = ""]: readonly string[]): Promise<number> {
  return withRun(invocation, async (opened) => {
    const { database } = opened;
    const report: RunReport = discardRun({ database, clock: invocation.clock }, toRunId(database, run));
    await printSync(invocation, { ...opened, report, pass: noPass });
    return 0;
  });
}

/** The database under the run lock; nothing is made where there is none. */
async function withRun(invocation: Invocation, body: (opened: Opened) => Promise<number>): Promise<number> {
  const config = await invocation.loadConfig();
  assertRehearsable(config, invocation.nowMs);
  // Only a look: it refuses what is missing, older or not ours, where opening for writing would make or
  // migrate it.
  openDatabaseReadOnly(config.databasePath, config).close();
  const logger = await invocation.openLogger();
  const lock = acquireRunLock(config);
  const stop = openStop(stopped);
  try {
    const database = openForWriting(config, logger);
    try {
      return await body({ config, database, logger, stop });
    } finally {
      database.close();
    }
  } finally {
    lock.release();
    stop.close();
  }
}

function toRunId(database: Database, run: string): string {
  if (run !== "held") return run;
  const held = loadHeldRun(toReader(database));
  if (held === null) throw new Failure("usage", "no run is held: there is nothing to decide on");
  return held.run_id;
}
