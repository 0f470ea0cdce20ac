import { expect } from "vitest";
import type { Database } from "../../src/database/index.ts";
import { type Answer, registerSinks, type WebhookSink } from "../../src/delivery/index.ts";
import { type Chance, openChance } from "./chance.ts";
import { type Behaviour, isActedUpon } from "./receiver.ts";
import { openReceiverJudge, type ReceiverJudge } from "./receiver-judge.ts";
import { openRandomReceiver, type RandomReceiver, type Weather } from "./receiver-weather.ts";
import { loadSetAside, startMs } from "./receiver-world.ts";

export type DeliveryHistory = {
  readonly seed: number;
  readonly steps: number;
  /** What may come over the receiver as a whole. */
  readonly weathers: readonly Weather[];
  /** Whether there are events that it cannot bear. */
  readonly hasPoison: boolean;
  /** Whether the sender dies now and then. */
  readonly hasDeaths: boolean;
};

export const sinkName = "webhook:ems";

/** A sender, its receiver and everything that may come between them. */
export type Play = {
  readonly history: DeliveryHistory;
  readonly chance: Chance;
  readonly database: Database;
  readonly receiver: RandomReceiver;
  readonly judge: ReceiverJudge;
  readonly sink: WebhookSink;
  readonly poisonedEver: Set<number>;
  readonly asideEver: Set<number>;
  /** Was set aside when the end of its run became due, and was sent again by a person after that. */
  readonly excused: Set<number>;
  nowMs: number;
  /** Requests whose answer the sender did not live to keep, with their rows then: to come as they were. */
  readonly unanswered: Map<string, { readonly sequences: readonly number[]; readonly row: string }>;
};

/** Empties the database, and puts a sender and a random receiver on it. */
export function openPlay(database: Database, history: DeliveryHistory): Play {
  database.execute(
    "DELETE FROM event; DELETE FROM stream; DELETE FROM sink; DELETE FROM delivery;" +
      "DELETE FROM delivery_batch",
  );
  const chance = openChance(history.seed);
  const receiver = openRandomReceiver(chance);
  const mode = chance.hits(0.7) ? "batched" : "structured";
  const limits = {
    batchEventCountMax: 1 + chance.below(9),
    batchBytesMax: chance.pick([900, 2000, 100_000]),
  };
  const judge = openReceiverJudge({
    ...limits,
    mode,
    secrets: [],
    now: () => play.nowMs,
    setAside: () => new Set([...loadSetAside(database, sinkName), ...play.excused]),
  });
  const sink: WebhookSink = {
    kind: "webhook",
    name: sinkName,
    startAt: "now",
    ...limits,
    batchEventCountMax: mode === "batched" ? limits.batchEventCountMax : 1,
    wants: () => true,
    send: async ({ webhookId, events }) => {
      if (receiver.isAway()) return toAnswer("unreachable", null);
      const texts = events.map(({ event }) => event).join(",");
      const headers = {
        "webhook-id": webhookId,
        "user-agent": "meter-sync",
        "content-type": `application/cloudevents${mode === "batched" ? "-batch" : ""}+json; charset=utf-8`,
      };
      return receive(play, headers, mode === "batched" ? `[${texts}]` : texts);
    },
    close: () => undefined,
  };
  const play: Play = {
    history,
    chance,
    database,
    receiver,
    judge,
    sink,
    poisonedEver: new Set(),
    asideEver: new Set(),
    excused: new Set(),
    nowMs: startMs,
    unanswered: new Map(),
  };
  registerSinks(database, [sink], startMs);
  return play;
}

/** The receiver's side of a request, and what its sender makes of the answer. */
function receive(play: Play, headers: Record<string, string>, body: string): Answer {
  const { judge, receiver } = play;
  const request = judge.arrive(headers, body);
  const sequences = request.events.map(({ sequence }) => sequence);
  for (const [webhookId, before] of play.unanswered) {
    if (!before.sequences.some((sequence) => sequences.includes(sequence))) continue;
    expect(request.webhookId, `seed ${play.history.seed}: sent again as it was`).toBe(webhookId);
  }
  play.unanswered.set(request.webhookId, { sequences, row: loadBatchRow(play, request.webhookId) });
  const behaviour = receiver.behave(request);
  if (isActedUpon(behaviour)) judge.take(request);
  return toMeaning(behaviour);
}

/** As it is documented, written down once more. */
function toMeaning(behaviour: Behaviour): Answer {
  if (behaviour.kind !== "answer") return toAnswer("failed", null);
  const { status, headers = {} } = behaviour;
  const retryAfter = headers["retry-after"];
  const retryAfterMs = retryAfter === undefined ? null : Number(retryAfter) * 1000;
  if (status < 300) return toAnswer("taken", status);
  if (status === 410) return toAnswer("gone", status);
  if (status === 429 || (status === 503 && retryAfterMs !== null))
    return toAnswer("busy", status, retryAfterMs);
  const isOfContent = [400, 409, 413, 415, 422].includes(status);
  return toAnswer(isOfContent ? "refused" : "failed", status);
}

function toAnswer(kind: Answer["kind"], status: number | null, retryAfterMs: number | null = null): Answer {
  return { kind, status, answer: "an answer", message: kind === "taken" ? null : "a message", retryAfterMs };
}

/** A row that is no longer as it was shows that the answer was kept. */
export function forgetKept(play: Play): void {
  for (const [webhookId, { row }] of play.unanswered)
    if (loadBatchRow(play, webhookId) !== row) play.unanswered.delete(webhookId);
}

function loadBatchRow({ database }: Play, webhookId: string): string {
  return JSON.stringify(database.prepare("SELECT * FROM delivery_batch WHERE webhook_id = ?").all(webhookId));
}
