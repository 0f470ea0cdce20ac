// An oracle without the product's code: a step function is a plain list of sets, one a day from day 0
// on, and the last one is held for ever. Everything is worked out day by day.

export type Range = { readonly group: string; readonly from: string; readonly to: string | null };

/** `days[i]` is the sorted set of groups on day i; the last goes on for ever. */
export type Days = readonly (readonly string[])[];

export type Run = {
  readonly from: string;
  readonly to: string | null;
  readonly before: readonly string[];
  readonly after: readonly string[];
};

const originMs = Date.UTC(2026, 9, 1);
const dayMs = 86_400_000;

/** Day 0 is 2026-10-01. */
export function toDate(day: number): string {
  return new Date(originMs + day * dayMs).toISOString().slice(0, 10);
}

export function toDay(date: string): number {
  return (Date.parse(`${date}T00:00:00Z`) - originMs) / dayMs;
}

/** `count` days of what a set of ranges says; no range may begin or end on the last one or after it. */
export function spread(ranges: readonly Range[], count: number): string[][] {
  return Array.from({ length: count }, (_, day) => {
    const date = toDate(day);
    const present = ranges.filter(({ from, to }) => from <= date && (to === null || to >= date));
    return [...new Set(present.map(({ group }) => group))].sort();
  });
}

export function same(a: readonly string[], b: readonly string[]): boolean {
  return a.join("|") === b.join("|");
}

/** The maximal runs of days from `first` on on which two functions differ and neither changes. */
export function naiveRuns(before: Days, after: Days, first: number): Run[] {
  const runs: Run[] = [];
  const end = before.length;
  for (let day = first; day < end; day += 1) {
    const [was, is] = [before[day] ?? [], after[day] ?? []];
    if (same(was, is)) continue;
    let last = day;
    while (last + 1 < end && same(before[last + 1] ?? [], was) && same(after[last + 1] ?? [], is)) last += 1;
    runs.push({ from: toDate(day), to: last === end - 1 ? null : toDate(last), before: was, after: is });
    day = last;
  }
  return runs;
}

/** What a consumer that holds `before` has after it applied the runs to their days. */
export function applyRuns(before: Days, runs: readonly Run[]): string[][] {
  const days = before.map((groups) => [...groups]);
  for (const { from, to, after } of runs) {
    for (let day = toDay(from); day < days.length && (to === null || day <= toDay(to)); day += 1)
      days[day] = [...after];
  }
  return days;
}
