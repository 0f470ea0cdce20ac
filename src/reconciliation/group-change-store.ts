import type { Database } from "../database/index.ts";
import { addDays, toStartOfDay } from "../market/index.ts";
import type { Bounds, ToldEvent } from "./change-store.ts";
import type { Change, GroupSpan } from "./comparison.ts";
import { toIdsSha256 } from "./states.ts";

type GroupData = {
  readonly effective_from: string;
  readonly effective_to: string | null;
  readonly added_meter_ids: readonly string[];
  readonly removed_meter_ids: readonly string[];
  readonly before: { readonly members_sha256: string };
  readonly after: { readonly members_sha256: string };
};

/** What one publication told of a group is one change: Leap's webhook has no dates within a period. */
export function* loadGroupChanges(
  database: Database,
  groupId: string,
  events: readonly ToldEvent[],
  toBounds: (event: ToldEvent) => Bounds,
): Generator<Change> {
  for (const told of Map.groupBy(events, ({ runId }) => runId).values()) {
    const [first] = told;
    if (first === undefined) continue;
    const updates = told.map(({ data }) => data as unknown as GroupData);
    const moved = [
      ...new Set(updates.flatMap((each) => [...each.added_meter_ids, ...each.removed_meter_ids])),
    ];
    yield {
      type: "meter.enrollment.group.updated",
      sequence: first.sequence,
      eventId: first.eventId,
      ...toBounds(first),
      expectation: loadExpectation(database, groupId, first.runId, moved),
      before: updates[0]?.before.members_sha256 ?? "",
      after: updates.at(-1)?.after.members_sha256 ?? "",
      spans: toSpans(updates, loadZone(database, moved[0])),
    };
  }
}

/** Large updates come in parts, each with the whole's dates and digest. */
function toSpans(updates: readonly GroupData[], zone: string): readonly GroupSpan[] {
  const byDates = Map.groupBy(updates, (each) => `${each.effective_from} ${each.effective_to}`);
  return [...byDates.values()].flatMap((parts) => {
    const [first] = parts;
    if (first === undefined) return [];
    const added = parts.flatMap((part) => part.added_meter_ids);
    const removed = parts.flatMap((part) => part.removed_meter_ids);
    const { effective_from: from, effective_to: to } = first;
    return [
      {
        fromMs: toStartOfDay(from, zone),
        toMs: to === null ? null : toStartOfDay(addDays(to, 1), zone),
        afterSha256: first.after.members_sha256,
        addedSha256: added.length === 0 ? null : toIdsSha256(added),
        removedSha256: removed.length === 0 ? null : toIdsSha256(removed),
        movedSha256: toIdsSha256([...added, ...removed]),
      },
    ];
  });
}

/** The zone of the region of one of the meters. */
function loadZone(database: Database, meterId: string | undefined): string {
  const row = database
    .prepare(
      `SELECT zone FROM horizon WHERE transmission_region =
         (SELECT transmission_region FROM meter WHERE meter_id = ?)`,
    )
    .get(meterId ?? "");
  return String(row?.zone ?? "America/Los_Angeles");
}

type RemapData = {
  readonly basis: "announced" | "revised";
  readonly reason: string | null;
  readonly from_market_group_ids: readonly string[];
  readonly to_market_group_ids: readonly string[];
};

/**
 * A webhook must have come where what had been published for a date became otherwise. What is new with its
 * date may have been set, and told by Leap, long before; and what was concluded of meters that Leap does not
 * return, or returns again, it does not tell.
 */
function loadExpectation(
  database: Database,
  groupId: string,
  runId: string,
  meterIds: readonly string[],
): Change["expectation"] {
  const remaps = database.prepare(
    `SELECT type, event FROM event WHERE subject = ? AND run_id = ?
       AND type IN ('meter.group.remapped', 'meter.reappeared')`,
  );
  let isOwn = true;
  for (const meterId of meterIds) {
    const rows = remaps.all(meterId, runId);
    if (rows.some(({ type }) => type === "meter.reappeared")) continue;
    const touching = rows
      .map(({ event }) => (JSON.parse(String(event)) as { readonly data: RemapData }).data)
      .filter(({ reason }) => reason !== "missing")
      .filter((data) => [...data.from_market_group_ids, ...data.to_market_group_ids].includes(groupId));
    if (touching.some(({ basis }) => basis === "revised")) return "webhook";
    if (touching.length > 0 || rows.length === 0) isOwn = false;
  }
  return isOwn && meterIds.length > 0 ? "none" : "time";
}
