import { toPollObstacle } from "../guard/index.ts";
import { loadHeldRunId, loadPollState, type PollState, type Stream } from "../snapshot/index.ts";
import { parsePollAudit } from "./audit-polls.ts";
import type { RunMode, SyncContext, SyncOptions } from "./context.ts";

export type ModeDecision = {
  readonly mode: RunMode;
  readonly polls: PollState;
  readonly notes: readonly string[];
};

/** Whether a poll asked for can be one; a sweep instead says why. */
export function decideMode(
  { database, config }: SyncContext,
  options: SyncOptions,
  stream: Stream,
): ModeDecision {
  const { apiVersion } = config.leap;
  const polls = loadPollState(database, apiVersion);
  if (options.mode !== "poll") return { mode: "sweep", polls, notes: [] };
  const why = toPollObstacle({
    apiVersion,
    publishedApiVersion: stream.publication === 0 ? null : stream.apiVersion,
    heldRunId: loadHeldRunId(database),
    hasCursor: polls.cursorMs !== null,
    trustPercent: parsePollAudit(polls.audit)?.trust_percent ?? null,
    trustPercentMin: config.pollTrustPercent,
  });
  if (why === null) return { mode: "poll", polls, notes: [] };
  return { mode: "sweep", polls, notes: [`asked for a poll, swept instead: ${why}`] };
}
