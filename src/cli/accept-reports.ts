import { setTimeout as wait } from "node:timers/promises";
import { type AckOutcome, type AckReport, applyReports, parseReports } from "../acknowledgement/index.ts";
import type { Config } from "../config/index.ts";
import { openDatabase, openDatabaseReadOnly } from "../database/index.ts";
import type { AcknowledgementOutcome } from "../endpoint/index.ts";
import { Failure } from "../failure/index.ts";
import type { Logger } from "../log/index.ts";
import type { Clock } from "../time/index.ts";

const waitMs = 100;
const waitCountMax = 30;

/**
 * Reports as one request brings them: all kept, or none. While a run publishes, it waits some seconds without
 * keeping the process from anything else. What is wrong with the database is told to the log, and not to the
 * client.
 */
export async function acceptReports(
  text: string,
  config: Config,
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): Promise<AcknowledgementOutcome> {
  const { reports, problems } = parseReports(text);
  if (problems.length > 0) return { kind: "unreadable", problems };
  try {
    const outcome = await keepReports(config, reports, clock);
    if (outcome !== null) return { kind: "kept", ...outcome };
    const message = "a run is publishing: send the reports again in a few seconds";
    return { kind: "unavailable", message, retryAfterSeconds: 10 };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    logger.warn({ error }, "reports could not be kept: their sender is asked to send them again");
    const message = "the database cannot take reports now: send them again later";
    return { kind: "unavailable", message, retryAfterSeconds: 60 };
  }
}

/** `null` where the file stays locked. */
async function keepReports(
  config: Config,
  reports: readonly AckReport[],
  clock: Clock,
): Promise<AckOutcome | null> {
  for (let count = 0; count < waitCountMax; count += 1) {
    try {
      return applyToDatabase(config, reports, clock.now());
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
    await wait(waitMs);
  }
  return null;
}

function applyToDatabase(config: Config, reports: readonly AckReport[], nowMs: number): AckOutcome {
  // Only a look: it refuses what is missing, older or not ours, where opening for writing would make or
  // migrate it.
  openDatabaseReadOnly(config.databasePath, config).close();
  const database = openDatabase(config.databasePath, { ...config, busyTimeoutMs: 0 });
  try {
    return applyReports(database, reports, nowMs);
  } finally {
    database.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Failure && String(error.fields.code).startsWith("SQLITE_BUSY");
}
