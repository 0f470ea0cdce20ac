/** Hours and days where Volue's price areas are, by the European rule itself. */
export const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The local day an instant falls on, counted from 1970-01-01. */
export function toOsloDay(instantMs: number): number {
  return Math.floor((instantMs + toOsloOffsetMs(instantMs)) / dayMs);
}

/** The instant of an hour of the clock on a local day, none that the clock skips or shows twice. */
export function toOsloInstant(day: number, hour = 0): number {
  const wallMs = day * dayMs + hour * hourMs;
  const guessMs = wallMs - hourMs;
  return wallMs - toOsloOffsetMs(guessMs);
}

/** The full hours of a local day, 23 to 25 of them. */
export function toOsloHours(day: number): number[] {
  const hours: number[] = [];
  for (let atMs = toOsloInstant(day); atMs < toOsloInstant(day + 1); atMs += hourMs) hours.push(atMs);
  return hours;
}

// A day's curves have the same hours in every area; there is one entry a day.
const hourTexts = new Map<number, readonly string[]>();

/** The same hours as text. */
export function toOsloHourTexts(day: number): readonly string[] {
  const known = hourTexts.get(day);
  if (known !== undefined) return known;
  const texts = toOsloHours(day).map(toOsloText);
  hourTexts.set(day, texts);
  return texts;
}

/** As ISO 8601 text with the local offset. */
export function toOsloText(instantMs: number): string {
  const offsetMs = toOsloOffsetMs(instantMs);
  return `${new Date(instantMs + offsetMs).toISOString().slice(0, 19)}+0${offsetMs / hourMs}:00`;
}

/** Summer time lasts from the last Sunday of March to the last Sunday of October, both at 01:00 UTC. */
function toOsloOffsetMs(instantMs: number): number {
  const year = new Date(instantMs).getUTCFullYear();
  const isSummer = instantMs >= lastSundayOf(year, 2) && instantMs < lastSundayOf(year, 9);
  return isSummer ? 2 * hourMs : hourMs;
}

function lastSundayOf(year: number, month: number): number {
  const lastMs = Date.UTC(year, month + 1, 0, 1);
  return lastMs - new Date(lastMs).getUTCDay() * dayMs;
}
