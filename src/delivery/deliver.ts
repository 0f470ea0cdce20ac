import { type Database, toDatabaseFailure } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import type { Clock } from "../time/index.ts";
import type { DeliveryReport, Sink } from "./delivery.ts";
import { countDue, isAppended, loadBatch, loadSettled, settle } from "./delivery-store.ts";

export type DeliveryContext = { readonly signal: AbortSignal; readonly clock: Clock };

type Outcome =
  | { readonly kind: "done" | "stopped" }
  | { readonly kind: "failed"; readonly error: Failure }
  | { readonly kind: "bug"; readonly error: unknown };

/**
 * Delivers what is due, sink by sink, in order, a bounded batch at a time. A sink that fails keeps its events
 * due and does not stop the others; neither does a bug in one, which is thrown once the others have been
 * served. An abort stops between batches and is no failure.
 */
export async function deliverDue(
  database: Database,
  sinks: readonly Sink[],
  context: DeliveryContext,
): Promise<DeliveryReport> {
  const delivered: Record<string, number> = {};
  const due: Record<string, number> = {};
  const failures: { sink: string; message: string }[] = [];
  const bugs: unknown[] = [];
  for (const sink of sinks) {
    delivered[sink.name] = 0;
    const outcome = await deliverToSink(database, sink, context, (eventCount) => {
      delivered[sink.name] = (delivered[sink.name] ?? 0) + eventCount;
    });
    if (outcome.kind === "failed") failures.push({ sink: sink.name, message: outcome.error.message });
    if (outcome.kind === "bug") bugs.push(outcome.error);
    due[sink.name] = countDue(database, sink.name);
  }
  if (bugs.length > 0) throw bugs[0];
  return { delivered, due, failures };
}

async function deliverToSink(
  database: Database,
  sink: Sink,
  { signal, clock }: DeliveryContext,
  onDelivered: (eventCount: number) => void,
): Promise<Outcome> {
  try {
    if (signal.aborted) return { kind: "stopped" };
    settleHeld(database, sink, clock);
    for (;;) {
      if (signal.aborted) return { kind: "stopped" };
      const batch = loadBatch(database, loadSettled(database, sink.name));
      const last = batch.at(-1);
      if (last === undefined) return { kind: "done" };
      await sink.deliver(batch, signal);
      settle(database, sink.name, last.sequence, clock.now());
      onDelivered(batch.length);
    }
  } catch (error) {
    if (signal.aborted && error === signal.reason) return { kind: "stopped" };
    const failure = toDatabaseFailure(error, `cannot keep the place of the sink ${sink.name}`);
    return failure instanceof Failure ? { kind: "failed", error: failure } : { kind: "bug", error };
  }
}

/**
 * A crash between a sink's answer and its settling leaves events that the sink can prove to hold: not sent
 * twice.
 */
function settleHeld(database: Database, sink: Sink, clock: Clock): void {
  const held = sink.lastHeld();
  if (held === null || held.sequence <= loadSettled(database, sink.name)) return;
  if (isAppended(database, held)) settle(database, sink.name, held.sequence, clock.now());
}
