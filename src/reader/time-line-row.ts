/** The kinds of things a time line tells, in the order in which they stand where all else is the same. */
export const timeLineKinds = [
  "created",
  "missing",
  "archived",
  "reference",
  "status",
  "program status",
  "preference",
  "action",
  "assignment",
  "unassigned",
  "overdue",
] as const;
export type TimeLineKind = (typeof timeLineKinds)[number];

/** What was known of a meter for a while. */
export type TimeLineRow = {
  /** The publication that said so; `null` where it was known before the time line begins. */
  readonly known_from: string | null;
  /** The one that said otherwise, exclusive; `null` where it is known still. */
  readonly known_to: string | null;
  /** A trade date where it is about groups, else an instant: Leap's where it gives one, else `known_from`. */
  readonly effective_from: string | null;
  /** The last trade date where it is about groups, else when it ends, exclusive; `null` when open. */
  readonly effective_to: string | null;
  readonly what: TimeLineKind;
  /** In words, some of them from outside and not neutralised. */
  readonly value: string;
  /** The change event that told it; `null` where none did. */
  readonly sequence: number | null;
  /** The value for programs. */
  readonly data: Readonly<Record<string, unknown>>;
};

/** What Leap gives no time for is effective as long as it is known. */
export function toRow(
  what: TimeLineKind,
  value: string,
  known: { readonly from: string | null; readonly to: string | null; readonly sequence: number | null },
  data: Readonly<Record<string, unknown>>,
): TimeLineRow {
  const { from, to, sequence } = known;
  const times = { known_from: from, known_to: to, effective_from: from, effective_to: to };
  return { ...times, what, value, sequence, data };
}

/** By when it became known, then by when it is effective. */
export function compareRows(a: TimeLineRow, b: TimeLineRow): number {
  return (
    compareTimes(a.known_from, b.known_from) ||
    compareTimes(a.effective_from?.slice(0, 10) ?? null, b.effective_from?.slice(0, 10) ?? null) ||
    timeLineKinds.indexOf(a.what) - timeLineKinds.indexOf(b.what) ||
    compareTimes(a.value, b.value) ||
    compareTimes(a.effective_from, b.effective_from)
  );
}

function compareTimes(a: string | null, b: string | null): number {
  const [left, right] = [a ?? "", b ?? ""];
  return left === right ? 0 : left < right ? -1 : 1;
}
