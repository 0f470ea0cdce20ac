/** Days are counted from 1970-01-01; a local day is the same number in every zone, its midnight is not. */
export const dayMs = 86_400_000;

type ZoneCalendar = {
  readonly format: Intl.DateTimeFormat;
  readonly midnightMs: Map<number, number>;
  readonly midnightText: Map<number, string>;
};

// Intl is slow, and a page asks for the same few days thousands of times. A zone keeps one entry a day.
const zones = new Map<string, ZoneCalendar>();

/** The local day an instant (epoch ms) falls on. */
export function dayAt(zone: string, instantMs: number): number {
  let day = Math.floor(instantMs / dayMs);
  while (instantMs < midnightMsOf(zone, day)) day--;
  while (instantMs >= midnightMsOf(zone, day + 1)) day++;
  return day;
}

/** The instant (epoch ms) at which a local day begins. */
export function midnightMsOf(zone: string, day: number): number {
  const calendar = calendarOf(zone);
  const known = calendar.midnightMs.get(day);
  if (known !== undefined) return known;
  const wall = day * dayMs;
  const guess = wall - offsetMsAt(calendar, wall);
  // The offset is taken again at the guess: the clocks may have changed between the two.
  const midnight = wall - offsetMsAt(calendar, guess);
  calendar.midnightMs.set(day, midnight);
  return midnight;
}

/** The same instant as text in UTC, without fraction digits. */
export function midnightTextOf(zone: string, day: number): string {
  const calendar = calendarOf(zone);
  const known = calendar.midnightText.get(day);
  if (known !== undefined) return known;
  const text = toSecondsText(midnightMsOf(zone, day));
  calendar.midnightText.set(day, text);
  return text;
}

/** An instant (epoch ms) as ISO 8601 UTC text, cut to seconds. */
export function toSecondsText(instantMs: number): string {
  return `${new Date(instantMs).toISOString().slice(0, 19)}Z`;
}

/** An instant (epoch microseconds) as ISO 8601 UTC text with six fraction digits. */
export function toMicrosecondsText(instantUs: number): string {
  const microseconds = String(instantUs % 1_000_000).padStart(6, "0");
  return `${new Date(Math.floor(instantUs / 1000)).toISOString().slice(0, 19)}.${microseconds}Z`;
}

/** `YYYY-MM-DD` as a day number, or undefined where the text names no day. */
export function parseDay(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const instantMs = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(instantMs) || toDayText(instantMs / dayMs) !== text ? undefined : instantMs / dayMs;
}

export function toDayText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** The first day of a month; months (0 to 11) beyond the year run on into the next. */
export function firstDayOfMonth(year: number, month: number): number {
  return Date.UTC(year, month, 1) / dayMs;
}

export function yearOf(day: number): number {
  return new Date(day * dayMs).getUTCFullYear();
}

function calendarOf(zone: string): ZoneCalendar {
  const known = zones.get(zone);
  if (known !== undefined) return known;
  const calendar: ZoneCalendar = {
    format: new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }),
    midnightMs: new Map(),
    midnightText: new Map(),
  };
  zones.set(zone, calendar);
  return calendar;
}

function offsetMsAt(calendar: ZoneCalendar, instantMs: number): number {
  const parts = new Map<string, number>();
  for (const part of calendar.format.formatToParts(instantMs)) parts.set(part.type, Number(part.value));
  const read = (name: string): number => parts.get(name) ?? 0;
  const wall = Date.UTC(
    read("year"),
    read("month") - 1,
    read("day"),
    read("hour"),
    read("minute"),
    read("second"),
  );
  return wall - instantMs;
}
