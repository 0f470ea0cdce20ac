import type { Preference } from "../meter/index.ts";

/** The preference with the latest start that is in force: start ≤ now < end. `null` when none is. */
export function toPreferenceInForce(preferences: readonly Preference[], nowMs: number): Preference | null {
  let found: Preference | null = null;
  for (const preference of preferences) {
    if (preference.startMs !== null && preference.startMs > nowMs) continue;
    if (preference.endMs !== null && preference.endMs <= nowMs) continue;
    if (found === null || isLater(preference, found)) found = preference;
  }
  return found;
}

/** The next instant after `nowMs` at which a preference begins or ends, or null. */
export function toNextPreferenceChange(preferences: readonly Preference[], nowMs: number): number | null {
  const instants = preferences
    .flatMap(({ startMs, endMs }) => [startMs, endMs])
    .filter((instant): instant is number => instant !== null && instant > nowMs);
  return instants.length === 0 ? null : Math.min(...instants);
}

/**
 * Of two that begin together the one that ends first counts, then the order of the alphabet: never chance.
 */
function isLater(a: Preference, b: Preference): boolean {
  const [aStart, bStart] = [a.startMs ?? Number.NEGATIVE_INFINITY, b.startMs ?? Number.NEGATIVE_INFINITY];
  if (aStart !== bStart) return aStart > bStart;
  const [aEnd, bEnd] = [a.endMs ?? Number.POSITIVE_INFINITY, b.endMs ?? Number.POSITIVE_INFINITY];
  if (aEnd !== bEnd) return aEnd < bEnd;
  return a.preference < b.preference;
}
