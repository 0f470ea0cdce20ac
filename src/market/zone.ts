import type { TradeDate } from "./trade-date.ts";
import { addDays } from "./trade-date.ts";

/** The market's zone by transmission region. Phoenix has no daylight saving. */
export const regionZones: Readonly<Record<string, string>> = {
  CAISO: "America/Los_Angeles",
  WECC_PC: "America/Los_Angeles",
  ERCOT: "America/Chicago",
  SERC: "America/Chicago",
  NYISO: "America/New_York",
  ISONE: "America/New_York",
  PJM: "America/New_York",
  WECC_SW: "America/Phoenix",
};

export type ZoneRules = {
  readonly defaultZone: string;
  /** Overrides, by region. */
  readonly zones: Readonly<Record<string, string>>;
};

/** The zone of a region; the default zone for one never heard of. */
export function toZone(region: string, rules: ZoneRules): string {
  return toOwn(rules.zones, region) ?? toOwn(regionZones, region) ?? rules.defaultZone;
}

/** A region's name comes from outside: one called like a member of every object must find nothing. */
function toOwn(zones: Readonly<Record<string, string>>, region: string): string | undefined {
  return Object.hasOwn(zones, region) ? zones[region] : undefined;
}

/** The local calendar day an instant falls on. */
export function toLocalDate(epochMs: number, zone: string): TradeDate {
  return new Date(epochMs + toOffsetMs(epochMs, zone)).toISOString().slice(0, 10);
}

/** The instant a local day begins: its midnight, or the first instant after one that a zone skips. */
export function toStartOfDay(date: TradeDate, zone: string): number {
  const wallMs = Date.parse(`${date}T00:00:00Z`);
  const guess = wallMs - toOffsetMs(wallMs, zone);
  const start = wallMs - toOffsetMs(guess, zone);
  if (toLocalDate(start, zone) === date) return start;
  return start + 3_600_000;
}

export type SnappedDate = {
  readonly date: TradeDate;
  /** False when the instant lies further than three hours from any local midnight. */
  readonly isMidnight: boolean;
};

const snapMs = 3 * 3_600_000;
const snapped = new Map<string, SnappedDate>();
const snappedMax = 20_000;

/**
 * The local day that an instant written by Leap means: within three hours of a local midnight it is that
 * midnight; any other is taken as the day it falls on. Kept per instant and zone, as a portfolio repeats a
 * few of them.
 */
export function toTradeDate(epochMs: number, zone: string): SnappedDate {
  const key = `${zone}|${epochMs}`;
  const kept = snapped.get(key);
  if (kept !== undefined) return kept;
  if (snapped.size >= snappedMax) snapped.clear();
  const result = snapToDate(epochMs, zone);
  snapped.set(key, result);
  return result;
}

function snapToDate(epochMs: number, zone: string): SnappedDate {
  const date = toLocalDate(epochMs, zone);
  if (epochMs - toStartOfDay(date, zone) <= snapMs) return { date, isMidnight: true };
  const next = addDays(date, 1);
  if (toStartOfDay(next, zone) - epochMs <= snapMs) return { date: next, isMidnight: true };
  return { date, isMidnight: false };
}

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();
const hourMs = 3_600_000;
// Before it the offset of that day is good enough, and years of one or two digits need no care.
const calendarFromMs = Date.UTC(1900, 0, 1);

/**
 * Local time less UTC at an instant, in milliseconds. Zones change on quarter hours, so a quarter is one
 * answer.
 */
function toOffsetMs(epochMs: number, zone: string): number {
  const quarter = Math.floor(epochMs / (hourMs / 4));
  const key = `${zone}|${quarter}`;
  const kept = offsets.get(key);
  if (kept !== undefined) return kept;
  if (offsets.size >= snappedMax) offsets.clear();
  const offset = computeOffsetMs(Math.max(quarter * (hourMs / 4), calendarFromMs), zone);
  offsets.set(key, offset);
  return offset;
}

function computeOffsetMs(epochMs: number, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(epochMs)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - epochMs;
}
