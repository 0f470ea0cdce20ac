import { addDays, compareText, isWithin, type TradeDate, toBreakpoints } from "../market/index.ts";

/** One stay of a meter in the group; `to` is inclusive, null when open. */
export type Membership = {
  readonly meterId: string;
  readonly program: string | null;
  readonly region: string;
  readonly from: TradeDate;
  readonly to: TradeDate | null;
};

/** Who is in the group over a maximal run of dates on which that stays the same. */
export type MembershipSpan = {
  readonly from: TradeDate;
  readonly to: TradeDate | null;
  /** Distinct meters over all programs, sorted. */
  readonly meterIds: readonly string[];
  readonly programs: readonly string[];
  readonly regions: readonly string[];
};

export type GroupChange = {
  readonly effectiveFrom: TradeDate;
  readonly effectiveTo: TradeDate | null;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
};

/**
 * How a market group's membership changes from `first` on: one change for every maximal run of consecutive
 * dates with the same before and the same after.
 */
export function diffGroup(
  before: readonly MembershipSpan[],
  after: readonly MembershipSpan[],
  first: TradeDate,
): GroupChange[] {
  const dates = new Set([first]);
  for (const date of [...toBreakpoints(before), ...toBreakpoints(after)]) if (date > first) dates.add(date);
  const sorted = [...dates].sort();
  const changes: GroupChange[] = [];
  let open: { was: MembershipSpan | undefined; is: MembershipSpan | undefined } | null = null;
  sorted.forEach((from, index) => {
    const next = sorted[index + 1];
    const effectiveTo = next === undefined ? null : addDays(next, -1);
    const was = before.find((span) => isWithin(span, from));
    const is = after.find((span) => isWithin(span, from));
    if (isSameMembers(was, is)) {
      open = null;
      return;
    }
    const last = changes.at(-1);
    if (open !== null && last !== undefined && isSameMembers(open.was, was) && isSameMembers(open.is, is)) {
      changes[changes.length - 1] = { ...last, effectiveTo };
    } else {
      changes.push({ effectiveFrom: from, effectiveTo, ...toMoves(was?.meterIds ?? [], is?.meterIds ?? []) });
    }
    open = { was, is };
  });
  return changes;
}

/**
 * The membership from `first` on, as spans: neighbours with the same members, programs and regions are one.
 */
export function toMembershipSpans(stays: readonly Membership[], first: TradeDate): MembershipSpan[] {
  const dates = new Set([first]);
  for (const date of toBreakpoints(stays)) if (date > first) dates.add(date);
  const sorted = [...dates].sort();
  const spans: MembershipSpan[] = [];
  sorted.forEach((from, index) => {
    const next = sorted[index + 1];
    const to = next === undefined ? null : addDays(next, -1);
    const present = stays.filter((stay) => isWithin(stay, from));
    const span: MembershipSpan = {
      from,
      to,
      meterIds: toSortedSet(present.map((stay) => stay.meterId)),
      programs: toSortedSet(present.flatMap((stay) => (stay.program === null ? [] : [stay.program]))),
      regions: toSortedSet(present.map((stay) => stay.region)),
    };
    const last = spans.at(-1);
    if (last !== undefined && isSameSpan(last, span)) spans[spans.length - 1] = { ...last, to };
    else spans.push(span);
  });
  return spans.filter((span) => span.meterIds.length > 0);
}

function toMoves(before: readonly string[], after: readonly string[]) {
  const [was, is] = [new Set(before), new Set(after)];
  return {
    added: after.filter((meterId) => !was.has(meterId)),
    removed: before.filter((meterId) => !is.has(meterId)),
    before,
    after,
  };
}

function isSameMembers(a: MembershipSpan | undefined, b: MembershipSpan | undefined): boolean {
  return isSameList(a?.meterIds ?? [], b?.meterIds ?? []);
}

function isSameSpan(a: MembershipSpan, b: MembershipSpan): boolean {
  return (
    isSameList(a.meterIds, b.meterIds) &&
    isSameList(a.programs, b.programs) &&
    isSameList(a.regions, b.regions)
  );
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((item, index) => item === b[index]));
}

function toSortedSet(items: readonly string[]): string[] {
  return [...new Set(items)].sort(compareText);
}
