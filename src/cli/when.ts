import { parseDuration, parseInstant } from "../time/index.ts";

/** A time as it was asked for: which instant it is shows once the clock is known. */
export type When =
  | { readonly kind: "instant"; readonly epochMs: number }
  /** So long before now. */
  | { readonly kind: "ago"; readonly durationMs: number }
  /** The start of the day in UTC, so many days before today's. */
  | { readonly kind: "day"; readonly daysBefore: number };

const dayMs = 86_400_000;
const days: Readonly<Record<string, number>> = { today: 0, yesterday: 1 };
/** The last instant that text can name, and compare as text. */
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** An instant, a day, a duration, `today` or `yesterday`; undefined where the text is none of them. */
export function parseWhen(text: string): When | undefined {
  const daysBefore = Object.hasOwn(days, text) ? days[text] : undefined;
  if (daysBefore !== undefined) return { kind: "day", daysBefore };
  const durationMs = parseDuration(text);
  if (durationMs !== undefined) return { kind: "ago", durationMs };
  const epochMs = parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00Z` : text);
  return epochMs === undefined ? undefined : { kind: "instant", epochMs };
}

/** The instant that is meant, never before 1970. */
export function toInstantMs(when: When, nowMs: number): number {
  return Math.min(Math.max(toMs(when, nowMs), 0), lastMs);
}

function toMs(when: When, nowMs: number): number {
  if (when.kind === "instant") return when.epochMs;
  if (when.kind === "ago") return nowMs - when.durationMs;
  return Math.floor(nowMs / dayMs) * dayMs - when.daysBefore * dayMs;
}
