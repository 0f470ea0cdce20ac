import { setTimeout as sleep } from "node:timers/promises";
import { type Database, inTransaction } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { formatInstant } from "../time/index.ts";
import { planLaneWaitMs, planSinkWaitMs } from "./back-off.ts";
import { decideAttempt, failuresBeforePause, refusalsBeforePause, type Verdict } from "./decide-attempt.ts";
import type { DeliveryContext } from "./deliver.ts";
import type { Answer, WebhookSink } from "./delivery.ts";
import { type Batch, loadLastTaken, loadNextAttempt, loadOpenBatch, saveNextBatch } from "./lane-store.ts";
import {
  deadLetterCountMax,
  loadSinkState,
  type SinkState,
  saveAttempt,
  saveFirstSent,
  saveSetAside,
  saveSinkTrouble,
  saveSplit,
  saveTaken,
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
  const pass: Pass = { ...context, mayBeFreed: true };
  for (;;) {
    context.signal.throwIfAborted();
    const state = loadSinkState(database, sink.name);
    const obstacle = toObstacle(sink.name, state);
    if (obstacle !== null) return obstacle;
    const waitMs = toWaitMs(state, context.clock.now());
    if (waitMs > patienceLeftMs) return toWaitFailure(sink.name, state.retryAtMs, state.error);
    if (waitMs > 0) await (context.wait ?? pause)(waitMs, context.signal);
    patienceLeftMs -= waitMs;
    const batch = loadNextBatch(database, sink, pass);
    if (batch === null) return loadPostponed(database, sink.name);
    if (sink.batchEventCountMax === 1 && batch.events.length > 1) {
      // Planned before its receiver was set to take single events.
      inTransaction(database, () => saveSplit(database, sink.name, batch));
      continue;
    }
    if (await deliverBatch(database, sink, batch, pass)) onDelivered(batch.events.length);
  }
}

/** What one pass knows beside the context: whether something may have waited for what was settled since. */
type Pass = DeliveryContext & { mayBeFreed: boolean };

/** Sends one request and keeps what came of it; true where it was taken. */
async function deliverBatch(
  database: Database,
  sink: WebhookSink,
  batch: Batch,
  context: Pass,
): Promise<boolean> {
  saveFirstSent(database, batch, context.clock.now());
  const send = ({ webhookId, events }: Pick<Batch, "webhookId" | "events">) =>
    sink.send({ webhookId, events, sentAtMs: context.clock.now() }, context.signal);
  const answer = await send(batch);
  const verdict = toVerdict(database, sink, batch, answer, context);
  if (verdict.kind !== "doubt") return saveVerdict(database, sink, batch, answer, verdict, context);
  // An event that was taken before is sent once more: repeats are harmless, and this one says whether the
  // receiver takes anything at all just now.
  const known = loadLastTaken(database, sink.name);
  const proof = known === null ? null : await send({ webhookId: known.id, events: [known] });
  if (proof?.kind !== "taken") {
    const isPaused = { kind: "postpone", isAtOnce: false, isPaused: true } as const;
    return saveVerdict(database, sink, batch, proof ?? answer, isPaused, context);
  }
  saveTaken(database, sink.name, context.clock.now());
  const again = await send(batch);
  if (again.kind === "refused" || again.kind === "failed") {
    inTransaction(database, () => saveSetAside(database, sink.name, batch, again, context.clock.now()));
    context.mayBeFreed = true;
    return false;
  }
  const last = toVerdict(database, sink, batch, again, context);
  return saveVerdict(database, sink, batch, again, last, context);
}

/** A clock that was put back since says nothing about how long the receiver has been left alone. */
function toWaitMs({ retryAtMs, errorAtMs }: SinkState, nowMs: number): number {
  const isPutBack = errorAtMs !== null && errorAtMs > nowMs;
  return isPutBack ? 0 : Math.max(0, (retryAtMs ?? 0) - nowMs);
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
function loadNextBatch(database: Database, sink: WebhookSink, pass: Pass): Batch | null {
  const nowMs = pass.clock.now();
  return (
    loadOpenBatch(database, sink.name, "whole", nowMs) ??
    saveNextBatch(database, sink, pass, nowMs) ??
    loadOpenBatch(database, sink.name, "part", nowMs) ??
    loadOpenBatch(database, sink.name, "postponed", nowMs)
  );
}

function toVerdict(
  database: Database,
  sink: WebhookSink,
  batch: Batch,
  answer: Answer,
  { clock }: DeliveryContext,
): Verdict {
  const nowMs = clock.now();
  const state = loadSinkState(database, sink.name);
  return decideAttempt(answer, {
    eventCount: batch.events.length,
    attemptCount: batch.attemptCount + 1,
    isPart: batch.partDepth > 0,
    isOtherTaken: isTakenSince(state, batch.firstSentAtMs ?? nowMs, nowMs),
    failureCount: state.failureCount + 1,
  });
}

function saveVerdict(
  database: Database,
  sink: WebhookSink,
  batch: Batch,
  answer: Answer,
  verdict: Verdict,
  pass: Pass,
): boolean {
  const { clock, random } = pass;
  const nowMs = clock.now();
  if (verdict.kind === "settle") {
    if (settleBatch(database, sink.name, batch, nowMs)) pass.mayBeFreed = true;
    return true;
  }
  inTransaction(database, () => {
    const failureCount = loadSinkState(database, sink.name).failureCount + 1;
    const isAtOnce = verdict.kind === "postpone" && verdict.isAtOnce;
    const laneWaitMs = isAtOnce ? 0 : planLaneWaitMs(batch.attemptCount + 1, random);
    if (verdict.kind === "split") saveSplit(database, sink.name, batch);
    else saveAttempt(database, batch, answer, verdict.kind === "postpone" ? nowMs + laneWaitMs : null);
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
  return false;
}

/** What was taken at an instant still to come was taken by a clock that has been put back since. */
function isTakenSince({ settledAtMs }: SinkState, sinceMs: number, nowMs: number): boolean {
  return settledAtMs !== null && settledAtMs > sinceMs && settledAtMs <= nowMs;
}

function isSinkPaused(verdict: Verdict, answer: Answer, failureCount: number): boolean {
  if (verdict.kind === "postpone") return verdict.isPaused;
  if (verdict.kind === "pause") return true;
  const countMax = answer.kind === "refused" ? refusalsBeforePause : failuresBeforePause;
  return verdict.kind === "split" && failureCount >= countMax;
}

/** What keeps a sink from getting anything, before anything is sent; `null` where nothing does. */
export function toObstacle(name: string, { disabledAtMs, deadLetterCount }: SinkState): Failure | null {
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
