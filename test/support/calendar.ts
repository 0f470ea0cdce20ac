/**
 * Local days, told by brute force: the counterpart of the product's own calendar, so it shares no code with
 * it.
 */

const quarterMs = 15 * 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();
const starts = new Map<string, number>();
const moved = new Map<string, string>();

export const zones: Readonly<Record<string, string>> = {
  CAISO: "America/Los_Angeles",
  WECC_PC: "America/Los_Angeles",
  ERCOT: "America/Chicago",
  SERC: "America/Chicago",
  NYISO: "America/New_York",
  ISONE: "America/New_York",
  PJM: "America/New_York",
  WECC_SW: "America/Phoenix",
};

/** The zone of a region; one nobody has heard of lives in Los Angeles. */
export function zoneOf(region: string): string {
  return zones[region] ?? "America/Los_Angeles";
}

export function localDate(instantMs: number, zone: string): string {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
    formats.set(zone, format);
  }
  return format.format(instantMs);
}

export function addDays(date: string, days: number): string {
  const key = `${date} ${days}`;
  const known = moved.get(key);
  if (known !== undefined) return known;
  const noon = new Date(`${date}T12:00:00Z`);
  noon.setUTCDate(noon.getUTCDate() + days);
  const result = noon.toISOString().slice(0, 10);
  moved.set(key, result);
  return result;
}

export function datesFrom(first: string, last: string): string[] {
  const dates: string[] = [];
  for (let date = first; date <= last; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/** The first quarter of an hour that bears this date. */
export function startOfDay(date: string, zone: string): number {
  const key = `${date} ${zone}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  const utc = Date.parse(`${date}T00:00:00Z`);
  for (let ms = utc - 60 * quarterMs; ms <= utc + 60 * quarterMs; ms += quarterMs) {
    if (localDate(ms, zone) !== date) continue;
    starts.set(key, ms);
    return ms;
  }
  throw new Error(`no ${date} in ${zone}`);
}

/** The day an instant of Leap means: a midnight within three hours, else the day it falls on. */
export function meantDate(instantMs: number, zone: string): string {
  const date = localDate(instantMs, zone);
  const near = [addDays(date, -1), date, addDays(date, 1)].find(
    (one) => Math.abs(startOfDay(one, zone) - instantMs) <= 3 * 3_600_000,
  );
  return near ?? date;
}

/** A local midnight as Leap writes it. */
export function midnight(date: string, region: string): string {
  return new Date(startOfDay(date, zoneOf(region))).toISOString();
}
