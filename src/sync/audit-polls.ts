import { Failure } from "../failure/index.ts";
import { loadPollCatch, openPollAnswers, savePollAnswers } from "../snapshot/index.ts";
import type { Run, SyncContext } from "./context.ts";
import { readIds } from "./read-ids.ts";
import type { PollAudit } from "./verdicts.ts";

/**
 * Asks once more as a poll would, after the sweep has read everything: what the sweep tells and this answer
 * does not hold, polls miss. Returns false where there is nothing to audit or it cannot be asked.
 */
export async function readPollAnswers(context: SyncContext, run: Run): Promise<boolean> {
  const { cursorMs, polls } = run.polls;
  if (run.mode !== "sweep" || cursorMs === null || (polls === 0 && run.notes.length === 0)) return false;
  const { database, signal, logger } = context;
  openPollAnswers(database);
  const window = { addedFromMs: null, addedToMs: null, modifiedFromMs: cursorMs };
  try {
    await readIds(context, window, (meterIds) => savePollAnswers(database, meterIds));
    return true;
  } catch (error) {
    if (signal.aborted || !(error instanceof Failure)) throw error;
    logger.warn({ error: error.message }, "the polls could not be audited");
    return false;
  }
}

/** The audit, once the plan says what is told. */
export function auditPolls({ database }: SyncContext, run: Run): PollAudit {
  const { polls, found, audit } = run.polls;
  const { caught, missed } = loadPollCatch(database, run.runKey);
  const all = found + caught + missed;
  const trust = all === 0 ? null : Math.floor((100 * (found + caught)) / all);
  // Without any change there is nothing to judge by: what was known of polls stands.
  return {
    polls,
    found,
    caught,
    missed,
    trust_percent: trust ?? parsePollAudit(audit)?.trust_percent ?? null,
  };
}

/** An audit as it was stored. */
export function parsePollAudit(audit: unknown): PollAudit | null {
  return typeof audit === "object" && audit !== null && "trust_percent" in audit
    ? (audit as PollAudit)
    : null;
}
