import type { Answer } from "./delivery.ts";

/** A receiver that takes nothing for so many requests is not asked on and on. */
export const failuresBeforePause = 3;
/** One event too many makes a whole request refused: it takes many in a row to be the receiver's. */
export const refusalsBeforePause = 200;
const attemptsBeforeSplit = 3;
/** So often is a single event sent before it is asked whether it is itself what is wrong. */
const refusalsBeforeDoubt = 2;
const failuresBeforeDoubt = 3;

/** What was sent, as it stands with this attempt counted. */
export type Attempted = {
  readonly eventCount: number;
  readonly attemptCount: number;
  /** A part of a request that failed. */
  readonly isPart: boolean;
  /** The receiver has taken something since this was first sent. */
  readonly isOtherTaken: boolean;
  /** Failures of this receiver in a row, with this one. */
  readonly failureCount: number;
};

/**
 * `doubt`: it is this event or the receiver, and the next thing is to find out which. `postpone`: others go
 * first; where it `isPaused` the receiver is left alone, too.
 */
export type Verdict =
  | { readonly kind: "settle" | "split" | "doubt" | "disable" | "pause" }
  | { readonly kind: "postpone"; readonly isAtOnce: boolean; readonly isPaused: boolean };

/**
 * What follows from an answer. A receiver that is down must never make dead letters, and one event that is
 * refused must not stop the others (I6): an answer alone cannot tell which of the two it is, so others are
 * tried first, and nothing is set aside on the word of an answer to itself.
 */
export function decideAttempt(answer: Pick<Answer, "kind">, attempted: Attempted): Verdict {
  switch (answer.kind) {
    case "taken":
      return { kind: "settle" };
    case "gone":
      return { kind: "disable" };
    case "busy":
    case "unreachable":
      return { kind: "pause" };
    case "refused":
      return decideRefused(attempted);
    case "failed":
      return decideFailed(attempted);
  }
}

/** The content was refused: asked once more after the others, for a receiver may refuse by mistake. */
function decideRefused({ eventCount, attemptCount, isOtherTaken, failureCount }: Attempted): Verdict {
  if (eventCount > 1) return { kind: "split" };
  if (attemptCount >= refusalsBeforeDoubt) return { kind: "doubt" };
  // A receiver that takes others is not in trouble, however many of a kind it refuses.
  const isPaused = !isOtherTaken && failureCount >= failuresBeforePause;
  return { kind: "postpone", isAtOnce: true, isPaused };
}

/** It may be the receiver, or what was sent. */
function decideFailed(attempted: Attempted): Verdict {
  const { eventCount, attemptCount, isPart, failureCount } = attempted;
  if (attemptCount < attemptsBeforeSplit && !isPart) return { kind: "pause" };
  if (eventCount > 1) return { kind: "split" };
  if (attemptCount >= failuresBeforeDoubt) return { kind: "doubt" };
  return { kind: "postpone", isAtOnce: false, isPaused: failureCount >= failuresBeforePause };
}
