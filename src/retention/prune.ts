import { type Database, inTransaction } from "../database/index.ts";
import type { Clock } from "../time/index.ts";
import { type EventNeeds, openEventPruning } from "./event-prune-store.ts";
import type { RetentionPlan } from "./plan-retention.ts";
import type { PrunedTable, Pruning } from "./pruning.ts";
import { openRunPruning } from "./run-prune-store.ts";
import {
  openDispatchPruning,
  openEndedPruning,
  openReplacedPruning,
  openRevisionPruning,
} from "./snapshot-prune-store.ts";
import { openWebhookPruning } from "./webhook-prune-store.ts";

/** What one run may take for it (I8): the next one goes on. */
export type PruneLimits = {
  /** How long it takes is judged by it. */
  readonly clock: Clock;
  readonly timeMaxMs: number;
  readonly rowCountMax: number;
};

export type Pruned = Readonly<Record<PrunedTable, number>> & {
  /** Whether nothing is left that is old and not needed. */
  readonly isComplete: boolean;
};

/**
 * Removes what is old, a few rows and a transaction at a time, each with the conditions under which it may:
 * another process may deliver meanwhile. The caller holds the run lock (I12).
 */
export function pruneOld(
  database: Database,
  plan: RetentionPlan,
  needs: EventNeeds,
  { clock, timeMaxMs, rowCountMax }: PruneLimits,
): Pruned {
  const endMs = clock.now() + timeMaxMs;
  const removed: Record<PrunedTable, number> = { events: 0, revisions: 0, history: 0, runs: 0 };
  let open = openPrunings(database, plan, needs);
  for (let rowCount = 0; open.length > 0; ) {
    const unfinished: Pruning[] = [];
    // In turn, so that much of one kind does not keep the others.
    for (const pruning of open) {
      if (clock.now() >= endMs || rowCount >= rowCountMax) return { ...removed, isComplete: false };
      const chunk = inTransaction(database, pruning.next);
      removed[pruning.table] += chunk.removed;
      rowCount += chunk.removed;
      if (!chunk.isLast) unfinished.push(pruning);
    }
    open = unfinished;
  }
  return { ...removed, isComplete: true };
}

function openPrunings(database: Database, plan: RetentionPlan, needs: EventNeeds): Pruning[] {
  const { eventsBeforeMs, revisionsBeforeMs, historyBeforeMs, historyBeforeDate, runsBeforeMs } = plan;
  return [
    ...(eventsBeforeMs === null ? [] : [openEventPruning(database, eventsBeforeMs, needs)]),
    ...(revisionsBeforeMs === null ? [] : [openRevisionPruning(database, revisionsBeforeMs)]),
    ...(historyBeforeMs === null ? [] : [openReplacedPruning(database, historyBeforeMs)]),
    ...(historyBeforeDate === null ? [] : [openEndedPruning(database, historyBeforeDate)]),
    ...(runsBeforeMs === null ? [] : [openRunPruning(database, "sweep", runsBeforeMs)]),
    openRunPruning(database, "poll", plan.pollsBeforeMs),
    ...(historyBeforeDate === null ? [] : [openDispatchPruning(database, historyBeforeDate)]),
    ...(eventsBeforeMs === null ? [] : [openWebhookPruning(database, eventsBeforeMs)]),
  ];
}
