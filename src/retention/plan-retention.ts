import { formatInstant } from "../time/index.ts";

/** How long things stay. `null` for good. */
export type Keep = {
  readonly eventsMs: number | null;
  readonly revisionsMs: number | null;
  readonly historyMs: number | null;
  readonly runsMs: number | null;
};

/** What is older than these instants may go, where nothing needs it any more. `null`: nothing goes. */
export type RetentionPlan = {
  readonly eventsBeforeMs: number | null;
  readonly revisionsBeforeMs: number | null;
  readonly historyBeforeMs: number | null;
  /** Trade dates before this one lie beyond the history, in every zone. */
  readonly historyBeforeDate: string | null;
  readonly runsBeforeMs: number | null;
  readonly pollsBeforeMs: number;
};

const dayMs = 86_400_000;

/** Polls come every few minutes, and the next sweep judges them: after that their reports are little use. */
const pollsKeptMs = 14 * dayMs;

/** What is old by now. */
export function planRetention(keep: Keep, nowMs: number): RetentionPlan {
  const { eventsMs, revisionsMs, historyMs, runsMs } = keep;
  const historyBeforeMs = toBefore(historyMs, nowMs);
  return {
    eventsBeforeMs: toBefore(eventsMs, nowMs),
    revisionsBeforeMs: toBefore(revisionsMs, nowMs),
    historyBeforeMs,
    // A day of Leap's begins up to half a day before or after it does in UTC.
    historyBeforeDate: historyBeforeMs === null ? null : formatInstant(historyBeforeMs - dayMs).slice(0, 10),
    runsBeforeMs: toBefore(runsMs, nowMs),
    pollsBeforeMs: nowMs - Math.min(pollsKeptMs, runsMs ?? pollsKeptMs),
  };
}

function toBefore(keptMs: number | null, nowMs: number): number | null {
  return keptMs === null ? null : nowMs - keptMs;
}
