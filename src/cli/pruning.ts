import { loadSweepBefore, planRetention, pruneOld } from "../retention/index.ts";
import type { RunReport } from "../sync/index.ts";
import type { Delivering } from "./delivering.ts";
import type { Invocation } from "./invocation.ts";
import { loadStreamLook } from "./stream-mark.ts";

/** So much goes in one run at most: a first pruning of a large file takes several. */
const limits = { timeMaxMs: 5000, rowCountMax: 200_000 };

/**
 * Removes what is older than it is to be kept, a bounded part of it, once a sweep is published; a failure is
 * a warning. Not in a rehearsal: its instant is made up, and what goes is gone.
 */
export function pruneAfterRun(
  invocation: Invocation,
  { config, database, logger, signal }: Omit<Delivering, "sinks">,
  report: RunReport,
): void {
  const { clock, realClock, nowMs } = invocation;
  const isPublished = report.status === "published" && report.published_at !== null;
  if (nowMs !== null || report.mode === "poll" || !isPublished || signal.aborted) return;
  try {
    const needs = {
      acknowledgedBy: config.acknowledgedBy,
      toldSequence: loadStreamLook(database)?.told?.sequence ?? null,
    };
    // A clock that leaps ahead makes everything old: one run with it removes nothing more, and the next one
    // with the right clock is refused.
    const beforeMs = loadSweepBefore(database);
    if (beforeMs === null) return;
    const plan = planRetention(config.keep, Math.min(clock.now(), beforeMs));
    const { isComplete, ...removed } = pruneOld(database, plan, needs, { ...limits, clock: realClock });
    if (Object.values(removed).every((count) => count === 0)) return;
    const rest = isComplete ? "" : "; the next runs go on with the rest";
    logger.info({ ...removed, is_complete: isComplete }, `removed what was kept long enough${rest}`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    logger.warn({ error: message }, "could not remove what is old: the next run tries again");
  }
}
