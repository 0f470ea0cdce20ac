import pLimit from "p-limit";

/** How many requests go out at once, and since when. */
export type PaceState = {
  readonly concurrency: number;
  /** Counts the lowerings. A request belongs to the generation in which it was sent. */
  readonly generation: number;
  /** Successes since the last change of the concurrency, or since the last 429. */
  readonly successCount: number;
};

/** What became of a request that was sent in this generation. */
export type PaceNews = { readonly kind: "success" | "throttled"; readonly generation: number };

/**
 * Successes for each request at once before there may be one more: about this many rounds. The fall is by
 * half and the rise by one, so that many clients at one limit settle beside each other; where the limit stays
 * where it is, trying one more costs a refusal in some twenty rounds, and a short shortage of capacity is
 * made good within a hundred pages.
 */
const roundsPerStep = 20;

/** The pace after the news. Pure. */
export function planPace(state: PaceState, news: PaceNews, concurrencyMax: number): PaceState {
  // Requests that were under way together are refused together: that is one refusal, not many.
  const isOld = news.generation !== state.generation;
  if (news.kind === "throttled") {
    if (isOld) return { ...state, successCount: 0 };
    const concurrency = Math.max(1, Math.floor(state.concurrency / 2));
    return { concurrency, generation: state.generation + 1, successCount: 0 };
  }
  if (isOld || state.concurrency >= concurrencyMax) return state;
  const successCount = state.successCount + 1;
  if (successCount < roundsPerStep * state.concurrency) return { ...state, successCount };
  return { ...state, concurrency: state.concurrency + 1, successCount: 0 };
}

export type Pace = {
  /**
   * Runs the task once there is a slot for it, and keeps the slot until it ends. The task is told the
   * generation it is sent in. A wait for a slot ends at once with the signal's reason.
   */
  readonly run: <T>(task: (generation: number) => Promise<T>, signal: AbortSignal) => Promise<T>;
  readonly note: (news: PaceNews) => void;
  /** The fewest requests at once that there ever were allowed to be. */
  readonly concurrencyLowest: () => number;
};

/** One pace for everything a client sends: it starts at the maximum, and follows what Leap can take. */
export function openPace(concurrencyMax: number): Pace {
  const limit = pLimit(concurrencyMax);
  let state: PaceState = { concurrency: concurrencyMax, generation: 0, successCount: 0 };
  let concurrencyLowest = concurrencyMax;

  function run<T>(task: (generation: number) => Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      // Whoever holds a slot sees to the signal himself; one who waits for it must not wait any longer.
      const abort = () => reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      const running = limit(async () => {
        signal.removeEventListener("abort", abort);
        signal.throwIfAborted();
        return task(state.generation);
      });
      running.then(resolve, reject);
    });
  }

  function note(news: PaceNews): void {
    state = planPace(state, news, concurrencyMax);
    concurrencyLowest = Math.min(concurrencyLowest, state.concurrency);
    if (limit.concurrency !== state.concurrency) limit.concurrency = state.concurrency;
  }

  return { run, note, concurrencyLowest: () => concurrencyLowest };
}
