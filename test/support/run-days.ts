import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, parseConfig } from "../../src/config/index.ts";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { type LeapClient, openLeapClient } from "../../src/leap/index.ts";
import {
  discardRun,
  type Extractor,
  type RunReport,
  releaseRun,
  runSync,
  type SyncProgress,
} from "../../src/sync/index.ts";
import { type Rules, type Share, usualRules } from "./oracle-breaker.ts";

/** Whoever answers as Leap: the simulator or a scripted server. */
export type Server = { readonly url: string; readonly apiKey: string; readonly accountId: string };

export type DayOptions = {
  readonly apiVersion?: "v1" | "v2";
  readonly mode?: "sweep" | "poll";
  readonly horizonDays?: number;
  readonly pageSize?: number;
  readonly concurrency?: number;
  readonly portfolioStart?: string;
  /** How often a sweep is one unfiltered chain; never unless given. */
  readonly fullChainEvery?: string;
  readonly resumeWithin?: string;
  /** Tries of one request, 2 unless given. */
  readonly attemptCountMax?: number;
  readonly baselineEvents?: boolean;
  /** Which rules of the breaker bind; the usual ones unless given. */
  readonly rules?: Rules;
  readonly isDryRun?: boolean;
  readonly extractor?: Extractor;
  /** Where date added is cut into windows, however small the portfolio. */
  readonly cuts?: readonly number[];
  /** What stands between the run and its client, to crash it at a step. */
  readonly wrapLeap?: (leap: LeapClient) => LeapClient;
  readonly wrapDatabase?: (database: Database) => Database;
  readonly onProgress?: (progress: SyncProgress) => void;
};

/** One database in a folder of its own, and runs on it at instants of the test's choice. */
export type Days = {
  readonly path: string;
  readonly database: Database;
  /** What a run logged, as level and sentence. */
  readonly logged: string[];
  readonly run: (nowMs: number, options?: DayOptions) => Promise<RunReport>;
  /** What a process of its own would be configured by. */
  readonly toEnvironment: (options?: DayOptions) => Record<string, string>;
  /** A person lets a held run pass, or drops it. */
  readonly release: (nowMs: number, held: RunReport, wrapDatabase?: DayOptions["wrapDatabase"]) => RunReport;
  readonly discard: (nowMs: number, held: RunReport, wrapDatabase?: DayOptions["wrapDatabase"]) => RunReport;
  readonly close: () => void;
};

/** Where the machine has one, a file system in memory. */
const memoryFolder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export const streamId = "stream-of-the-test";

/**
 * Opens an empty, migrated database whose stream id is always the same, so that twins tell the same ids; or a
 * copy of one that is open, or of a file's bytes.
 */
export function openDays(
  server: Server,
  standing: DayOptions = {},
  copyOf: Days | Uint8Array | null = null,
): Days {
  const folder = mkdtempSync(join(memoryFolder, "meter-sync-days-"));
  const path = join(folder, "days.sqlite");
  if (copyOf instanceof Uint8Array) writeFileSync(path, copyOf);
  else copyOf?.database.prepare("VACUUM INTO ?").run(path);
  const database = openDatabase(path);
  // A disk that keeps its word is not what these tests are about.
  database.connection.pragma("synchronous = OFF");
  database.prepare("INSERT OR IGNORE INTO stream (id, stream_id) VALUES (1, ?)").run(streamId);
  const logged: string[] = [];
  let runs = Number(database.prepare("SELECT count(*) AS n FROM run").get()?.n);
  return {
    path,
    database,
    logged,
    run: (nowMs, options = {}) => {
      runs += 1;
      return runOnce(server, database, logged, `run-${runs}`, nowMs, { ...standing, ...options });
    },
    toEnvironment: (options = {}) => toEnvironment(server, path, { ...standing, ...options }),
    release: (nowMs, held, wrapDatabase = (itself) => itself) =>
      releaseRun(
        { database: wrapDatabase(database), clock: { now: () => nowMs } },
        held.run_id,
        held.checksum!,
      ),
    discard: (nowMs, held, wrapDatabase = (itself) => itself) =>
      discardRun({ database: wrapDatabase(database), clock: { now: () => nowMs } }, held.run_id),
    close: () => {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function runOnce(
  server: Server,
  database: Database,
  logged: string[],
  runId: string,
  nowMs: number,
  options: DayOptions,
): Promise<RunReport> {
  const config = toConfig(server, database.path, options);
  const client = toClient(server, config, options.attemptCountMax ?? 2);
  const clock = { now: () => nowMs };
  const note = (level: string) => (_: unknown, message: string) => void logged.push(`${level}: ${message}`);
  const logger = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
  try {
    return await runSync(
      {
        config,
        database: options.wrapDatabase?.(database) ?? database,
        leap: options.wrapLeap?.(client) ?? client,
        logger,
        clock,
        realClock: clock,
        signal: new AbortController().signal,
        makeRunId: () => runId,
        onProgress: options.onProgress ?? (() => {}),
        ...(options.extractor === undefined ? {} : { extractor: options.extractor }),
        ...(options.cuts === undefined ? {} : { cuts: options.cuts }),
      },
      {
        mode: options.mode ?? "sweep",
        isDryRun: options.isDryRun ?? false,
        isRehearsal: false,
        baselineEvents: options.baselineEvents ?? false,
      },
    );
  } finally {
    client.close();
  }
}

export function toConfig(server: Server, databasePath: string, options: DayOptions): Config {
  const environment = toEnvironment(server, databasePath, options);
  const parsed = parseConfig({ environment, readFile: () => "", cwd: tmpdir() });
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.config;
}

/** The variables a run is configured by, in this process or in one of its own. */
export function toEnvironment(
  server: Server,
  databasePath: string,
  options: DayOptions,
): Record<string, string> {
  return {
    METER_SYNC_DATABASE: databasePath,
    LEAP_BASE_URL: server.url,
    LEAP_API_KEY: server.apiKey,
    LEAP_ACCOUNT_ID: server.accountId,
    LEAP_API_VERSION: options.apiVersion ?? "v2",
    METER_SYNC_HORIZON_DAYS: String(options.horizonDays ?? 3),
    METER_SYNC_PAGE_SIZE: String(options.pageSize ?? 500),
    METER_SYNC_CONCURRENCY: String(options.concurrency ?? 4),
    METER_SYNC_PORTFOLIO_START: options.portfolioStart ?? "2026-01-01",
    METER_SYNC_FULL_CHAIN_EVERY: options.fullChainEvery ?? "off",
    METER_SYNC_RESUME_WITHIN: options.resumeWithin ?? "6h",
    ...toHolds(options.rules ?? usualRules),
  };
}

function toHolds(rules: Rules): Record<string, string> {
  const text = (share: Share | null) => (share === null ? "off" : `${share.percent}%,${share.count}`);
  return {
    METER_SYNC_HOLD_EMPTY: rules.empty ? "on" : "off",
    METER_SYNC_HOLD_ABSENT: text(rules.absent),
    METER_SYNC_HOLD_REGION: text(rules.region),
    METER_SYNC_HOLD_PROGRAM: text(rules.program),
    METER_SYNC_HOLD_LOSS: text(rules.loss),
    METER_SYNC_HOLD_GROUP: text(rules.group),
    METER_SYNC_HOLD_ACCOUNT: text(rules.account),
  };
}

function toClient(server: Server, config: Config, attemptCountMax: number): LeapClient {
  return openLeapClient({
    apiVersion: config.leap.apiVersion,
    baseUrl: server.url,
    accountId: server.accountId,
    credentials: { kind: "key", key: server.apiKey },
    pageSize: config.pageSize,
    concurrency: config.concurrency,
    limits: {
      requestTimeoutMs: 20_000,
      responseBytesMax: 64 * 1024 * 1024,
      attemptCountMax,
      requestCountMax: config.requestCountMax,
      runTimeMaxMs: config.runTimeMaxMs,
    },
    random: () => 0,
    clock: { now: () => Date.now() },
  });
}
