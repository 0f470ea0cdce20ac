import type { DeliveryPeriod, Participation, ParticipationEntry } from "../meter/index.ts";
import {
  type GroupRange,
  isWithin,
  noGroups,
  type StepFunction,
  toBreakpoints,
  toStepFunction,
} from "./step-function.ts";
import { addDays, type TradeDate, toDayCount } from "./trade-date.ts";
import { toTradeDate } from "./zone.ts";

/** A program, or null where the version of the API has none. */
export type Program = string | null;

/** What one document says of its meter's groups, on any trade date. */
export type DocumentAssignments = {
  readonly functions: ReadonlyMap<Program, StepFunction>;
  /** v2: days on which a delivery period is listed without a group, by program. */
  readonly unassigned: ReadonlyMap<Program, readonly { from: TradeDate; to: TradeDate | null }[]>;
  readonly drift: readonly string[];
};

/**
 * v2: every row with a group assigns its program on every local day from its start to its end, both
 * inclusive.
 */
export function toPeriodAssignments(periods: readonly DeliveryPeriod[], zone: string): DocumentAssignments {
  const ranges = new Map<Program, GroupRange[]>();
  const unassigned = new Map<Program, { from: TradeDate; to: TradeDate | null }[]>();
  const drift = new Set<string>();
  for (const period of periods) {
    const start = toTradeDate(period.startMs, zone);
    const end = period.endMs === null ? null : toTradeDate(period.endMs, zone);
    if (!start.isMidnight || end?.isMidnight === false) drift.add("period_not_at_midnight");
    const dates = { from: start.date, to: end?.date ?? null };
    if (dates.to !== null && dates.to < dates.from) {
      drift.add("period_ends_before_start");
      continue;
    }
    if (period.marketGroupId === null) append(unassigned, period.program, dates);
    else append(ranges, period.program, { group: period.marketGroupId, ...dates });
  }
  const functions = new Map<Program, StepFunction>();
  for (const [program, rows] of ranges) functions.set(program, toStepFunction(rows));
  noteSeveralGroups(functions.values(), drift);
  return { functions, unassigned, drift: [...drift] };
}

/**
 * v1: every entry is one assignment on its day, with program null. `base` is the sweep's own day in the zone.
 */
export function toParticipationAssignments(
  participation: Participation,
  zone: string,
  base: TradeDate,
): DocumentAssignments {
  const ranges = toParticipationDays(participation, zone, base).map(({ date, group }) => ({
    group,
    from: date,
    to: date,
  }));
  const drift = new Set<string>();
  if (
    participation.kind === "dated" &&
    participation.entries.some((entry) => !toSnapped(entry, zone).isMidnight)
  )
    drift.add("trade_date_not_at_midnight");
  const functions = new Map([[null, toStepFunction(ranges)]]);
  noteSeveralGroups(functions.values(), drift);
  return { functions, unassigned: new Map(), drift: [...drift] };
}

/** The trade date and group of every entry of a v1 participation. */
export function toParticipationDays(
  participation: Participation,
  zone: string,
  base: TradeDate,
): { readonly date: TradeDate; readonly group: string }[] {
  if (participation.kind === "dated") {
    return participation.entries.map((entry) => ({
      date: toSnapped(entry, zone).date,
      group: entry.marketGroupId,
    }));
  }
  return [0, 1, 2].flatMap((day) =>
    participation.marketGroupIds.map((group) => ({
      date: addDays(base, participation.offsetDays + day),
      group,
    })),
  );
}

/**
 * The same entries, told relative to the sweep's own day where they are one value on three days in a row, or
 * none at all: then yesterday's answer and today's are equal unless something but the calendar moved.
 */
export function toSlidParticipation(
  participation: Participation,
  zone: string,
  base: TradeDate,
): Participation {
  if (participation.kind === "sliding") return participation;
  const days = toParticipationDays(participation, zone, base);
  if (days.length === 0) return { kind: "sliding", marketGroupIds: [], offsetDays: 0 };
  const fn = toStepFunction(days.map(({ date, group }) => ({ group, from: date, to: date })));
  const [span] = fn;
  if (span === undefined || fn.length !== 1 || span.to === null || toDayCount(span.from, span.to) !== 2)
    return participation;
  return { kind: "sliding", marketGroupIds: span.groups, offsetDays: toDayCount(base, span.from) };
}

/** The next date after `date` on which any of these functions changes, or null. */
export function toNextBoundary(functions: Iterable<StepFunction>, date: TradeDate): TradeDate | null {
  let next: TradeDate | null = null;
  for (const fn of functions) {
    const found = toBreakpoints(fn).find((breakpoint) => breakpoint > date);
    if (found !== undefined && (next === null || found < next)) next = found;
  }
  return next;
}

/** Whether a date lies in a period that is listed without a group. */
export function isListedWithoutGroup(
  document: DocumentAssignments,
  program: Program | "any",
  date: TradeDate,
): boolean {
  const lists =
    program === "any" ? [...document.unassigned.values()] : [document.unassigned.get(program) ?? []];
  return lists.some((list) => list.some((range) => isWithin(range, date)));
}

/** The groups a document gives for a date, in one program or in any. */
export function toDocumentGroups(
  document: DocumentAssignments,
  program: Program | "any",
  date: TradeDate,
): readonly string[] {
  const functions =
    program === "any" ? [...document.functions.values()] : [document.functions.get(program) ?? []];
  const groups = new Set(
    functions.flatMap((fn) => fn.find((span) => isWithin(span, date))?.groups ?? noGroups),
  );
  return [...groups].sort();
}

function noteSeveralGroups(functions: Iterable<StepFunction>, drift: Set<string>): void {
  for (const fn of functions) {
    if (fn.some((span) => span.groups.length > 1)) drift.add("several_groups_in_one_program");
  }
}

function toSnapped(entry: ParticipationEntry, zone: string) {
  return toTradeDate(entry.tradeDateMs, zone);
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
