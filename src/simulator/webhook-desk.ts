import { performance } from "node:perf_hooks";
import { Failure } from "../failure/index.ts";
import type { Desk } from "./answer.ts";
import type { Portfolio } from "./portfolio.ts";
import {
  checkWebhookFaults,
  type PlannedWebhook,
  planWebhooks,
  type WebhookFault,
} from "./webhook-capture.ts";
import type { GroupIds } from "./webhook-groups.ts";
import { createWebhookOffice } from "./webhook-office.ts";
import { webhookTypes } from "./webhook-payloads.ts";
import { openPost } from "./webhook-post.ts";
import { openSending, type SentWebhook } from "./webhook-sending.ts";
import { isReceiverUrl, receiverUrlProblem } from "./webhook-subscriptions.ts";
import { type WebhookTruth, webhooksBetween } from "./webhook-truth.ts";

/** What a caller may set about webhooks. */
export type WebhookOptions = {
  /** Receivers that are told everything from the start (none). */
  readonly receivers?: readonly string[];
  /**
   * Real time to a minute of the ladder of tries: 1 where the clock runs, else 0, tries following at once.
   */
  readonly timeScale?: number;
  /** How long a receiver may take to answer: 10 s in the scale above, at least 1 s. */
  readonly timeoutMs?: number;
  /** Whether a group's webhook lists all its meters (`full`), or those that came or went (`delta`). */
  readonly groupIds?: GroupIds;
};

export type WebhookDeskOptions = WebhookOptions & {
  readonly portfolio: Portfolio;
  readonly nowMs: () => number;
  readonly apiKey: string;
  readonly isClockRunning?: boolean;
};

/** Leap's webhooks: what it would tell, and what it told. */
export type WebhookBook = {
  /** The simulated clock was set: what happened since it was looked at last is told. */
  readonly noteClock: (nowMs: number) => void;
  /** What truly happened after `fromMs`, up to `toMs`, whoever was told of it. */
  readonly webhooksBetween: (fromMs: number, toMs: number) => readonly WebhookTruth[];
  /** Replaces the faults of what is told from now on. Fails with kind `usage` on such as make no sense. */
  readonly setFaults: (faults: readonly WebhookFault[]) => void;
  /**
   * Once nothing is under way or waits for its next try. What a fault holds back until the simulated clock
   * has come so far is not waited for.
   */
  readonly settled: () => Promise<void>;
  /** What was sent, oldest first: at most the last 5000. */
  readonly sent: readonly SentWebhook[];
};

const lookEveryMs = 500;

/** Answers what belongs to webhooks, and sends them. Fails with kind `usage` on options without sense. */
export function createWebhookDesk(options: WebhookDeskOptions): {
  readonly desk: Desk;
  readonly webhooks: WebhookBook;
  readonly close: () => void;
} {
  const { portfolio, apiKey, nowMs, groupIds = "full", isClockRunning = false } = options;
  const { timeScale, timeoutMs } = toPace(options);
  const { post, close: closePost } = openPost(timeoutMs);
  const office = createWebhookOffice({ seed: portfolio.world.seed, apiKey, post });
  for (const receiverUrl of options.receivers ?? []) {
    if (!isReceiverUrl(receiverUrl)) throw new Failure("usage", `${receiverUrlProblem}: ${receiverUrl}.`);
    office.subscribe({ receiverUrl, eventTypes: webhookTypes, headers: [] });
  }
  const sending = openSending({ post, timeScale, receiverOf: (id) => office.subscriptions.get(id) });
  const between = (fromMs: number, toMs: number): readonly WebhookTruth[] =>
    webhooksBetween(portfolio, fromMs, toMs, groupIds);
  let faults: readonly WebhookFault[] = [];
  let toldUntilMs = nowMs();
  let held: readonly PlannedWebhook[] = [];

  const tell = (toMs: number): void => {
    if (toMs > toldUntilMs && office.subscriptions.size > 0) {
      const { planned } = planWebhooks(between(toldUntilMs, toMs), faults);
      held = [...held, ...planned].sort((left, right) => left.dueMs - right.dueMs);
    }
    toldUntilMs = toMs;
    const due = held.filter(({ dueMs }) => dueMs <= toMs);
    held = held.filter(({ dueMs }) => dueMs > toMs);
    for (const { truth, isLost } of due)
      for (const [webhookId, { eventTypes }] of office.subscriptions)
        if (eventTypes.includes(truth.type)) sending.push(webhookId, truth, isLost);
  };
  const stopLooking = isClockRunning ? lookNowAndThen(() => tell(nowMs())) : () => {};
  return {
    desk: office.desk,
    webhooks: {
      noteClock: tell,
      webhooksBetween: between,
      setFaults: (next) => {
        checkWebhookFaults(next);
        faults = next;
      },
      settled: sending.settled,
      sent: sending.sent,
    },
    close: () => {
      stopLooking();
      sending.close();
      closePost();
    },
  };
}

function toPace(options: WebhookDeskOptions): { readonly timeScale: number; readonly timeoutMs: number } {
  const timeScale = options.timeScale ?? (options.isClockRunning ? 1 : 0);
  const timeoutMs = options.timeoutMs ?? Math.max(1_000, Math.round(10_000 * timeScale));
  if (!(timeScale >= 0 && timeScale <= 100))
    throw new Failure("usage", "The time scale of the simulated webhooks must be from 0 to 100.");
  if (!(Number.isInteger(timeoutMs) && timeoutMs > 0))
    throw new Failure("usage", "The time a simulated webhook's receiver has must be a whole number of ms.");
  return { timeScale, timeoutMs };
}

/** Looks as time goes by, but a large portfolio no more than a small part of the time. */
function lookNowAndThen(look: () => void): () => void {
  const lookAndGoOn = (): void => {
    const startMs = performance.now();
    look();
    const tookMs = performance.now() - startMs;
    timer = setTimeout(lookAndGoOn, Math.max(lookEveryMs, 20 * tookMs)).unref();
  };
  let timer = setTimeout(lookAndGoOn, lookEveryMs).unref();
  return () => clearTimeout(timer);
}
