import { type Database, toDatabaseFailure } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import type { Clock } from "../time/index.ts";
import { deliverToWebhook } from "./deliver-webhook.ts";
import type { AppendSink, DeliveryReport, Sink } from "./delivery.ts";
import {
  countDue,
  countSetAside,
  isAppended,
  loadBatch,
  loadSettled,
  saveError,
  settle,
} from "./delivery-store.ts";

export type DeliveryContext = {
  readonly signal: AbortSignal;
  /** The real clock: signatures, retries and places follow it. */
  readonly clock: Clock;
  /** From 0 to 1: spreads retries. */
  readonly random: () => number;
  /** Waits, or rejects with the signal's reason; with the real clock unless a test has its own. */
  readonly wait?: (waitMs: number, signal: AbortSignal) => Promise<void>;
};

type Outcome =
  | { readonly kind: "done" | "stopped" }
  | { readonly kind: "failed"; readonly error: Failure }
  | { readonly kind: "bug"; readonly error: unknown };

/**
 * Delivers what is due to all sinks side by side, each in its own order, a bounded batch at a time. A sink
 * that fails keeps its events due and does not stop the others; neither does a bug in one, which is thrown
 * once the others have been served. An abort stops between batches and is no failure.
 */
export async function deliverDue(
  database: Database,
  sinks: readonly Sink[],
  context: DeliveryContext,
): Promise<DeliveryReport> {
  const delivered = Object.fromEntries(sinks.map(({ name }) => [name, 0]));
  const outcomes = await Promise.all(
    sinks.map((sink) =>
      deliverToSink(database, sink, context, (eventCount) => {
        delivered[sink.name] = (delivered[sink.name] ?? 0) + eventCount;
      }),
    ),
  );
  const due: Record<string, number> = {};
  const setAside: Record<string, number> = {};
  const failures: { sink: string; message: string }[] = [];
  for (const [index, { name }] of sinks.entries()) {
    const outcome = outcomes[index];
    if (outcome?.kind === "bug") throw outcome.error;
    if (outcome?.kind === "failed") failures.push({ sink: name, message: outcome.error.message });
    due[name] = countDue(database, name);
    const count = countSetAside(database, name);
    if (count > 0) setAside[name] = count;
  }
  return { delivered, due, set_aside: setAside, failures };
}

async function deliverToSink(
  database: Database,
  sink: Sink,
  context: DeliveryContext,
  onDelivered: (eventCount: number) => void,
): Promise<Outcome> {
  const { signal } = context;
  try {
    if (signal.aborted) return { kind: "stopped" };
    if (sink.kind === "append") {
      return await appendDue(database, sink, context, onDelivered);
    }
    const failure = await deliverToWebhook(database, sink, context, onDelivered);
    return failure === null ? { kind: "done" } : { kind: "failed", error: failure };
  } catch (error) {
    if (signal.aborted && error === signal.reason) return { kind: "stopped" };
    const failure = toDatabaseFailure(error, `cannot keep the place of the sink ${sink.name}`);
    return failure instanceof Failure ? { kind: "failed", error: failure } : { kind: "bug", error };
  }
}

async function appendDue(
  database: Database,
  sink: AppendSink,
  { signal, clock }: DeliveryContext,
  onDelivered: (eventCount: number) => void,
): Promise<Outcome> {
  settleHeld(database, sink, clock);
  for (;;) {
    if (signal.aborted) return { kind: "stopped" };
    const batch = loadBatch(database, loadSettled(database, sink.name));
    const last = batch.at(-1);
    if (last === undefined) return { kind: "done" };
    try {
      await sink.deliver(batch, signal);
    } catch (error) {
      if (error instanceof Failure) saveError(database, sink.name, error.message, clock.now());
      throw error;
    }
    settle(database, sink.name, last.sequence, clock.now());
    onDelivered(batch.length);
  }
}

/**
 * A crash between a sink's answer and its settling leaves events that the sink can prove to hold: not sent
 * twice.
 */
function settleHeld(database: Database, sink: AppendSink, clock: Clock): void {
  const held = sink.lastHeld();
  if (held === null || held.sequence <= loadSettled(database, sink.name)) return;
  if (isAppended(database, held)) settle(database, sink.name, held.sequence, clock.now());
}
