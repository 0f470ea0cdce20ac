import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { OverdueReport } from "../acknowledgement/index.ts";
import type { Config } from "../config/index.ts";
import { acquireLock, type Database, type Lock, toLockPath } from "../database/index.ts";
import { type DeliveryReport, deliverDue, openSinks, type Sink } from "../delivery/index.ts";
import { Failure, toExitCode } from "../failure/index.ts";
import type { Logger } from "../log/index.ts";
import { toDeliveryWarnings } from "./delivery-lines.ts";
import type { Invocation } from "./invocation.ts";
import { lookForOverdue } from "./overdue.ts";
import { withMark } from "./stream-mark.ts";

const waitMs = 100;
const waitCountMax = 30;

export type Delivering = {
  readonly config: Config;
  readonly database: Database;
  readonly sinks: readonly Sink[];
  readonly logger: Logger;
  readonly signal: AbortSignal;
};

/** What one pass came to: what is overdue was looked for, then what is due was delivered. */
export type DeliveryPass = {
  /** `null` without a sink, or where another delivery is under way. */
  readonly delivery: DeliveryReport | null;
  /** `null` where nobody acknowledges, or where it could not be looked for. */
  readonly acknowledgement: OverdueReport | null;
  /** Why nobody could look for what is overdue. */
  readonly overdueFailure: Failure | null;
};

/** Of a run that delivers nothing. */
export const noPass: DeliveryPass = { delivery: null, acknowledgement: null, overdueFailure: null };

/** The configured sinks; whoever opens them closes them. */
export function openSinksOf({ surroundings, realClock }: Invocation, config: Config): readonly Sink[] {
  return openSinks(config.sinks, { stdout: surroundings.stdout, now: realClock.now });
}

/** One delivery at a time on a database: two would send one partition key's events out of order (I6). */
export function acquireDeliveryLock(config: Config): Lock {
  return acquireLock(
    toLockPath(config.databasePath, "deliver.lock"),
    "another delivery is under way",
    config,
  );
}

/**
 * The same, after waiting a few seconds for another delivery. Throws a `Failure` of kind `locked` where that
 * one keeps at it.
 */
export async function waitForDeliveryLock(config: Config, signal: AbortSignal): Promise<Lock> {
  for (let count = 0; count < waitCountMax && !signal.aborted; count += 1) {
    try {
      return acquireDeliveryLock(config);
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "locked") throw error;
    }
    await wait(waitMs, undefined, { signal }).catch(() => undefined);
  }
  return acquireDeliveryLock(config);
}

/**
 * The last steps of a run: tells what is overdue, delivers to the run's sinks, if it has any, and logs what
 * went wrong. What is overdue is told before, so that it is delivered now.
 */
export async function deliverAfterRun(invocation: Invocation, run: Delivering): Promise<DeliveryPass> {
  if (run.sinks.length === 0 || run.signal.aborted) return noPass;
  return deliverPass(invocation, run, async () => {
    const lock = await waitForDeliveryLock(run.config, run.signal).catch((error: unknown) => {
      if (!(error instanceof Failure) || error.kind !== "locked") throw error;
      return null;
    });
    if (lock === null) {
      if (run.signal.aborted) return null;
      run.logger.warn({}, "another delivery is under way: what this run tells is left to it, or to the next");
      return null;
    }
    try {
      return await deliverNow(invocation, run);
    } finally {
      lock.release();
    }
  });
}

/** One pass under the delivery lock, which the caller holds. */
export function deliverLocked(invocation: Invocation, opened: Delivering): Promise<DeliveryPass> {
  return deliverPass(invocation, opened, () => deliverNow(invocation, opened));
}

/** 3 where the next pass may well do better; 7 where a person has to look. */
export function toPassExit({ delivery, acknowledgement, overdueFailure }: DeliveryPass): number {
  if ((delivery?.failures.length ?? 0) > 0) return 3;
  if (overdueFailure !== null) return toExitCode(overdueFailure);
  const setAside = Object.values(delivery?.set_aside ?? {}).some((number) => number > 0);
  return setAside || (acknowledgement?.overdue ?? 0) > 0 ? 7 : 0;
}

async function deliverPass(
  { clock }: Invocation,
  { config, database, logger }: Delivering,
  deliver: () => Promise<DeliveryReport | null>,
): Promise<DeliveryPass> {
  const overdue = lookForOverdue(config, database, clock.now());
  if (overdue.failure !== null) logger.error({ kind: overdue.failure.kind }, overdue.failure.message);
  const delivery = await deliver();
  for (const { sink, message } of delivery?.failures ?? []) logger.error({ sink }, message);
  for (const { fields, message } of toDeliveryWarnings(delivery, overdue.report, config.backlogCountMax)) {
    logger.warn(fields, message);
  }
  // A bug in looking must not keep the events from those who wait for them.
  if (overdue.bug !== undefined) throw overdue.bug;
  return { delivery, acknowledgement: overdue.report, overdueFailure: overdue.failure };
}

/** Attempts, back-off and signatures go by the real clock, in a rehearsal too. */
function deliverNow({ realClock }: Invocation, { database, sinks, signal }: Delivering) {
  const marked = withMark(database, sinks, randomUUID);
  return deliverDue(database, marked, { signal, clock: realClock, random: Math.random });
}
