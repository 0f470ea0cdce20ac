import type { Config } from "../../src/config/index.ts";
import { openLeapClient } from "../../src/leap/index.ts";
import { type RunReport, runSync } from "../../src/sync/index.ts";
import { type DayOptions, type Days, type Server, toConfig } from "../support/run-days.ts";

export type ConfiguredOptions = DayOptions & {
  /** What is configured otherwise than a run of `openDays` has it. */
  readonly config?: Partial<Config>;
  readonly isRehearsal?: boolean;
  /** The clock of the client's budget of time. */
  readonly clientClock?: { readonly now: () => number };
  readonly signal?: AbortSignal;
};

/** A run on the database of `days` with whatever configuration; its id is one that no other run has. */
export async function runConfigured(
  server: Server,
  days: Days,
  nowMs: number,
  options: ConfiguredOptions,
): Promise<RunReport> {
  const { database } = days;
  const config = { ...toConfig(server, days.path, options), ...options.config };
  const client = openLeapClient({
    apiVersion: config.leap.apiVersion,
    baseUrl: server.url,
    accountId: config.leap.accountId,
    credentials: { kind: "key", key: server.apiKey },
    pageSize: config.pageSize,
    concurrency: config.concurrency,
    limits: {
      requestTimeoutMs: 20_000,
      responseBytesMax: 64 * 1024 * 1024,
      attemptCountMax: 1,
      requestCountMax: config.requestCountMax,
      runTimeMaxMs: config.runTimeMaxMs,
    },
    random: () => 0,
    clock: options.clientClock ?? { now: () => Date.now() },
  });
  const clock = { now: () => nowMs };
  const count = Number(database.prepare("SELECT count(*) AS n FROM run").get()?.n);
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  try {
    return await runSync(
      {
        config,
        database: options.wrapDatabase?.(database) ?? database,
        leap: options.wrapLeap?.(client) ?? client,
        logger: silent,
        clock,
        realClock: clock,
        signal: options.signal ?? new AbortController().signal,
        makeRunId: () => `configured-${count + 1}`,
        onProgress: options.onProgress ?? (() => {}),
        ...(options.cuts === undefined ? {} : { cuts: options.cuts }),
      },
      {
        mode: options.mode ?? "sweep",
        isDryRun: options.isDryRun ?? false,
        isRehearsal: options.isRehearsal ?? false,
        baselineEvents: options.baselineEvents ?? false,
      },
    );
  } finally {
    client.close();
  }
}
