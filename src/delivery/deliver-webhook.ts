import { setTimeout as sleep } from "node:timers/promises";
import { type Database, inTransaction } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { formatInstant } from "../time/index.ts";
import { planLaneWaitMs, planSinkWaitMs } from "./back-off.ts";
import { decideAttempt, failuresBeforePause, refusalsBeforePause, type Verdict } from "./decide-attempt.ts";
import type { DeliveryContext } from "./deliver.ts";
import type { Answer, WebhookSink } from "./delivery.ts";
import { type Batch, loadNextAttempt, loadOpenBatch, saveNextBatch } from "./lane-store.ts";
import {
  deadLetterCountMax,
  loadSinkState,
  type SinkState,
  saveAttempt,
  saveFirstSent,
  saveSetAside,
  saveSinkTrouble,
  saveSplit,
  settleBatch,
} from "./settle-store.ts";

/** So long does one pass wait for a receiver, all in all: a hiccup is over by then. */
const patienceMs = 10_000;

/**
 * Sends one webhook what is due, request by request. Returns `null` where nothing is left but dead letters
 * and what waits behind them; else why it stopped before. An aborted signal rejects with its reason.
 */
export async function deliverToWebhook(
  database: Database,
  sink: WebhookSink,
  context: DeliveryContext,
  onDelivered: (eventCount: number) => void,
): Promise<Failure | null> {
  let patienceLeftMs = patienceMs;
  for (;;) {
    context.signal.throwIfAborted();
    const state = loadSinkState(database, sink.name);
    const obstacle = toObstacle(sink.name, state);
    if (obstacle !== null) return obstacle;
    const waitMs = Math.max(0, (state.retryAtMs ?? 0) - context.clock.now());
    if (waitMs > patienceLeftMs) return toWaitFailure(sink.name, state.retryAtMs, state.error);
    if (waitMs > 0) await (context.wait ?? pause)(waitMs, context.signal);
    patienceLeftMs -= waitMs;
    const batch = loadNextBatch(database, sink, context.clock.now());
    if (batch === null) return loadPostponed(database, sink.name);
    if (sink.batchEventCountMax === 1 && batch.events.length > 1) {
      // Planned before its receiver was set to take single events.
      inTransaction(database, () => saveSplit(database, sink.name, batch));
      continue;
    }
    saveFirstSent(database, batch, context.clock.now());
    const { webhookId, events } = batch;
    const answer = await sink.send({ webhookId, events, sentAtMs: context.clock.now() }, context.signal);
    if (saveAnswer(database, sink, batch, answer, context) === "settle") onDelivered(events.length);
  }
}

/** A real wait. Rejects with the signal's reason once that is aborted. */
export async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}

/**
 * In the order of their sequences; what is taken apart comes after what never failed, so that it delays no
 * other, and what gave trouble alone after all others.
 */
function loadNextBatch(database: Database, sink: WebhookSink, nowMs: number): Batch | null {
  return (
    loadOpenBatch(database, sink.name, "whole", nowMs) ??
    saveNextBatch(database, sink, nowMs) ??
    loadOpenBatch(database, sink.name, "part", nowMs) ??
    loadOpenBatch(database, sink.name, "postponed", nowMs)
  );
}

function saveAnswer(
  database: Database,
  sink: WebhookSink,
  batch: Batch,
  answer: Answer,
  { clock, random }: DeliveryContext,
): Verdict["kind"] {
  const nowMs = clock.now();
  const state = loadSinkState(database, sink.name);
  const failureCount = state.failureCount + 1;
  const attemptCount = batch.attemptCount + 1;
  const verdict = decideAttempt(answer, {
    eventCount: batch.events.length,
    attemptCount,
    isPart: batch.partDepth > 0,
    isOtherTaken: (state.settledAtMs ?? 0) > (batch.firstSentAtMs ?? nowMs),
    failureCount,
  });
  if (verdict.kind === "settle") {
    settleBatch(database, sink.name, batch, nowMs);
    return verdict.kind;
  }
  inTransaction(database, () => {
    const isAtOnce = verdict.kind === "postpone" && verdict.isAtOnce;
    const laneWaitMs = isAtOnce ? 0 : planLaneWaitMs(attemptCount, random);
    if (verdict.kind === "split") saveSplit(database, sink.name, batch);
    else if (verdict.kind === "set_aside") saveSetAside(database, sink.name, batch, answer, nowMs);
    else saveAttempt(database, batch, answer, verdict.kind === "postpone" ? nowMs + laneWaitMs : null);
    // One event set aside says nothing about the receiver.
    if (verdict.kind === "set_aside") return;
    const sinkWaitMs = planSinkWaitMs(failureCount, answer.retryAfterMs, random);
    saveSinkTrouble(
      database,
      sink.name,
      {
        failureCount,
        retryAtMs: isSinkPaused(verdict, answer, failureCount) ? nowMs + sinkWaitMs : null,
        error: answer.message ?? "the receiver did not take it",
        isGone: verdict.kind === "disable",
      },
      nowMs,
    );
  });
  return verdict.kind;
}

function isSinkPaused(verdict: Verdict, answer: Answer, failureCount: number): boolean {
  if (verdict.kind === "postpone") return verdict.isPaused;
  if (verdict.kind === "pause") return true;
  const countMax = answer.kind === "refused" ? refusalsBeforePause : failuresBeforePause;
  return verdict.kind === "split" && failureCount >= countMax;
}

function toObstacle(name: string, { disabledAtMs, deadLetterCount }: SinkState): Failure | null {
  if (disabledAtMs !== null) {
    return new Failure(
      "environment",
      `${name} is disabled: its receiver said at ${formatInstant(disabledAtMs)} that it is gone for good ` +
        `(410); look at its URL, then \`meter-sync enable ${name}\``,
    );
  }
  if (deadLetterCount < deadLetterCountMax) return null;
  return new Failure(
    "environment",
    `${name} has ${deadLetterCount} dead letters and gets no more until some are re-sent or dropped: ` +
      "`meter-sync dead-letters` shows them",
  );
}

function toWaitFailure(name: string, retryAtMs: number | null, error: string | null): Failure {
  const until = retryAtMs === null ? "" : ` until ${formatInstant(retryAtMs)}`;
  return new Failure("environment", `${name} waits${until}: ${error ?? "its receiver took nothing"}`);
}

/** All that could be sent was, but for what gave trouble and is tried again later. */
function loadPostponed(database: Database, name: string): Failure | null {
  const next = loadNextAttempt(database, name);
  return next === null ? null : toWaitFailure(name, next.atMs, next.error);
}
