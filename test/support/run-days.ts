import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, parseConfig } from "../../src/config/index.ts";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { type LeapClient, openLeapClient } from "../../src/leap/index.ts";
import { type Extractor, type RunReport, runSync, type SyncProgress } from "../../src/sync/index.ts";

/** Whoever answers as Leap: the simulator or a scripted server. */
export type Server = { readonly url: string; readonly apiKey: string; readonly accountId: string };

export type DayOptions = {
  readonly apiVersion?: "v1" | "v2";
  readonly horizonDays?: number;
  readonly pageSize?: number;
  readonly concurrency?: number;
  readonly portfolioStart?: string;
  readonly baselineEvents?: boolean;
  readonly isDryRun?: boolean;
  readonly extractor?: Extractor;
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
  readonly close: () => void;
};

export const streamId = "stream-of-the-test";

/**
 * Opens an empty, migrated database whose stream id is always the same, so that twins tell the same ids; or a
 * copy.
 */
export function openDays(server: Server, standing: DayOptions = {}, copyOf: Days | null = null): Days {
  const folder = mkdtempSync(join(tmpdir(), "meter-sync-days-"));
  const path = join(folder, "days.sqlite");
  copyOf?.database.prepare("VACUUM INTO ?").run(path);
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
  const client = toClient(server, config);
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
      },
      {
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
  const parsed = parseConfig({
    environment: {
      METER_SYNC_DATABASE: databasePath,
      LEAP_BASE_URL: server.url,
      LEAP_API_KEY: server.apiKey,
      LEAP_ACCOUNT_ID: server.accountId,
      LEAP_API_VERSION: options.apiVersion ?? "v2",
      METER_SYNC_HORIZON_DAYS: String(options.horizonDays ?? 3),
      METER_SYNC_PAGE_SIZE: String(options.pageSize ?? 500),
      METER_SYNC_CONCURRENCY: String(options.concurrency ?? 4),
      METER_SYNC_PORTFOLIO_START: options.portfolioStart ?? "2026-01-01",
    },
    readFile: () => "",
    cwd: tmpdir(),
  });
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.config;
}

function toClient(server: Server, config: Config): LeapClient {
  return openLeapClient({
    apiVersion: config.leap.apiVersion,
    baseUrl: server.url,
    accountId: server.accountId,
    credentials: { kind: "key", key: server.apiKey },
    pageSize: config.pageSize,
    limits: { requestTimeoutMs: 20_000, responseBytesMax: 64 * 1024 * 1024, attemptCountMax: 2 },
    random: () => 0,
    clock: { now: () => Date.now() },
  });
}
