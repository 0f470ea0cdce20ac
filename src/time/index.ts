/**
 * Instants and durations as text and as numbers.
 *
 * Takes: text. Gives: epoch milliseconds, or undefined where the text is not one.
 * Never: reads the clock; the instant comes in as an argument everywhere.
 */

/** Where "now" comes from. Only `cli` makes one; everyone else is handed it. */
export type Clock = { readonly now: () => number };

const day = String.raw`(\d{4})-(\d{2})-(\d{2})`;
const timeOfDay = String.raw`(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?`;
const offset = String.raw`(?:([Zz])|([+-])(\d{2}):?(\d{2}))`;
const instantPattern = new RegExp(`^${day}[Tt ]${timeOfDay}${offset}$`);

/**
 * An RFC 3339 timestamp with 0 to 9 fraction digits as epoch milliseconds (further digits are cut off), or
 * undefined where the text is none, names a day that does not exist or carries no offset.
 */
export function parseInstant(text: string): number | undefined {
  const match = instantPattern.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = "0", fraction = "", , sign, offsetHour, offsetMinute] =
    match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (Number(offsetHour ?? 0) > 23 || Number(offsetMinute ?? 0) > 59) return undefined;
  // Not Date.UTC: it takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCDate() !== Number(day) || date.getUTCMonth() !== Number(month) - 1) return undefined;
  const milliseconds = Number(fraction.padEnd(3, "0").slice(0, 3));
  date.setUTCHours(Number(hour), Number(minute), Number(second), milliseconds);
  const offset = sign === undefined ? 0 : (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  return sign === "-" ? date.getTime() + offset : date.getTime() - offset;
}

/** Epoch milliseconds as ISO 8601 UTC text with milliseconds. */
export function formatInstant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration such as `90s`, `15m`, `6h` or `7d` in milliseconds, or undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text.trim());
  const unit = match?.[2] === undefined ? undefined : unitMs[match[2]];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** A Retry-After header, seconds or a date, as milliseconds from now; `null` where none is readable. */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  // No wait is longer than what nine digits say: more of them are clear enough, too.
  if (/^\d+$/.test(text)) return Math.min(Number(text), 999_999_999) * 1000;
  const atMs = Date.parse(text);
  // A date has letters. What has none, as -5, would be read as some year.
  return Number.isNaN(atMs) || !/[a-z]/i.test(text) ? null : Math.max(0, atMs - nowMs);
}
