/** One event of the outbox as a sink gets it: the CloudEvent is JSON text on one line. */
export type DueEvent = { readonly sequence: number; readonly id: string; readonly event: string };

/** A place events go to. */
export type Sink = AppendSink | WebhookSink;

/**
 * One that takes all events, in their order. `deliver` resolves only after it has taken every event of the
 * batch for good (written and flushed); it throws a `Failure` otherwise. Batches never overlap.
 */
export type AppendSink = {
  readonly kind: "append";
  readonly name: string;
  readonly deliver: (batch: readonly DueEvent[], signal: AbortSignal) => Promise<void>;
  /**
   * The event this sink can prove to hold last, or `null` where it cannot tell. What it holds already is
   * settled without being sent again.
   */
  readonly lastHeld: () => { readonly sequence: number; readonly id: string } | null;
  readonly close: () => void;
};

/** One that answers, and may refuse single events: then their keys are set aside and the others flow (I6). */
export type WebhookSink = {
  readonly kind: "webhook";
  readonly name: string;
  readonly startAt: "now" | number;
  readonly batchEventCountMax: number;
  readonly batchBytesMax: number;
  /** Whether it is to get this event at all. */
  readonly wants: (event: { readonly type: string; readonly event: string }) => boolean;
  /**
   * Sends one request. Throws an aborted signal's reason, and a `Failure` where it cannot be noted before
   * that it is being told.
   */
  readonly send: (request: WebhookRequest, signal: AbortSignal) => Promise<Answer>;
  readonly close: () => void;
};

/** What one request says. A repeat has the same id and events. */
export type WebhookRequest = {
  readonly webhookId: string;
  readonly events: readonly DueEvent[];
  readonly sentAtMs: number;
};

/** What became of a request. */
export type Answer = {
  /**
   * `taken` (2xx); `gone` (410); `busy` (429, or 503 that says when); `unreachable` (no connection was made);
   * `failed` (it may be the receiver or what was sent: any other status that does not speak of the content,
   * a time-out, a cut); `refused` (the content itself: 400, 409, 413, 422 and the like).
   */
  readonly kind: "taken" | "gone" | "busy" | "unreachable" | "failed" | "refused";
  /** HTTP status; null where no whole answer came. */
  readonly status: number | null;
  /** The first 500 characters of its body; null where there was none. */
  readonly answer: string | null;
  /** For people, on anything but `taken`: what went wrong, and what to do. */
  readonly message: string | null;
  readonly retryAfterMs: number | null;
};

export type DeliveryReport = {
  /** Events delivered now, by sink. */
  readonly delivered: Readonly<Record<string, number>>;
  /** Events still due, by sink; those set aside are not among them. */
  readonly due: Readonly<Record<string, number>>;
  /** Dead letters there are, by sink; of sinks that have some. */
  readonly set_aside: Readonly<Record<string, number>>;
  /** Sinks that failed, with the one line to show. */
  readonly failures: readonly { readonly sink: string; readonly message: string }[];
};
