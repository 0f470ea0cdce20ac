const waitBaseMs = 500;
const waitMaxMs = 30_000;
const retryAfterMaxMs = 120_000;

/** Whether an answer with this status may well be another one when asked again. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/**
 * Milliseconds to wait before the attempt after the given one (counted from 1): full jitter over a doubling
 * bound, so that many clients do not come back together; at least what the server asked for, within reason.
 */
export function planWaitMs(attempt: number, retryAfterMs: number | null, random: () => number): number {
  const boundMs = Math.min(waitMaxMs, waitBaseMs * 2 ** (attempt - 1));
  const jitterMs = Math.floor(random() * boundMs);
  return Math.max(jitterMs, Math.min(retryAfterMs ?? 0, retryAfterMaxMs));
}

/** Whether the same fault would come again: a certificate that is wrong now is wrong in a second, too. */
export function isHopeless(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_INVALID/.test(code);
}
