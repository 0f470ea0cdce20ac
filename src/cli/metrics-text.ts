import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import type { Config } from "../config/index.ts";
import { toDatabaseFailure } from "../database/index.ts";
import { eventTypes } from "../events/index.ts";
import { Failure } from "../failure/index.ts";
import {
  type DatabaseFacts,
  type FileFacts,
  type JobFacts,
  type KeptMetrics,
  renderMetrics,
  type TaskEnd,
} from "../metrics/index.ts";
import { openReader } from "../reader/index.ts";
import { loadDatabaseFacts } from "./metrics-facts.ts";

export type MetricsView = {
  readonly nowMs: number;
  /** What a schedule knows of its jobs. */
  readonly jobs: readonly JobFacts[];
  /** How the tasks of other processes ended. */
  readonly ends?: readonly TaskEnd[];
  /** What was counted before, by whichever process. */
  readonly kept?: KeptMetrics | null;
};

/** How things stand, as Prometheus reads it. Without a database that can be read it says what there is. */
export async function loadMetricsText(config: Config, view: MetricsView): Promise<string> {
  const { nowMs, jobs, ends = [], kept = null } = view;
  return renderMetrics({
    nowMs,
    version: packageJson.version,
    apiVersion: config.leap.apiVersion,
    jobs,
    ends,
    limits: { backlogCountMax: config.backlogCountMax, pollTrustPercent: config.pollTrustPercent },
    // What a run says of itself is not among its changes.
    changeTypes: eventTypes.filter((type) => !type.startsWith("sync.")),
    database: await loadFactsIfReadable(config, nowMs, kept),
    files: readFileFacts(config.databasePath),
  });
}

async function loadFactsIfReadable(
  config: Config,
  nowMs: number,
  kept: KeptMetrics | null,
): Promise<DatabaseFacts | null> {
  try {
    const reader = openReader(config.databasePath, config);
    try {
      return await loadDatabaseFacts(reader, config, nowMs, kept);
    } finally {
      reader.close();
    }
  } catch (error) {
    if (toDatabaseFailure(error, "") instanceof Failure) return null;
    throw error;
  }
}

function readFileFacts(databasePath: string): FileFacts {
  const disk = orNull(() => statfsSync(dirname(databasePath)));
  const databaseBytes = orNull(() => statSync(databasePath).size);
  return {
    databaseBytes,
    // There is no log beside a database that nobody has open.
    walBytes: databaseBytes === null ? null : (orNull(() => statSync(`${databasePath}-wal`).size) ?? 0),
    diskBytes: disk === null ? null : disk.blocks * disk.bsize,
    diskFreeBytes: disk === null ? null : disk.bavail * disk.bsize,
  };
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
