import type { TimeLineRow } from "../reader/index.ts";

export type GroupFacts = {
  readonly id: string;
  readonly name: string;
  /** `null` where the version of the API has none. */
  readonly program: string | null;
};

/** What a remap to no group said. */
export type NoGroupRemap = {
  readonly sequence: string;
  readonly reason: string | null;
  /** `null` where it is about all of them. */
  readonly program: string | null;
};

/** The market groups that hold on a trade date, by what is known now. */
export function toGroupsOn(date: string, timeLine: readonly TimeLineRow[]): GroupFacts[] {
  return toAssignments(timeLine)
    .filter(({ from, to }) => from <= date && date <= (to ?? date))
    .map(({ id, name, program }) => ({ id, name, program }));
}

/** That it is in none, when it is in one again, when it last was, and what was told of it. */
export function describeNoGroup(
  date: string,
  timeLine: readonly TimeLineRow[],
  remaps: readonly NoGroupRemap[],
): string {
  const assignments = toAssignments(timeLine);
  const next = assignments.filter(({ from }) => from > date).sort((a, b) => compare(a.from, b.from))[0];
  const last = assignments
    .filter(({ to }) => to !== null && to < date)
    .sort((a, b) => compare(b.to ?? "", a.to ?? ""))[0];
  const parts = [`it is in no market group on ${date}`];
  if (remaps.length > 0) parts.push(`as told by ${describeRemaps(remaps)}`);
  if (last !== undefined) parts.push(`the last trade date it was in one: ${last.to} (${last.name})`);
  parts.push(
    next === undefined
      ? "no later one is published"
      : `the next trade date it is in one: ${next.from} (${next.name})`,
  );
  return parts.join("; ");
}

/** Which program each is about matters only where there are several. */
function describeRemaps(remaps: readonly NoGroupRemap[]): string {
  const told = remaps.map(({ sequence, reason, program }) => {
    const notes = [remaps.length > 1 ? program : null, reason?.replaceAll("_", " ") ?? null];
    const given = notes.filter((note) => note !== null).join(", ");
    return `event ${Number(sequence)}${given === "" ? "" : ` (${given})`}`;
  });
  return told.join(" and ");
}

/**
 * Of the change events the latest remap of each program that covers a trade date, where it is one to no
 * group. One without a program is about all of them.
 */
export function findNoGroupRemaps(date: string, events: readonly unknown[]): readonly NoGroupRemap[] {
  const found: NoGroupRemap[] = [];
  const seen = new Set<string>();
  for (const event of events.toReversed()) {
    const { type, sequence, data } = event as {
      readonly type?: unknown;
      readonly sequence: string;
      readonly data?: RemapData;
    };
    if (type !== "meter.group.remapped" || data === undefined) continue;
    if (!(data.effective_from <= date && date <= (data.effective_to ?? date))) continue;
    const { program = null, reason } = data;
    if (seen.has(program ?? "")) continue;
    if (data.to_market_group_ids.length === 0) found.unshift({ sequence, reason, program });
    if (program === null) break;
    seen.add(program);
  }
  return found;
}

type RemapData = {
  readonly program?: string | null;
  readonly effective_from: string;
  readonly effective_to: string | null;
  readonly to_market_group_ids: readonly string[];
  readonly reason: string | null;
};

type Assignment = GroupFacts & { readonly from: string; readonly to: string | null };

function toAssignments(timeLine: readonly TimeLineRow[]): Assignment[] {
  return timeLine.flatMap((row): Assignment[] => {
    if (row.what !== "assignment" || row.known_to !== null || row.effective_from === null) return [];
    const { market_group_id: id, program } = row.data;
    const facts = { id: String(id), name: row.value, program: typeof program === "string" ? program : null };
    return [{ ...facts, from: row.effective_from, to: row.effective_to }];
  });
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
