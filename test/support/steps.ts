import { addDays } from "./calendar.ts";

/** A value for every date, as steps: each holds until the next. What lies before the first is not known. */
export type Steps<T> = { from: string; value: T }[];

export function stepAt<T>(steps: Steps<T>, date: string): T | undefined {
  return steps.findLast((step) => step.from <= date)?.value;
}

/** Changes the value on every date from one to another, both inclusive; `to` is null for ever. */
export function changeSteps<T>(
  steps: Steps<T>,
  from: string,
  to: string | null,
  change: (value: T | undefined, date: string) => T,
  nothing: T,
): void {
  cut(steps, from, nothing);
  if (to !== null) cut(steps, addDays(to, 1), nothing);
  for (const step of steps) {
    if (step.from >= from && (to === null || step.from <= to)) step.value = change(step.value, step.from);
  }
}

/** Makes a step begin on this date, without changing any value. */
function cut<T>(steps: Steps<T>, date: string, nothing: T): void {
  if (steps.some((step) => step.from === date)) return;
  const value = stepAt(steps, date) ?? nothing;
  steps.push({ from: date, value });
  steps.sort((a, b) => (a.from < b.from ? -1 : 1));
}
