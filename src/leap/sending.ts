import { setTimeout as sleep } from "node:timers/promises";
import { parseRetryAfter } from "../time/index.ts";
import { openBudget } from "./budget.ts";
import { type Attempt, type HttpAnswer, type HttpRequest, openHttpClient } from "./http-client.ts";
import type { LeapClientOptions, LeapTraffic } from "./leap.ts";
import { openPace } from "./pace.ts";
import { isHopeless, isRetryableStatus, planWaitMs } from "./retry-policy.ts";
import { toFaultFailure } from "./translation.ts";

/** A request that knows where its bearer token comes from. */
export type Request = Omit<HttpRequest, "token"> & {
  /**
   * Asked before every attempt, when there is a slot: a token may end while one waits. `null` for a login,
   * which carries no token and takes no slot: those who wait for it may be holding all of them.
   */
  readonly readToken: ((signal: AbortSignal) => Promise<string>) | null;
};

export type Sender = {
  /** Everything sent here may be repeated: reads and logins change nothing at Leap. */
  readonly send: (request: Request, signal: AbortSignal) => Promise<HttpAnswer>;
  readonly traffic: () => LeapTraffic;
  readonly close: () => void;
};

type Options = Pick<LeapClientOptions, "concurrency" | "limits" | "random" | "clock">;
type Wait = (waitMs: number, signal: AbortSignal) => Promise<void>;

/** Sends requests within pace, budget and limits, again where another attempt may help. */
export function openSender(options: Options, wait: Wait = waitAbortable): Sender {
  const http = openHttpClient(options.limits);
  const pace = openPace(options.concurrency);
  const budget = openBudget(options.limits, options.clock);
  const counts = { requestCount: 0, retryCount: 0, throttledCount: 0, byteCount: 0 };

  async function send(request: Request, signal: AbortSignal): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      // Each attempt waits for a slot anew: where the pace was lowered, not all come back at once.
      const answer =
        request.readToken === null
          ? await attemptOnce(request, attempt, null, signal)
          : await pace.run((generation) => attemptOnce(request, attempt, generation, signal), signal);
      if (answer !== null) return answer;
    }
  }

  /** The answer, or `null` after the wait where it is to be tried again: whoever waits keeps his slot. */
  async function attemptOnce(
    request: Request,
    attempt: number,
    generation: number | null,
    signal: AbortSignal,
  ): Promise<HttpAnswer | null> {
    const token = request.readToken === null ? null : await request.readToken(signal);
    signal.throwIfAborted();
    budget.spend(request.purpose);
    counts.requestCount += 1;
    if (attempt > 1) counts.retryCount += 1;
    const outcome = await http.sendOnce({ ...request, token }, attempt, signal, noteBytes);
    noteOutcome(outcome, generation);
    const isLast = attempt >= options.limits.attemptCountMax;
    if (outcome.kind === "answer" && (isLast || !isRetryableStatus(outcome.answer.status))) {
      return outcome.answer;
    }
    if (outcome.kind === "fault" && (isLast || isHopeless(outcome.fault.code))) {
      throw toFaultFailure(outcome.fault, request, attempt);
    }
    const retryAfterMs = outcome.kind === "answer" ? readRetryAfterMs(outcome.answer, options) : null;
    await wait(planWaitMs(attempt, retryAfterMs, options.random), signal);
    return null;
  }

  function noteBytes(byteCount: number): void {
    counts.byteCount += byteCount;
  }

  function noteOutcome(outcome: Attempt, generation: number | null): void {
    if (outcome.kind !== "answer") return;
    const isThrottled = outcome.answer.status === 429;
    if (isThrottled) counts.throttledCount += 1;
    if (generation === null) return;
    if (isThrottled) pace.note({ kind: "throttled", generation });
    else if (!isRetryableStatus(outcome.answer.status)) pace.note({ kind: "success", generation });
  }

  const traffic = () => ({ ...counts, concurrencyLowest: pace.concurrencyLowest() });
  return { send, traffic, close: http.close };
}

/** A date in Retry-After is the server's, so it is measured against the server's clock where it is told. */
function readRetryAfterMs(answer: HttpAnswer, options: Options): number | null {
  return parseRetryAfter(answer.retryAfter, answer.serverDateMs ?? options.clock.now());
}

async function waitAbortable(waitMs: number, signal: AbortSignal): Promise<void> {
  if (waitMs === 0) return;
  await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
}
