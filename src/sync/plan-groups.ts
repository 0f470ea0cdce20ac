import { inTransaction } from "../database/index.ts";
import { diffGroup, type GroupChange, type MembershipSpan, toMembershipSpans } from "../diff/index.ts";
import { toGroupEvents } from "../events/index.ts";
import { toMembersSha256 } from "../meter/index.ts";
import {
  loadLosingCount,
  loadPlannedStays,
  loadStagedGroups,
  loadStays,
  type StagedGroup,
  saveStagedGroupSpans,
} from "../snapshot/index.ts";
import type { Run, SyncContext } from "./context.ts";
import { type Plan, pause, stageEvents } from "./plan.ts";

const groupsPerLoad = 100;
/** A chunk is closed when it has looked at so many members, so that signals get in between. */
const membersPerChunk = 5000;

/**
 * Works out how the membership of every group that a meter moved in or out of changes, one group at a time.
 */
export async function planGroups(context: SyncContext, run: Run, plan: Plan): Promise<void> {
  // v1 may begin to speak tomorrow: today is not looked at then, but shown.
  const firsts = [...plan.horizons.values()].flatMap(({ range, today }) => [range?.first ?? today, today]);
  const first = firsts.sort()[0];
  if (first === undefined) return;
  let waiting: StagedGroup[] = [];
  let last = "";
  for (;;) {
    if (waiting.length === 0) waiting = loadStagedGroups(context.database, run.runKey, last, groupsPerLoad);
    if (waiting.length === 0) return;
    inTransaction(context.database, () => {
      let members = 0;
      for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
        members += planGroup(context, run, plan, group, first);
        last = group.marketGroupId;
        if (members >= membersPerChunk) break;
      }
    });
    await pause(context.signal);
  }
}

/**
 * Plans one group; returns about how many members it looked at. Of its stays only one side is held at a time.
 */
function planGroup(context: SyncContext, run: Run, plan: Plan, group: StagedGroup, first: string): number {
  const { database } = context;
  const { marketGroupId } = group;
  const before = plan.tells ? toMembershipSpans(loadStays(database, marketGroupId, first), first) : [];
  const after = toMembershipSpans(loadPlannedStays(database, run.runKey, marketGroupId, first), first);
  const changes = plan.tells ? diffGroup(before, after, first) : [];
  saveStagedGroupSpans(database, run.runKey, {
    marketGroupId,
    version: group.version + changes.length,
    spans: after.map(toSpanRow),
  });
  changes.forEach((change, index) => {
    stageChange(context, run, plan, { ...group, version: group.version + index }, change);
  });
  noteEmptied(context, plan, marketGroupId, changes);
  return [...before, ...after].reduce((count, { meterIds }) => count + meterIds.length, 0);
}

/** A group that falls to zero: by its members moving on, or by their being left without any group. */
function noteEmptied(
  { database }: SyncContext,
  plan: Plan,
  marketGroupId: string,
  changes: readonly GroupChange[],
): void {
  if (plan.losing === 0) return;
  for (const { before, after, effectiveFrom: from, effectiveTo: to } of changes) {
    if (after.length > 0 || before.length === 0) continue;
    const losing = loadLosingCount(database, before, { from, to });
    if (losing > 0) plan.emptied.push({ marketGroupId, members: before.length, losing });
  }
}

function stageChange(
  context: SyncContext,
  run: Run,
  plan: Plan,
  group: StagedGroup,
  change: GroupChange,
): void {
  const sha256Before = toMembersSha256(change.before);
  const sha256After = toMembersSha256(change.after);
  stageEvents(
    context,
    run,
    plan,
    toGroupEvents(plan.events, { ...group, change, sha256Before, sha256After }),
  );
}

function toSpanRow(span: MembershipSpan) {
  const { from, to, meterIds, programs, regions } = span;
  return {
    from,
    to,
    memberCount: meterIds.length,
    membersSha256: toMembersSha256(meterIds),
    programs,
    regions,
  };
}
