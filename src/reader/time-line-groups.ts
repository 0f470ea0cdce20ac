import type { AssignmentRow } from "./meter-store.ts";
import { type TimeLineEvent, toList, toText } from "./time-line-facts.ts";
import { type TimeLineRow, toRow } from "./time-line-row.ts";

export type TimeLineAssignment = AssignmentRow & { readonly market_group_name: string | null };

/** What was known of a meter's groups: its assignments, and the remaps that left it without one. */
export function toGroupRows(
  assignments: readonly TimeLineAssignment[],
  events: readonly TimeLineEvent[],
  switchedAt: readonly string[],
): TimeLineRow[] {
  const remaps = events.filter(({ type }) => type === "meter.group.remapped");
  const names = new Map(
    assignments.map(({ market_group_id: id, market_group_name: name }) => [id, name ?? id] as const),
  );
  return [
    ...assignments.flatMap((assignment) => toAssignmentRows(assignment, remaps)),
    ...remaps.flatMap((remap, place) => {
      const next = findNext(remap, remaps.slice(place + 1), switchedAt);
      return toUnassignedRows(remap, next, names);
    }),
  ];
}

function toAssignmentRows(
  assignment: TimeLineAssignment,
  remaps: readonly TimeLineEvent[],
): readonly TimeLineRow[] {
  const { program, market_group_id, market_group_name, known_from, known_to } = assignment;
  // Two publications at one instant: the earlier was never known.
  if (known_to !== null && known_to <= known_from) return [];
  const sequence = findRemap(assignment, remaps)?.sequence ?? null;
  const row = toRow(
    "assignment",
    `${market_group_name ?? market_group_id}${describeProgram(program)}`,
    { from: known_from, to: known_to, sequence },
    { program, market_group_id, market_group_name },
  );
  const { effective_from, effective_to } = assignment;
  return [{ ...row, effective_from, effective_to }];
}

/** The remap that led to it: one into the group, else one that took days from what it was. */
function findRemap(assignment: TimeLineAssignment, remaps: readonly TimeLineEvent[]) {
  const { program, market_group_id: groupId } = assignment;
  const own = remaps.filter(
    ({ at, data }) => at === assignment.known_from && toText(data.program) === program,
  );
  const names = (list: unknown) => toList(list).includes(groupId);
  return (
    own.find((remap) => names(remap.data.to_market_group_ids) && isOverlapping(assignment, remap.data)) ??
    own.find(({ data }) => names(data.from_market_group_ids))
  );
}

/**
 * Until when what a remap said of its days was known: until a later one says something else of some of them.
 * One without a program is about all of them, and what is said of a program ends where an API without
 * programs is read.
 */
function findNext(
  { at, data }: TimeLineEvent,
  later: readonly TimeLineEvent[],
  switchedAt: readonly string[],
): string | null {
  const isAlike = (program: unknown) =>
    program === data.program || toText(program) === null || toText(data.program) === null;
  const next = later.find((remap) => isAlike(remap.data.program) && isOverlapping(data, remap.data));
  const switched = toText(data.program) === null ? undefined : switchedAt.find((each) => each > at);
  if (next === undefined || switched === undefined) return next?.at ?? switched ?? null;
  return next.at < switched ? next.at : switched;
}

/** That it has no group, until something else is said of some of the days. */
function toUnassignedRows(
  { at, sequence, data }: TimeLineEvent,
  to: string | null,
  names: ReadonlyMap<string, string>,
): readonly TimeLineRow[] {
  if (toList(data.to_market_group_ids).length > 0) return [];
  if (to !== null && to <= at) return [];
  const program = toText(data.program);
  const reason = toText(data.reason);
  const ids = toList(data.from_market_group_ids).map(String);
  const groups = ids.map((id) => names.get(id) ?? id).join(" and ");
  const why = reason === null ? "" : `, ${reason.replaceAll("_", " ")}`;
  const row = toRow(
    "unassigned",
    `not in ${groups}${describeProgram(program)}${why}`,
    { from: at, to, sequence },
    { program, from_market_group_ids: ids, reason },
  );
  return [{ ...row, effective_from: toText(data.effective_from), effective_to: toText(data.effective_to) }];
}

function describeProgram(program: string | null): string {
  return program === null ? "" : ` (${program})`;
}

type Days = { readonly effective_from?: unknown; readonly effective_to?: unknown };

function isOverlapping(a: Days, b: Days): boolean {
  const [aTo, bTo] = [toText(a.effective_to) ?? "9999", toText(b.effective_to) ?? "9999"];
  return String(a.effective_from) <= bTo && String(b.effective_from) <= aTo;
}
