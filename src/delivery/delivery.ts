/** One event of the outbox as a sink gets it: the CloudEvent is JSON text on one line. */
export type DueEvent = { readonly sequence: number; readonly id: string; readonly event: string };

/**
 * A place events go to. `deliver` resolves only after the sink has taken every event of the batch for good
 * (written and flushed, answered); it throws a `Failure` otherwise. Batches come in order of sequence and
 * never overlap.
 */
export type Sink = {
  readonly name: string;
  readonly deliver: (batch: readonly DueEvent[], signal: AbortSignal) => Promise<void>;
  /**
   * The event this sink can prove to hold last, or `null` where it cannot tell. What it holds already is
   * settled without being sent again.
   */
  readonly lastHeld: () => { readonly sequence: number; readonly id: string } | null;
  readonly close: () => void;
};

export type DeliveryReport = {
  /** Events delivered now, by sink. */
  readonly delivered: Readonly<Record<string, number>>;
  /** Events still due, by sink. */
  readonly due: Readonly<Record<string, number>>;
  /** Sinks that failed, with the one line to show. */
  readonly failures: readonly { readonly sink: string; readonly message: string }[];
};
