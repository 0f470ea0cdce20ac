import type { DispatchTruth, Portfolio } from "../../src/simulator/index.ts";
import { localDate } from "./calendar.ts";

/**
 * Dispatches of a group for the day they are sent on, sent after a meter was moved into it or out of it for
 * that very day: one for each such move. What they say of the move is not believed, but looked up.
 */
export function revisedForToday(
  portfolio: Portfolio,
  truths: readonly DispatchTruth[],
): readonly DispatchTruth[] {
  const found = new Map<string, DispatchTruth>();
  for (const truth of truths) {
    const { level, targetId, lateRevision, sentAtMs, zone, tradeDates } = truth;
    if (level !== "group" || lateRevision === null || sentAtMs < lateRevision.revisedAtMs) continue;
    const { meterId, revisedAtMs } = lateRevision;
    const [date = ""] = tradeDates;
    const index = portfolio.indexOf(meterId) ?? -1;
    const wasIn = (nowMs: number): boolean =>
      portfolio
        .truthOf(index, nowMs)
        ?.groupsOn(date)
        .some(({ marketGroupId }) => marketGroupId === targetId) ?? false;
    const isMove = wasIn(revisedAtMs - 1) !== wasIn(revisedAtMs);
    if (!isMove) throw new Error(`${meterId} was not moved when ${truth.eventId} says so`);
    if (localDate(revisedAtMs, zone) === date) found.set(`${meterId} ${revisedAtMs}`, truth);
  }
  return [...found.values()];
}
