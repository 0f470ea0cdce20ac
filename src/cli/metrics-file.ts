import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Config } from "../config/index.ts";
import { acquireLock, type Lock, replaceText, toLockPath } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { parseKeptMetrics, type TaskEnd } from "../metrics/index.ts";
import { loadMetricsText } from "./metrics-text.ts";

const waitMs = 50;
const waitCountMax = 60;

/**
 * Writes the metrics for a textfile collector, with how a task just ended; what the file says of other tasks
 * stays. It is replaced at once: whoever reads it sees a whole one. Throws what the disk throws.
 */
export async function writeMetricsFile(
  config: Config,
  path: string,
  end: TaskEnd,
  nowMs: () => number,
): Promise<void> {
  // A run and a delivery may end together: each reads what the other has written.
  const lock = await waitForLock(config);
  try {
    const kept = parseKeptMetrics(readIfThere(path));
    const ends = [...kept.ends.filter(({ task }) => task !== end.task), end].sort(byTask);
    const text = await loadMetricsText(config, { nowMs: nowMs(), jobs: [], ends, kept });
    // Collectors run as another user.
    replaceText(path, text, 0o644);
  } finally {
    lock?.release();
  }
}

/** What cannot be read may still be replaced. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function byTask(one: TaskEnd, other: TaskEnd): number {
  return one.task < other.task ? -1 : 1;
}

/** `null` where there is no place for a lock, or another process keeps it: then it is done without. */
async function waitForLock(config: Config): Promise<Lock | null> {
  const { databasePath } = config;
  if (!existsSync(dirname(databasePath))) return null;
  for (let count = 0; count < waitCountMax; count += 1) {
    try {
      return acquireLock(toLockPath(databasePath, "metrics.lock"), "metrics are being written", config);
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "locked") return null;
    }
    await wait(waitMs);
  }
  return null;
}
