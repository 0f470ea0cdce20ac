import type { TimeLineRow } from "../reader/index.ts";

export type GroupFacts = { readonly id: string; readonly name: string };

/** What a remap to no group said. */
export type NoGroupRemap = { readonly sequence: string; readonly reason: string | null };

/** The market groups that hold on a trade date, by what is known now. */
export function toGroupsOn(date: string, timeLine: readonly TimeLineRow[]): GroupFacts[] {
  return toAssignments(timeLine)
    .filter(({ from, to }) => from <= date && date <= (to ?? date))
    .map(({ id, name }) => ({ id, name }));
}

/** That it is in none, when it is in one again, when it last was, and what was told of it. */
export function describeNoGroup(
  date: string,
  timeLine: readonly TimeLineRow[],
  remap: NoGroupRemap | null,
): string {
  const assignments = toAssignments(timeLine);
  const next = assignments.filter(({ from }) => from > date).sort((a, b) => compare(a.from, b.from))[0];
  const last = assignments
    .filter(({ to }) => to !== null && to < date)
    .sort((a, b) => compare(b.to ?? "", a.to ?? ""))[0];
  const parts = [`it is in no market group on ${date}`];
  if (remap !== null) {
    const reason = remap.reason === null ? "" : ` (${remap.reason.replaceAll("_", " ")})`;
    parts.push(`as told by event ${Number(remap.sequence)}${reason}`);
  }
  if (last !== undefined) parts.push(`the last trade date it was in one: ${last.to} (${last.name})`);
  parts.push(
    next === undefined
      ? "no later one is published"
      : `the next trade date it is in one: ${next.from} (${next.name})`,
  );
  return parts.join("; ");
}

/** The latest remap to no group among the change events that covers a trade date. */
export function findNoGroupRemap(date: string, events: readonly unknown[]): NoGroupRemap | null {
  const remap = events.findLast((event) => {
    const { type, data } = event as { readonly type?: unknown; readonly data?: RemapData };
    if (type !== "meter.group.remapped" || data === undefined) return false;
    return data.effective_from <= date && date <= (data.effective_to ?? date);
  }) as { readonly sequence: string; readonly data: RemapData } | undefined;
  if (remap === undefined || remap.data.to_market_group_ids.length > 0) return null;
  return { sequence: remap.sequence, reason: remap.data.reason };
}

type RemapData = {
  readonly effective_from: string;
  readonly effective_to: string | null;
  readonly to_market_group_ids: readonly string[];
  readonly reason: string | null;
};

type Assignment = GroupFacts & { readonly from: string; readonly to: string | null };

function toAssignments(timeLine: readonly TimeLineRow[]): Assignment[] {
  return timeLine.flatMap((row): Assignment[] => {
    if (row.what !== "assignment" || row.known_to !== null || row.effective_from === null) return [];
    const id = String(row.data.market_group_id);
    return [{ id, name: row.value, from: row.effective_from, to: row.effective_to }];
  });
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
