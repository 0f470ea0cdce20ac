import { Failure } from "../failure/index.ts";
import { hashOf, toFraction } from "./hash.ts";
import type { WebhookPayload } from "./webhook-payloads.ts";
import type { WebhookTruth } from "./webhook-truth.ts";

/** What goes wrong with a webhook between Leap and its receiver. */
export type WebhookFault = {
  /**
   * `drop`: it never arrives, and is given up after the last try. `double`: it comes again later, with the
   * same id. `late`: it comes `lateMs` late. `reorder`: it comes after the next one of the same subject,
   * where that one is no more than eight hours away.
   */
  readonly kind: WebhookFaultKind;
  /** The part of the webhooks that it hits (1). */
  readonly rate?: number;
  /** Which ones (1). */
  readonly seed?: number;
  /** For `late` alone: simulated time (6 hours). */
  readonly lateMs?: number;
};

export type WebhookFaultKind = "drop" | "double" | "late" | "reorder";

/** One webhook as it is to arrive, or is lost. */
export type PlannedWebhook = {
  readonly truth: WebhookTruth;
  /** Simulated time. */
  readonly dueMs: number;
  readonly isLost: boolean;
  /** Whether this is the second copy. */
  readonly isAgain: boolean;
};

/** One webhook as a receiver keeps it. */
export type CapturedWebhook = {
  /** Simulated time. */
  readonly receivedAtMs: number;
  readonly body: { readonly webhook_event_id: string; readonly payload: WebhookPayload };
};

/** The webhooks that each kind of fault hit, in the order they happened. */
export type FaultedWebhooks = Readonly<Record<WebhookFaultKind, readonly WebhookTruth[]>>;

export type Capture = {
  /** In the order they arrived. */
  readonly webhooks: readonly CapturedWebhook[];
  readonly named: FaultedWebhooks;
};

/**
 * How long after the first one each of the ten tries is made. Leap waits 1, 2, 4, 8, 16 and 29 minutes, then
 * 1, 2 and 4 hours: eight hours in all.
 */
export const triesAfterMinutes: readonly number[] = [0, 1, 3, 7, 15, 31, 60, 120, 240, 480];

const kinds: readonly WebhookFaultKind[] = ["drop", "double", "late", "reorder"];
const lateMsByDefault = 6 * 3_600_000;
const neighbourMsMax = 8 * 3_600_000;

/**
 * What a receiver that takes everything at once would have kept of all this, had these faults been in
 * force; and what they hit. Fails with kind `usage` on faults that make no sense.
 */
export function capture(truths: readonly WebhookTruth[], faults: readonly WebhookFault[] = []): Capture {
  const { planned, named } = planWebhooks(truths, faults);
  const arriving = planned.filter(({ isLost }) => !isLost);
  return { webhooks: arriving.map(({ truth, dueMs }) => toCaptured(truth, dueMs)), named };
}

/** When each webhook is due, in that order. A webhook is lost, late or overtaken, in this order. */
export function planWebhooks(
  truths: readonly WebhookTruth[],
  faults: readonly WebhookFault[],
): { readonly planned: readonly PlannedWebhook[]; readonly named: FaultedWebhooks } {
  checkWebhookFaults(faults);
  const named = { drop: [], double: [], late: [], reorder: [] } as Record<WebhookFaultKind, WebhookTruth[]>;
  const hit = (kind: WebhookFaultKind, truth: WebhookTruth): WebhookFault | undefined =>
    faults.find((fault) => fault.kind === kind && isHit(fault, truth));
  const nextOf = toOvertaking(truths, hit);
  const planned = truths.flatMap((truth): readonly PlannedWebhook[] => {
    const once = { truth, dueMs: truth.occurredAtMs, isLost: false, isAgain: false };
    if (hit("drop", truth) !== undefined) {
      named.drop.push(truth);
      return [{ ...once, isLost: true }];
    }
    const late = hit("late", truth);
    const next = nextOf.get(truth);
    if (late !== undefined) named.late.push(truth);
    if (next !== undefined) named.reorder.push(truth);
    const heldMs = late === undefined ? 0 : (late.lateMs ?? lateMsByDefault);
    const first = { ...once, dueMs: next === undefined ? once.dueMs + heldMs : next.occurredAtMs + 1_000 };
    if (hit("double", truth) === undefined) return [first];
    named.double.push(truth);
    return [first, { ...first, dueMs: first.dueMs + toAgainMs(truth), isAgain: true }];
  });
  return { planned: planned.sort((left, right) => left.dueMs - right.dueMs), named };
}

/** Fails with kind `usage`. */
export function checkWebhookFaults(faults: readonly WebhookFault[]): void {
  const refuse = (problem: string): never => {
    throw new Failure("usage", `A fault of the simulated webhooks makes no sense: ${problem}.`);
  };
  for (const { kind, rate = 1, seed = 1, lateMs } of faults) {
    if (!kinds.includes(kind)) refuse(`kind is ${JSON.stringify(kind)}, not one of ${kinds.join(", ")}`);
    if (!(rate >= 0 && rate <= 1)) refuse(`rate of ${kind} must be from 0 to 1`);
    if (!Number.isSafeInteger(seed)) refuse(`seed of ${kind} must be a whole number`);
    if (lateMs === undefined) continue;
    if (kind !== "late") refuse(`lateMs belongs to late, not to ${kind}`);
    if (!(Number.isSafeInteger(lateMs) && lateMs >= 0)) refuse("lateMs must be a whole number, 0 or more");
  }
}

export function toCaptured({ eventId, payload }: WebhookTruth, receivedAtMs: number): CapturedWebhook {
  return { receivedAtMs, body: { webhook_event_id: eventId, payload } };
}

function isHit({ kind, rate = 1, seed = 1 }: WebhookFault, { eventId }: WebhookTruth): boolean {
  return toFraction(hashOf(seed, headOf(eventId), kinds.indexOf(kind))) < rate;
}

/**
 * Which webhooks are overtaken, and by which: the next one of the same subject, where it is near and comes on
 * time itself.
 */
function toOvertaking(
  truths: readonly WebhookTruth[],
  hit: (kind: WebhookFaultKind, truth: WebhookTruth) => WebhookFault | undefined,
): ReadonlyMap<WebhookTruth, WebhookTruth> {
  const following = new Map<string, WebhookTruth>();
  const nextOf = new Map<WebhookTruth, WebhookTruth>();
  for (const truth of truths.toReversed()) {
    if (hit("drop", truth) !== undefined) continue;
    const isLate = hit("late", truth) !== undefined;
    const next = following.get(truth.subject);
    const isNear = next !== undefined && next.occurredAtMs - truth.occurredAtMs <= neighbourMsMax;
    if (isNear && !isLate && hit("reorder", truth) !== undefined) nextOf.set(truth, next);
    if (isLate || nextOf.has(truth)) following.delete(truth.subject);
    else following.set(truth.subject, truth);
  }
  return nextOf;
}

/** A second copy comes as if the first answer had been lost: with one of the later tries. */
function toAgainMs({ eventId }: WebhookTruth): number {
  const position = 1 + (headOf(eventId) % (triesAfterMinutes.length - 1));
  return (triesAfterMinutes[position] ?? 1) * 60_000;
}

function headOf(eventId: string): number {
  return Number.parseInt(eventId.slice(0, 8), 16);
}
