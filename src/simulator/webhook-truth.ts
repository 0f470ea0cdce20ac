import { createHash } from "node:crypto";
import type { Portfolio } from "./portfolio.ts";
import { changesOf, type MeterChange } from "./webhook-chain.ts";
import { type GroupIds, type Memberships, noteMember, toGroupPayloads } from "./webhook-groups.ts";
import { toMeterPayloads, type WebhookPayload, type WebhookType } from "./webhook-payloads.ts";

/** Something that truly happened, as its webhook tells it. */
export type WebhookTruth = {
  /** A function of the world's seed and of all the rest. */
  readonly eventId: string;
  readonly occurredAtMs: number;
  readonly type: WebhookType;
  /** The meter it is about, or the market group. */
  readonly subject: string;
  readonly payload: WebhookPayload;
};

/**
 * What there is to tell of the time after `fromMs`, up to `toMs`, in the order it happened. The calendar
 * alone brings no webhook: neither a month that rolls over, nor a frozen portfolio. A meter's first webhook
 * is that it was created, whatever else holds of it by then.
 */
export function webhooksBetween(
  portfolio: Portfolio,
  fromMs: number,
  toMs: number,
  groupIds: GroupIds = "full",
): readonly WebhookTruth[] {
  const memberships: Memberships = new Map();
  const instants = new Map<number, MeterChange[]>();
  const addedBefore = portfolio.meterCountAt(fromMs);
  for (let index = 0; index < portfolio.meterCountAt(toMs); index++) {
    for (const change of changesOf(portfolio, index, fromMs, toMs)) {
      const others = instants.get(change.atMs);
      if (others === undefined) instants.set(change.atMs, [change]);
      else others.push(change);
    }
  }
  if (instants.size === 0) return [];
  for (let index = 0; index < addedBefore; index++) noteMember(memberships, portfolio.stateOf(index, fromMs));
  const inOrder = [...instants].sort(([left], [right]) => left - right);
  return inOrder.flatMap(([atMs, changes]) => {
    const groups = toGroupPayloads(memberships, changes, groupIds);
    const payloads: readonly WebhookPayload[] = [...changes.flatMap(toMeterPayloads), ...groups];
    return payloads.map((payload) => toTruth(portfolio.world.seed, atMs, payload));
  });
}

function toTruth(seed: number, occurredAtMs: number, payload: WebhookPayload): WebhookTruth {
  return {
    eventId: toEventId(`${seed} ${occurredAtMs} ${JSON.stringify(payload)}`),
    occurredAtMs,
    type: payload.webhook_event_type,
    subject: "meter_id" in payload ? payload.meter_id : payload.market_group_id,
    payload,
  };
}

/** A version 4 UUID out of a text. */
export function toEventId(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = "89ab"[Number.parseInt(hex[16] ?? "0", 16) & 3];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
