import type { Database } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { planSinkWaitMs } from "./back-off.ts";
import type { DeliveryContext } from "./deliver.ts";
import { pause, toObstacle } from "./deliver-webhook.ts";
import type { DueEvent, Sink, WebhookSink } from "./delivery.ts";
import { planBatch } from "./plan-batch.ts";
import { isReplayed, loadReplayed, type ReplayFilter } from "./replay-store.ts";
import { loadSinkState } from "./settle-store.ts";
import { toWebhookId } from "./sign.ts";

export type ReplayReport = {
  /** Events sent again and taken, by sink. */
  readonly replayed: Readonly<Record<string, number>>;
  /** Sinks that failed, with the first event they have not got again. */
  readonly failures: readonly {
    readonly sink: string;
    readonly message: string;
    readonly next_sequence: number;
  }[];
};

const appendLimits = { eventCountMax: 500, bytesMax: 8 * 1024 * 1024 };
const attemptCountMax = 3;

/**
 * Sends again what the sinks' places have passed, in order and with the same ids. Moves no place, touches no
 * dead letter; a sink that fails does not stop the others. An aborted signal rejects with its reason.
 */
export async function replayEvents(
  database: Database,
  sinks: readonly Sink[],
  filter: ReplayFilter,
  context: DeliveryContext,
): Promise<ReplayReport> {
  const replayed: Record<string, number> = {};
  const failures: { sink: string; message: string; next_sequence: number }[] = [];
  for (const sink of sinks) {
    replayed[sink.name] = 0;
    const obstacle =
      sink.kind === "append" ? null : toObstacle(sink.name, loadSinkState(database, sink.name));
    if (obstacle !== null) {
      const next = filter.fromSequence ?? 1;
      failures.push({ sink: sink.name, message: obstacle.message, next_sequence: next });
      continue;
    }
    for (let after = 0; ; ) {
      context.signal.throwIfAborted();
      const { events, lastSequence } = planNext(database, sink, filter, after);
      if (lastSequence === null) break;
      const failure = events.length === 0 ? null : await sendAgain(sink, events, context);
      if (failure !== null) {
        failures.push({ sink: sink.name, message: failure.message, next_sequence: events[0]?.sequence ?? 0 });
        break;
      }
      replayed[sink.name] = (replayed[sink.name] ?? 0) + events.length;
      after = lastSequence;
    }
  }
  return { replayed, failures };
}

function planNext(database: Database, sink: Sink, filter: ReplayFilter, after: number) {
  const limits =
    sink.kind === "append"
      ? appendLimits
      : { eventCountMax: sink.batchEventCountMax, bytesMax: sink.batchBytesMax };
  const { taken, lastSequence } = planBatch(toCandidates(database, sink, filter, after), limits);
  return { events: taken, lastSequence };
}

function* toCandidates(database: Database, sink: Sink, filter: ReplayFilter, after: number) {
  for (const event of loadReplayed(database, sink.name, filter, after)) {
    const isWanted = isReplayed(filter, event.type) && (sink.kind === "append" || sink.wants(event));
    yield { ...event, isWanted, isBlocked: false };
  }
}

async function sendAgain(
  sink: Sink,
  events: readonly DueEvent[],
  context: DeliveryContext,
): Promise<Failure | null> {
  if (sink.kind === "webhook") return sendToWebhook(sink, events, context);
  try {
    await sink.deliver(events, context.signal);
    return null;
  } catch (error) {
    if (error instanceof Failure && !context.signal.aborted) return error;
    throw error;
  }
}

async function sendToWebhook(
  sink: WebhookSink,
  events: readonly DueEvent[],
  { signal, clock, random, wait = pause }: DeliveryContext,
): Promise<Failure | null> {
  const webhookId = toWebhookId(events.map(({ id }) => id));
  for (let attempt = 1; ; attempt += 1) {
    const answer = await sink.send({ webhookId, events, sentAtMs: clock.now() }, signal);
    if (answer.kind === "taken") return null;
    const isFinal = answer.kind === "refused" || answer.kind === "gone" || attempt === attemptCountMax;
    if (isFinal) return new Failure("environment", `${sink.name}: ${answer.message ?? "not taken"}`);
    await wait(planSinkWaitMs(attempt, Math.min(answer.retryAfterMs ?? 0, 30_000), random), signal);
  }
}
