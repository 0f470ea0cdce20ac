import { setTimeout as wait } from "node:timers/promises";
import type { Config } from "../config/index.ts";
import { acquireLock, type Database, type Lock, toLockPath } from "../database/index.ts";
import { type DeliveryReport, deliverDue, type Sink } from "../delivery/index.ts";
import { Failure } from "../failure/index.ts";
import type { Logger } from "../log/index.ts";
import type { Clock } from "../time/index.ts";
import type { Stop } from "./stop.ts";

const waitMs = 100;
const waitCountMax = 30;

export type Delivering = {
  readonly config: Config;
  readonly database: Database;
  readonly sinks: readonly Sink[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

/** One delivery at a time on a database: two would send one partition key's events out of order (I6). */
export function acquireDeliveryLock(config: Config): Lock {
  return acquireLock(toLockPath(config.databasePath, "deliver.lock"), "another delivery is under way");
}

/** The last step of a run: delivers to its sinks, if it has any, and logs what could not be delivered. */
export async function deliverAndLog(
  run: Omit<Delivering, "signal"> & { readonly logger: Logger; readonly stop: Stop },
): Promise<DeliveryReport | null> {
  const { sinks, logger, stop } = run;
  if (sinks.length === 0 || stop.signal.aborted) return null;
  const report = await deliverAfterRun({ ...run, signal: stop.signal });
  if (report === null && !stop.signal.aborted) {
    logger.warn({}, "another delivery is under way: what this run tells is left to it, or to the next");
  }
  for (const { sink, message } of report?.failures ?? []) logger.error({ sink }, message);
  return report;
}

/**
 * Delivers what is due, after waiting a few seconds for another delivery; `null` where that one keeps at it.
 */
async function deliverAfterRun(delivering: Delivering): Promise<DeliveryReport | null> {
  const lock = await waitForDeliveryLock(delivering);
  if (lock === null) return null;
  try {
    return await deliverDue(delivering.database, delivering.sinks, delivering);
  } finally {
    lock.release();
  }
}

async function waitForDeliveryLock({ config, signal }: Delivering): Promise<Lock | null> {
  for (let count = 0; count < waitCountMax && !signal.aborted; count += 1) {
    try {
      return acquireDeliveryLock(config);
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "locked") throw error;
    }
    await wait(waitMs, undefined, { signal }).catch(() => undefined);
  }
  return null;
}
