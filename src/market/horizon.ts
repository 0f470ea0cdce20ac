import type { ApiVersion } from "../meter/index.ts";
import { addDays, type TradeDate, toEarliest, toLatest } from "./trade-date.ts";
import { toLocalDate, toZone, type ZoneRules } from "./zone.ts";

export type DateRange = { readonly first: TradeDate; readonly last: TradeDate };

/** What the latest publication said of a region. */
export type PublishedHorizon = {
  readonly zone: string;
  readonly today: TradeDate;
  /** The first date it looked at; null where it looked at none. */
  readonly firstLookedAt: TradeDate | null;
  readonly lastLookedAt: TradeDate;
  /** The last date any publication has given a value of its own. */
  readonly knownThrough: TradeDate;
};

/** The trade dates a run looks at in one region. */
export type RegionHorizon = {
  readonly region: string;
  readonly zone: string;
  readonly today: TradeDate;
  /** `null` when the answer speaks about none of the horizon's days: nothing is published or compared. */
  readonly range: DateRange | null;
  /** The last day a v1 answer speaks about; `null` on v2. */
  readonly outermost: TradeDate | null;
  readonly published: PublishedHorizon | null;
};

/** The number of trade dates a v1 answer speaks about. */
const v1DayCount = 3;

/**
 * The trade dates to look at. v2: from today, or after days without a run from the day after the region's
 * last *today*, for as many days as configured. v1: the days the answer speaks about that lie in the horizon.
 */
export function planHorizon(input: {
  readonly region: string;
  readonly apiVersion: ApiVersion;
  readonly nowMs: number;
  readonly horizonDays: number;
  readonly rules: ZoneRules;
  readonly published: PublishedHorizon | null;
  /** v1: the trade dates of all entries of the zone over the whole sweep. */
  readonly answeredDates: readonly TradeDate[];
  /** v1: only some meters answered, so no date beyond the published ones is looked at. */
  readonly isPoll?: boolean;
}): RegionHorizon {
  const zone = toZone(input.region, input.rules);
  const today = toLocalDate(input.nowMs, zone);
  // A longer horizon binds v2 only.
  const dayCount = input.apiVersion === "v1" ? Math.min(input.horizonDays, v1DayCount) : input.horizonDays;
  const last = addDays(today, dayCount - 1);
  const shared = { region: input.region, zone, today, published: input.published };
  if (input.apiVersion === "v1") {
    const days = toAnsweredDays(today, input.answeredDates);
    const known = input.isPoll === true && input.published !== null ? input.published.lastLookedAt : last;
    const range = { first: toLatest(today, days.first), last: toEarliest(last, days.last, known) };
    return { ...shared, range: range.first <= range.last ? range : null, outermost: days.last };
  }
  const resumed = input.published === null ? today : addDays(input.published.today, 1);
  return { ...shared, range: { first: toEarliest(today, resumed), last }, outermost: null };
}

/**
 * The three days that v1 answers of one zone speak about. Leap's midnight and ours may differ by minutes, so
 * an entry of yesterday or of the day after the third moves all three; one further out is drift and moves
 * nothing.
 */
export function toAnsweredDays(today: TradeDate, answered: readonly TradeDate[]): DateRange {
  const yesterday = addDays(today, -1);
  const beyond = addDays(today, v1DayCount);
  if (answered.includes(yesterday)) return { first: yesterday, last: addDays(today, v1DayCount - 2) };
  if (answered.includes(beyond)) return { first: addDays(today, 1), last: beyond };
  return { first: today, last: addDays(today, v1DayCount - 1) };
}

/** Whether a v1 entry lies more than one day outside the days an answer should speak about. */
export function isStray(today: TradeDate, date: TradeDate): boolean {
  return date < addDays(today, -1) || date > addDays(today, v1DayCount);
}

/** What is published of a region after this run: never forgets a date that has a value of its own. */
export function toPublishedHorizon(horizon: RegionHorizon): PublishedHorizon {
  const lastLookedAt = horizon.range?.last ?? horizon.published?.lastLookedAt ?? horizon.today;
  // Where an answer spoke of none of the horizon's days, today shows what holds on: a region without a day
  // would read as one without members.
  const knownBefore = horizon.published?.knownThrough ?? lastLookedAt;
  const knownThrough = toLatest(lastLookedAt, knownBefore, horizon.today);
  const firstLookedAt = horizon.range?.first ?? null;
  return { zone: horizon.zone, today: horizon.today, firstLookedAt, lastLookedAt, knownThrough };
}

/**
 * Whether a publication gave the date a value of its own. Where answers spoke of no day of the horizon, today
 * is shown with what holds on, and was given none.
 */
export function wasGiven(published: PublishedHorizon | null, date: TradeDate): boolean {
  if (published === null || !wasPublished(published, date)) return false;
  return date <= published.lastLookedAt || date !== published.today;
}

/** Whether a date lay inside the horizon when it was last published. */
export function wasPublished(published: PublishedHorizon | null, date: TradeDate): boolean {
  return published !== null && published.today <= date && date <= published.knownThrough;
}
