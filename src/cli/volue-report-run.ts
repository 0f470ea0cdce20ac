import type { Config } from "../config/index.ts";
import type { Database } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import type { GivenReport, VolueClient, VolueRow } from "../volue/index.ts";
import { tell } from "./ending.ts";
import { readText } from "./input-text.ts";
import type { Invocation } from "./invocation.ts";
import { openStop, type Stop } from "./stop.ts";
import { acquireVolueLock, assertVolueRehearsable, openVolueFile } from "./volue-file.ts";
import { printVolueRows } from "./volue-rows.ts";

export type VolueReportOptions = {
  readonly file?: string;
  readonly input?: "ndjson" | "csv";
  readonly dryRun?: boolean;
  readonly again?: boolean;
  readonly allowGaps?: boolean;
  readonly late?: boolean;
  readonly allowNegative?: boolean;
};

const input = {
  reader: "volue report reads reports",
  other: "name a --file",
  content: "reports",
  tooLarge: "send them in several runs",
};

const stopped = "stopped; what was not sent yet is sent by another run";
/** A report on its way is waited for: cut off, nobody would know whether it arrived. */
const requestTimeoutMs = 20_000;
const stopGraceMs = 25_000;
/** A large publication keeps the file for half a minute: what Volue answered must not be lost over that. */
const busyTimeoutMs = 60_000;

/** The command `volue report`. */
export async function runVolueReport(invocation: Invocation, options: VolueReportOptions): Promise<number> {
  const config = await invocation.loadConfig();
  assertVolueRehearsable(config, invocation.nowMs);
  const { credentials } = config.volue;
  if (credentials === null) {
    throw new Failure("usage", "nothing to ask Volue with: set VOLUE_CLIENT_ID and VOLUE_CLIENT_SECRET");
  }
  const given = await readReports(invocation, options);
  const { existsSync } = await import("node:fs");
  // An uncertain report of an earlier run is told of on a day without reports, too.
  if (given.length === 0 && (options.dryRun === true || !existsSync(config.databasePath))) {
    await printVolueRows(invocation, []);
    return 0;
  }
  const stop = openStop(stopped, 3, stopGraceMs);
  const client = await openClient(invocation, config, credentials);
  try {
    return options.dryRun === true
      ? await checkOnly(invocation, config, options, given, client, stop)
      : await sendAll(invocation, config, options, given, client, stop);
  } finally {
    client.close();
    stop.close();
  }
}

async function readReports(
  invocation: Invocation,
  options: VolueReportOptions,
): Promise<readonly GivenReport[]> {
  const text = await readText(invocation, options.file, input);
  const { parseCsvReports, parseReports } = await import("../volue/index.ts");
  const isCsv = (options.input ?? (/\.csv$/i.test(options.file ?? "") ? "csv" : "ndjson")) === "csv";
  const { given, problems } = isCsv ? parseCsvReports(text) : parseReports(text);
  if (problems.length === 0) return given;
  const shown = problems.slice(0, 50);
  const more = problems.length > 50 ? [`and ${problems.length - 50} more like these`] : [];
  throw new Failure("usage", "cannot read the reports, and has sent none of them", {
    fields: { problems: [...shown, ...more] },
  });
}

async function openClient(
  { realClock }: Invocation,
  { volue }: Config,
  credentials: NonNullable<Config["volue"]["credentials"]>,
): Promise<VolueClient> {
  const { openVolueClient } = await import("../volue/index.ts");
  return openVolueClient({
    account: { ...volue, ...credentials },
    limits: {
      requestTimeoutMs,
      responseBytesMax: 32 * 1024 * 1024,
      attemptCountMax: 4,
      waitBaseMs: 500,
      retryAfterMaxMs: 60_000,
    },
    random: Math.random,
    clock: realClock,
  });
}

/** What is kept is looked at where there is any; no file is made. */
async function checkOnly(
  invocation: Invocation,
  config: Config,
  options: VolueReportOptions,
  given: readonly GivenReport[],
  client: VolueClient,
  stop: Stop,
): Promise<number> {
  const file = await openVolueFile(config);
  try {
    return await sendAndPrint(invocation, config, options, given, client, file?.database ?? null, stop);
  } finally {
    file?.database.close();
  }
}

async function sendAll(
  invocation: Invocation,
  config: Config,
  options: VolueReportOptions,
  given: readonly GivenReport[],
  client: VolueClient,
  stop: Stop,
): Promise<number> {
  const { existsSync } = await import("node:fs");
  const { openDatabase } = await import("../database/index.ts");
  const { loadUncertainCount, settleInterrupted, toHost } = await import("../volue/index.ts");
  const lock = await acquireVolueLock(config);
  try {
    if (!existsSync(config.databasePath)) {
      const logger = await invocation.openLogger();
      const { databasePath } = config;
      logger.warn({ path: databasePath }, "makes the database: nothing is known of reports sent before");
    }
    const database = openDatabase(config.databasePath, { ...config, busyTimeoutMs });
    try {
      const interrupted = settleInterrupted(database);
      const code = await sendAndPrint(invocation, config, options, given, client, database, stop);
      const count = loadUncertainCount(database, toHost(config.volue.baseUrl));
      await tellUncertain(invocation, count);
      return count + interrupted.length > 0 ? 7 : code;
    } finally {
      database.close();
    }
  } finally {
    lock.release();
  }
}

/** Those of earlier runs as well: they wait for a person. */
async function tellUncertain({ surroundings }: Invocation, count: number): Promise<void> {
  if (count === 0) return;
  const reports = count === 1 ? "one report is" : `${count} reports are`;
  const advice = "`volue list --state uncertain` shows them";
  await tell(surroundings, `${reports} uncertain: sent, and perhaps not arrived; ${advice}`);
}

async function sendAndPrint(
  invocation: Invocation,
  config: Config,
  options: VolueReportOptions,
  given: readonly GivenReport[],
  client: VolueClient,
  database: Database | null,
  stop: Stop,
): Promise<number> {
  const { sendReports, toExitCode, toHost } = await import("../volue/index.ts");
  const rows: readonly VolueRow[] = await sendReports(given, client, database, {
    host: toHost(config.volue.baseUrl),
    spelling: config.volue.acknowledgementTypes,
    isAgain: options.again === true,
    isDryRun: options.dryRun === true,
    allowsGaps: options.allowGaps === true,
    isLateFine: options.late === true,
    allowsNegative: options.allowNegative === true,
    signal: stop.signal,
    clock: invocation.clock,
  });
  await printVolueRows(invocation, rows);
  return toExitCode(rows);
}
