import type { GroupChange } from "../diff/index.ts";
import { type EventContext, type StagedEvent, toStagedEvent } from "./to-event.ts";

/** The most ids that one group update carries; larger changes come in parts. */
export const idsPerPartMax = 5000;

export type GroupUpdate = {
  readonly marketGroupId: string;
  readonly marketGroupName: string | null;
  /** The number of group updates told before this one. */
  readonly version: number;
  readonly change: GroupChange;
  /** Of the members before and after, as `snapshot_groups` has it. */
  readonly sha256Before: string;
  readonly sha256After: string;
};

/** One group update, as one event or as several parts of the same version. */
export function toGroupEvents(context: EventContext, update: GroupUpdate): StagedEvent[] {
  const { marketGroupId, change, version } = update;
  const moves = [
    ...change.added.map((meterId) => ({ meterId, isAdded: true })),
    ...change.removed.map((meterId) => ({ meterId, isAdded: false })),
  ];
  const parts = Math.max(1, Math.ceil(moves.length / idsPerPartMax));
  return Array.from({ length: parts }, (_, index) => {
    const slice = moves.slice(index * idsPerPartMax, (index + 1) * idsPerPartMax);
    const before = { member_count: change.before.length, members_sha256: update.sha256Before, version };
    const after = {
      member_count: change.after.length,
      members_sha256: update.sha256After,
      version: version + 1,
    };
    return toStagedEvent(context, {
      type: "meter.enrollment.group.updated",
      subject: marketGroupId,
      partitionkey: marketGroupId,
      program: "",
      data: {
        market_group_id: marketGroupId,
        market_group_name: update.marketGroupName,
        effective_from: change.effectiveFrom,
        effective_to: change.effectiveTo,
        added_meter_ids: slice.filter(({ isAdded }) => isAdded).map(({ meterId }) => meterId),
        removed_meter_ids: slice.filter(({ isAdded }) => !isAdded).map(({ meterId }) => meterId),
        part: index + 1,
        parts,
        before,
        after,
      },
      identity: {
        effectiveFrom: change.effectiveFrom,
        effectiveTo: change.effectiveTo,
        before: update.sha256Before,
        after: update.sha256After,
        told: version,
        part: index + 1,
      },
    });
  });
}
