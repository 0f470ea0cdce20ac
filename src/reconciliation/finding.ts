import { formatInstant } from "../time/index.ts";
import { type Capture, type Change, clockSlackMs, decideLikeness, type Likeness } from "./comparison.ts";
import type { ChangeFinding, Judged, WebhookFinding } from "./judge.ts";

/** What is the matter with a webhook, beside what it was found to be. */
export type Flag = "doubled" | "late" | "out_of_order";

/** One row of the reconciliation: a change and its webhook, or one that has no other. */
export type Finding = {
  readonly about: "pair" | "change" | "webhook";
  readonly finding: ChangeFinding | WebhookFinding;
  readonly flags: readonly Flag[];
  readonly type: string;
  /** The meter or the market group. */
  readonly subject: string;
  /** Of our change event. */
  readonly sequence: number | null;
  readonly event_id: string | null;
  /** It was not so yet at the first, and was told at the second. */
  readonly changed_after: string | null;
  readonly told_at: string | null;
  readonly webhook_event_id: string | null;
  readonly received_at: string | null;
  /** How often the webhook was captured. */
  readonly copies: number | null;
  /** By how much the webhook was before us. */
  readonly lead_seconds: number | null;
  /** Leap's webhook has no time of its own: it came so long after the change at least, and at most. */
  readonly late_by_at_least_seconds: number | null;
  readonly late_by_at_most_seconds: number | null;
  /** Of a group's webhook. */
  readonly meter_ids_look_like: Likeness | null;
};

/** In this order in every format. */
export const findingColumns = [
  "about",
  "finding",
  "flags",
  "type",
  "subject",
  "sequence",
  "event_id",
  "changed_after",
  "told_at",
  "webhook_event_id",
  "received_at",
  "copies",
  "lead_seconds",
  "late_by_at_least_seconds",
  "late_by_at_most_seconds",
  "meter_ids_look_like",
] as const satisfies readonly (keyof Finding)[];

/** Whether a person should look at it. */
export function isToLookAt({ finding, flags }: Finding): boolean {
  return flags.length > 0 || finding === "unknown_meter" || isUnexplained(finding);
}

/** A change that Leap did not tell, or a webhook of a change that is none. */
export function isUnexplained(finding: Finding["finding"]): boolean {
  return finding === "no_webhook" || finding === "no_change";
}

/** The rows of one meter or group and one type. */
export function* toFindings(subject: string, judged: Judged): Generator<Finding> {
  for (const { change, finding, capture } of judged.changes) {
    yield {
      ...nothing,
      about: capture === null ? "change" : "pair",
      finding,
      type: change.type,
      subject,
      ...toChangeFacts(change),
      ...(capture === null ? {} : toPairFacts(change, capture, judged)),
    };
  }
  for (const { capture, finding } of judged.webhooks) {
    const { type } = capture;
    yield { ...nothing, about: "webhook", finding, type, subject, ...toCaptureFacts(capture, judged) };
  }
}

const nothing = {
  flags: [],
  sequence: null,
  event_id: null,
  changed_after: null,
  told_at: null,
  webhook_event_id: null,
  received_at: null,
  copies: null,
  lead_seconds: null,
  late_by_at_least_seconds: null,
  late_by_at_most_seconds: null,
  meter_ids_look_like: null,
} as const;

function toChangeFacts({ sequence, eventId, earliestMs, toldAtMs }: Change) {
  return {
    sequence,
    event_id: eventId,
    changed_after: earliestMs === null ? null : formatInstant(earliestMs),
    told_at: formatInstant(toldAtMs),
  };
}

function toCaptureFacts(capture: Capture, { outOfOrder }: Pick<Judged, "outOfOrder">) {
  const { webhookEventId, receivedAtMs, copyCount } = capture;
  const flags: Flag[] = [];
  if (copyCount > 1) flags.push("doubled");
  if (outOfOrder.has(capture)) flags.push("out_of_order");
  return {
    flags,
    webhook_event_id: webhookEventId,
    received_at: receivedAtMs === null ? null : formatInstant(receivedAtMs),
    copies: copyCount,
  };
}

function toPairFacts(change: Change, capture: Capture, judged: Judged) {
  const facts = toCaptureFacts(capture, judged);
  const isGroup = change.type === "meter.enrollment.group.updated";
  const likeness = isGroup ? decideLikeness(change, capture) : null;
  const { receivedAtMs } = capture;
  if (receivedAtMs === null) return { ...facts, meter_ids_look_like: likeness };
  const lateness = toLateness(change, receivedAtMs);
  const flags: readonly Flag[] = receivedAtMs > change.toldAtMs ? [...facts.flags, "late"] : facts.flags;
  return { ...facts, flags, ...lateness, meter_ids_look_like: likeness };
}

/**
 * A change became so between two readings, at the latest when it was told. What was set before it began
 * became so nobody knows when.
 */
function toLateness({ toldAtMs, earliestMs, expectation }: Change, receivedAtMs: number) {
  const isBounded =
    earliestMs !== null && expectation !== "time" && receivedAtMs >= earliestMs - clockSlackMs;
  const atMostMs = isBounded ? receivedAtMs - earliestMs : null;
  return {
    lead_seconds: toSeconds(toldAtMs - receivedAtMs),
    late_by_at_least_seconds: toSeconds(Math.max(0, receivedAtMs - toldAtMs)),
    late_by_at_most_seconds: atMostMs === null ? null : toSeconds(Math.max(0, atMostMs)),
  };
}

function toSeconds(durationMs: number): number {
  return Math.round(durationMs) / 1000;
}
