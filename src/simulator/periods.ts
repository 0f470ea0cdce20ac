import { firstDayOfMonth, midnightTextOf, yearOf } from "./calendar.ts";
import { hashOf, salt } from "./hash.ts";
import type { Program } from "./programs.ts";

/** One delivery period of one program in one zone. Days are local day numbers, the last one inclusive. */
export type Period = {
  readonly ordinal: number;
  readonly firstDay: number;
  /** `null` for a program that runs the year round without an end. */
  readonly lastDay: number | null;
  readonly name: string;
  readonly startText: string;
  readonly deadlines: readonly Deadline[];
};

export type Deadline = {
  readonly enrollment_deadline_date_time: string;
  readonly activation_date_time: string;
};

/**
 * The latest period that has begun, the one before it and the one after it; out of season the latest is
 * over.
 */
export type PeriodsAround = {
  readonly previous: Period | null;
  readonly latest: Period;
  readonly next: Period | null;
};

const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const endlessSinceYear = 2024;
const around = new Map<string, Map<number, PeriodsAround>>();
const periods = new Map<string, Period>();

/** The periods around a local day. The same objects come back for the same day. */
export function periodsAround(program: Program, zone: string, day: number): PeriodsAround {
  const key = `${program.identifier}|${zone}`;
  const days = around.get(key) ?? new Map<number, PeriodsAround>();
  around.set(key, days);
  const known = days.get(day);
  if (known !== undefined) return known;
  const found = findAround(program, zone, day);
  days.set(day, found);
  return found;
}

function findAround(program: Program, zone: string, day: number): PeriodsAround {
  if (program.terms.length === 0) return { previous: null, latest: periodAt(program, zone, 0), next: null };
  let ordinal = (yearOf(day) + 1) * program.terms.length;
  while (periodAt(program, zone, ordinal).firstDay > day) ordinal--;
  return {
    previous: periodAt(program, zone, ordinal - 1),
    latest: periodAt(program, zone, ordinal),
    next: periodAt(program, zone, ordinal + 1),
  };
}

function periodAt(program: Program, zone: string, ordinal: number): Period {
  const key = `${program.identifier}|${zone}|${ordinal}`;
  const known = periods.get(key);
  if (known !== undefined) return known;
  const period =
    program.terms.length === 0 ? toEndlessPeriod(program, zone) : toPeriod(program, zone, ordinal);
  periods.set(key, period);
  return period;
}

function toPeriod(program: Program, zone: string, ordinal: number): Period {
  const year = Math.floor(ordinal / program.terms.length);
  const [firstMonth, monthCount] = program.terms[ordinal % program.terms.length] ?? [0, 1];
  const firstDay = firstDayOfMonth(year, firstMonth);
  return {
    ordinal,
    firstDay,
    lastDay: firstDayOfMonth(year, firstMonth + monthCount) - 1,
    name: `${program.periodPrefix}_${toSpanName(year, firstMonth, monthCount)}`,
    startText: midnightTextOf(zone, firstDay),
    deadlines: toDeadlines(zone, firstDay, monthCount, ordinal),
  };
}

function toEndlessPeriod(program: Program, zone: string): Period {
  const firstDay = firstDayOfMonth(endlessSinceYear, 0);
  return {
    ordinal: 0,
    firstDay,
    lastDay: null,
    name: `${program.periodPrefix}_${endlessSinceYear}`,
    startText: midnightTextOf(zone, firstDay),
    deadlines: [],
  };
}

function toSpanName(year: number, firstMonth: number, monthCount: number): string {
  const first = `${year}_${monthNames[firstMonth]}`;
  if (monthCount === 1) return first;
  const lastMonth = firstMonth + monthCount - 1;
  const last = monthNames[lastMonth % 12];
  return lastMonth > 11 ? `${first}_${year + 1}_${last}` : `${first}_${last}`;
}

function toDeadlines(
  zone: string,
  firstDay: number,
  monthCount: number,
  ordinal: number,
): readonly Deadline[] {
  // Every fifth month or so is announced without a deadline.
  if (monthCount === 1 && hashOf(ordinal, salt.listing) % 5 === 0) return [];
  const toDeadline = (day: number, activationDay: number): Deadline => ({
    enrollment_deadline_date_time: midnightTextOf(zone, day),
    activation_date_time: midnightTextOf(zone, activationDay),
  });
  if (monthCount === 1) return [toDeadline(firstDay - 2, firstDay)];
  return [toDeadline(firstDay - 28, firstDay), toDeadline(firstDay + 3, firstDay + 31)];
}
