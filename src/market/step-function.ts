import { addDays, type TradeDate } from "./trade-date.ts";

/** A value held from one trade date to another, both inclusive; `to` is null when it never ends. */
export type Span = {
  readonly from: TradeDate;
  readonly to: TradeDate | null;
  /** Market group ids, sorted, at least one. */
  readonly groups: readonly string[];
};

/**
 * A set of market groups for every trade date: spans in order that neither overlap nor touch with the same
 * value. Between spans, and before the first, the value is no group.
 */
export type StepFunction = readonly Span[];

/** A maximal run of dates on which two step functions differ and neither changes. */
export type Difference = {
  readonly from: TradeDate;
  readonly to: TradeDate | null;
  readonly before: readonly string[];
  readonly after: readonly string[];
};

export const noGroups: readonly string[] = [];

/** One group over a range: the rows step functions are stored as. */
export type GroupRange = { readonly group: string; readonly from: TradeDate; readonly to: TradeDate | null };

/** The step function that a set of ranges spells: where ranges overlap, all their groups hold. */
export function toStepFunction(ranges: readonly GroupRange[]): StepFunction {
  const dates = toBreakpoints(ranges);
  return toSpans(dates, (date) => {
    const groups = new Set<string>();
    for (const range of ranges) if (isWithin(range, date)) groups.add(range.group);
    return [...groups].sort();
  });
}

/** The ranges a step function is stored as: one a group and maximal run of dates. */
export function toGroupRanges(fn: StepFunction): GroupRange[] {
  const ranges: GroupRange[] = [];
  const open = new Map<string, { from: TradeDate; to: TradeDate | null }>();
  for (const span of fn) {
    for (const group of span.groups) {
      const running = open.get(group);
      if (running !== undefined && running.to !== null && addDays(running.to, 1) === span.from) {
        running.to = span.to;
        continue;
      }
      if (running !== undefined) ranges.push({ group, from: running.from, to: running.to });
      open.set(group, { from: span.from, to: span.to });
    }
  }
  for (const [group, running] of open) ranges.push({ group, from: running.from, to: running.to });
  return ranges.sort((a, b) => compareText(a.from, b.from) || compareText(a.group, b.group));
}

export function toValueAt(fn: StepFunction, date: TradeDate): readonly string[] {
  return fn.find((span) => isWithin(span, date))?.groups ?? noGroups;
}

/**
 * `base`, but with the values of `patch` from `first` to `last`. With `holds`, the value of the last date
 * goes on for ever: what is published for a date holds until another is.
 */
export function toPatched(
  base: StepFunction,
  patch: StepFunction,
  range: { readonly first: TradeDate; readonly last: TradeDate; readonly holds: boolean },
): StepFunction {
  const { first, last, holds } = range;
  const dates = new Set<TradeDate>([
    first,
    addDays(last, 1),
    ...toBreakpoints(base),
    ...toBreakpoints(patch),
  ]);
  return toSpans([...dates].sort(), (date) => {
    if (date < first) return toValueAt(base, date);
    if (date <= last) return toValueAt(patch, date);
    return holds ? toValueAt(patch, last) : toValueAt(base, date);
  });
}

/** Where `before` and `after` differ from `first` on, as maximal runs in which neither changes. */
export function toDifferences(before: StepFunction, after: StepFunction, first: TradeDate): Difference[] {
  const dates = new Set<TradeDate>([first]);
  for (const date of toBreakpoints(before)) if (date > first) dates.add(date);
  for (const date of toBreakpoints(after)) if (date > first) dates.add(date);
  const sorted = [...dates].sort();
  const found: Difference[] = [];
  sorted.forEach((from, index) => {
    const next = sorted[index + 1];
    const to = next === undefined ? null : addDays(next, -1);
    const was = toValueAt(before, from);
    const is = toValueAt(after, from);
    if (isSameSet(was, is)) return;
    const last = found.at(-1);
    const touches = last !== undefined && last.to !== null && addDays(last.to, 1) === from;
    if (last !== undefined && touches && isSameSet(last.before, was) && isSameSet(last.after, is)) {
      found[found.length - 1] = { ...last, to };
    } else {
      found.push({ from, to, before: was, after: is });
    }
  });
  return found;
}

/** The union, date by date, of several step functions. */
export function toUnion(functions: Iterable<StepFunction>): StepFunction {
  return toStepFunction([...functions].flatMap((fn) => toGroupRanges(fn)));
}

/** The dates on which any of the ranges begins, or the day after one ends; sorted, each once. */
export function toBreakpoints(
  ranges: readonly { readonly from: TradeDate; readonly to: TradeDate | null }[],
): TradeDate[] {
  const dates = new Set<TradeDate>();
  for (const { from, to } of ranges) {
    dates.add(from);
    if (to !== null) dates.add(addDays(to, 1));
  }
  return [...dates].sort();
}

export function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** Whether a date lies in a range whose end is inclusive, or open. */
export function isWithin(
  range: { readonly from: TradeDate; readonly to: TradeDate | null },
  date: TradeDate,
): boolean {
  return range.from <= date && (range.to === null || date <= range.to);
}

export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function toSpans(dates: readonly TradeDate[], valueAt: (date: TradeDate) => readonly string[]): StepFunction {
  const spans: Span[] = [];
  dates.forEach((from, index) => {
    const next = dates[index + 1];
    const to = next === undefined ? null : addDays(next, -1);
    const groups = valueAt(from);
    const last = spans.at(-1);
    const touches = last !== undefined && last.to !== null && addDays(last.to, 1) === from;
    if (last !== undefined && touches && isSameSet(last.groups, groups)) {
      spans[spans.length - 1] = { ...last, to };
    } else if (groups.length > 0) {
      spans.push({ from, to, groups });
    }
  });
  return spans;
}
