const sinkBaseMs = 1000;
const laneBaseMs = 60_000;
/** No wait of our own is longer. */
export const boundMaxMs = 3_600_000;
/** No receiver is left alone for longer, whatever it asks for. */
const retryAfterMaxMs = 24 * 3_600_000;

/**
 * Milliseconds to leave a receiver alone after so many failures in a row (from 1): doubling up to an hour,
 * half of it by chance, so that many senders do not come back together; at least what the receiver asked for.
 */
export function planSinkWaitMs(
  failureCount: number,
  retryAfterMs: number | null,
  random: () => number,
): number {
  return Math.max(planWaitMs(sinkBaseMs, failureCount, random), Math.min(retryAfterMs ?? 0, retryAfterMaxMs));
}

/** The same for a single event that gives trouble, after so many attempts. */
export function planLaneWaitMs(attemptCount: number, random: () => number): number {
  return planWaitMs(laneBaseMs, attemptCount, random);
}

function planWaitMs(baseMs: number, count: number, random: () => number): number {
  const boundMs = Math.min(boundMaxMs, baseMs * 2 ** Math.min(count - 1, 30));
  return Math.round(boundMs / 2 + (random() * boundMs) / 2);
}
