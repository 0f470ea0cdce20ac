import { triesAfterMinutes } from "./webhook-capture.ts";
import type { WebhookType } from "./webhook-payloads.ts";
import type { Post, PostedHeader } from "./webhook-post.ts";
import type { WebhookTruth } from "./webhook-truth.ts";

export type WebhookAttempt = {
  /** How long after the first one it stands on the ladder. */
  readonly afterMinutes: number;
  /** `null` where no answer came. */
  readonly status: number | null;
  /** Why none came. */
  readonly error: string | null;
};

/** One webhook on its way to one receiver. */
export type SentWebhook = {
  readonly webhookId: string;
  readonly eventId: string;
  readonly type: WebhookType;
  readonly subject: string;
  readonly occurredAtMs: number;
  readonly attempts: readonly WebhookAttempt[];
  /** `dropped` after the tenth try; `unsubscribed` where nobody wants it any more. */
  readonly outcome: "under way" | "delivered" | "dropped" | "unsubscribed";
};

export type SendingOptions = {
  readonly post: Post;
  /** Real time to the minutes of the ladder; 0: tries follow at once. */
  readonly timeScale: number;
  /** Where a webhook goes by now; undefined where it was deleted. */
  readonly receiverOf: (
    webhookId: string,
  ) => { readonly receiverUrl: string; readonly headers: readonly PostedHeader[] } | undefined;
};

export type Sending = {
  /** @param isLost it is tried in vain, without calling anyone */
  readonly push: (webhookId: string, truth: WebhookTruth, isLost: boolean) => void;
  readonly settled: () => Promise<void>;
  readonly sent: readonly SentWebhook[];
  readonly close: () => void;
};

type Record = { -readonly [Key in keyof SentWebhook]: SentWebhook[Key] } & { attempts: WebhookAttempt[] };
type Delivery = { readonly record: Record; readonly truth: WebhookTruth; readonly lane: Lane };
type Lane = { readonly queue: Delivery[]; isBusy: boolean };

/** All there is to know of what is on its way. */
type Traffic = {
  readonly options: SendingOptions;
  /** Each webhook has lanes of its own: a receiver that hangs holds up no other. */
  readonly lanesOf: Map<string, readonly Lane[]>;
  readonly timers: Set<NodeJS.Timeout>;
  readonly waiters: (() => void)[];
  openCount: number;
  isClosed: boolean;
};

const laneCount = 4;
const sentLengthMax = 5_000;

/**
 * Sends webhooks: what is about one subject goes one after the other, and as many subjects at once as there
 * are lanes. What was not taken makes room, and comes again at its place on the ladder.
 */
export function openSending(options: SendingOptions): Sending {
  const sent: Record[] = [];
  const traffic: Traffic = {
    options,
    lanesOf: new Map(),
    timers: new Set(),
    waiters: [],
    openCount: 0,
    isClosed: false,
  };
  return {
    push: (webhookId, truth, isLost) => {
      if (traffic.isClosed) return;
      const record = toRecord(webhookId, truth, isLost);
      sent.push(record);
      if (sent.length > sentLengthMax) sent.shift();
      if (isLost) return;
      traffic.openCount += 1;
      enqueue(traffic, { record, truth, lane: laneOf(traffic, webhookId, truth.subject) });
    },
    settled: () => {
      if (traffic.openCount === 0 || traffic.isClosed) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      traffic.waiters.push(resolve);
      return promise;
    },
    sent,
    close: () => {
      traffic.isClosed = true;
      for (const timer of traffic.timers) clearTimeout(timer);
      for (const resolve of traffic.waiters.splice(0)) resolve();
    },
  };
}

function laneOf({ lanesOf }: Traffic, webhookId: string, subject: string): Lane {
  const lanes = lanesOf.get(webhookId) ?? Array.from({ length: laneCount }, toLane);
  lanesOf.set(webhookId, lanes);
  return lanes[Number.parseInt(subject.slice(0, 8), 16) % laneCount] ?? toLane();
}

function toLane(): Lane {
  return { queue: [], isBusy: false };
}

function enqueue(traffic: Traffic, delivery: Delivery): void {
  delivery.lane.queue.push(delivery);
  if (!delivery.lane.isBusy) void drain(traffic, delivery.lane);
}

async function drain(traffic: Traffic, lane: Lane): Promise<void> {
  lane.isBusy = true;
  for (let next = lane.queue.shift(); next !== undefined; next = lane.queue.shift()) {
    if (traffic.isClosed) break;
    await attempt(traffic, next);
  }
  lane.isBusy = false;
}

async function attempt(traffic: Traffic, delivery: Delivery): Promise<void> {
  const { record, truth } = delivery;
  const receiver = traffic.options.receiverOf(record.webhookId);
  if (receiver === undefined) return settle(traffic, delivery, "unsubscribed");
  const body = { webhook_event_id: truth.eventId, payload: truth.payload };
  const { status, error } = await traffic.options.post(receiver.receiverUrl, receiver.headers, body);
  if (traffic.isClosed) return;
  record.attempts.push({ afterMinutes: minutesOf(record.attempts.length), status, error });
  if (status !== null && status >= 200 && status < 300) settle(traffic, delivery, "delivered");
  else if (record.attempts.length === triesAfterMinutes.length) settle(traffic, delivery, "dropped");
  else comeAgain(traffic, delivery);
}

function settle(traffic: Traffic, { record }: Delivery, outcome: SentWebhook["outcome"]): void {
  record.outcome = outcome;
  traffic.openCount -= 1;
  if (traffic.openCount === 0) for (const resolve of traffic.waiters.splice(0)) resolve();
}

function comeAgain(traffic: Traffic, delivery: Delivery): void {
  const tried = delivery.record.attempts.length;
  const waitMs = (minutesOf(tried) - minutesOf(tried - 1)) * 60_000 * traffic.options.timeScale;
  if (waitMs === 0) {
    enqueue(traffic, delivery);
    return;
  }
  const again = (): void => {
    traffic.timers.delete(timer);
    enqueue(traffic, delivery);
  };
  const timer = setTimeout(again, waitMs);
  traffic.timers.add(timer);
}

function minutesOf(position: number): number {
  return triesAfterMinutes[position] ?? 0;
}

function toRecord(webhookId: string, truth: WebhookTruth, isLost: boolean): Record {
  const { eventId, type, subject, occurredAtMs } = truth;
  const attempts = isLost
    ? triesAfterMinutes.map((afterMinutes) => ({ afterMinutes, status: null, error: "lost on its way" }))
    : [];
  const outcome = isLost ? "dropped" : "under way";
  return { webhookId, eventId, type, subject, occurredAtMs, attempts, outcome };
}
