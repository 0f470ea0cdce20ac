import { randomUUID } from "node:crypto";
import type { Config } from "../config/index.ts";
import { type Database, openDatabaseReadOnly } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import type { Logger } from "../log/index.ts";
import { acquireDeliveryLock, waitForDeliveryLock } from "./delivering.ts";
import { assertRehearsable, type Invocation } from "./invocation.ts";
import { openStop } from "./stop.ts";
import { assureStream } from "./stream-mark.ts";
import { openForWriting } from "./writing.ts";

const stopped = "stopped; what is not delivered yet is delivered by the next run";

export type DeliverySession = {
  readonly config: Config;
  readonly database: Database;
  readonly logger: Logger;
  readonly signal: AbortSignal;
};

/**
 * The database under the delivery lock, for as long as `body` takes; nothing is made where there is none. A
 * patient caller waits a few seconds for another delivery; then, or at once, that is a `Failure` of kind
 * `locked`.
 */
export async function withDeliverySession(
  invocation: Invocation,
  config: Config,
  { isPatient }: { readonly isPatient: boolean },
  body: (session: DeliverySession) => Promise<number>,
): Promise<number> {
  assertRehearsable(config, invocation.nowMs);
  // Only a look: it refuses what is missing, older or not ours, where opening for writing would make or
  // migrate it.
  openDatabaseReadOnly(config.databasePath, config).close();
  const logger = await invocation.openLogger();
  const stop = openStop(stopped);
  try {
    const lock = isPatient ? await waitForDeliveryLock(config, stop.signal) : acquireDeliveryLock(config);
    try {
      const database = openForWriting(config, logger);
      try {
        const { clock } = invocation;
        assureStream(database, { logger, clock, makeId: randomUUID, isRunLocked: false });
        return await body({ config, database, logger, signal: stop.signal });
      } finally {
        database.close();
      }
    } finally {
      lock.release();
    }
  } finally {
    stop.close();
  }
}

/** What cannot be done without a sink. */
export function assertSinks(config: Config): void {
  if (config.sinks.length > 0) return;
  throw new Failure(
    "usage",
    "nowhere to deliver to: set METER_SYNC_SINKS, for example to file:./events.ndjson",
  );
}
