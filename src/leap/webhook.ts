import { parseInstant } from "../time/index.ts";
import { isObject } from "./fields.ts";
import { readWebhookFact } from "./webhook-fact.ts";

/** One webhook of Leap's as someone's receiver kept it, in our words. */
export type LeapWebhook = {
  /** In lower case; Leap sends the same again under the same id. */
  readonly webhookEventId: string;
  /** `webhook_event_type` as Leap spells it, also one never heard of. */
  readonly type: string;
  /** The meter or the market group, in lower case; empty for what is about neither. */
  readonly subject: string;
  /** What it says, as JSON text: the same for two that say the same. Never a reference or a description. */
  readonly fact: string;
  /** When the receiver got it, epoch milliseconds; `null` where the capture does not say. */
  readonly receivedAtMs: number | null;
};

export type ParsedWebhooks = {
  readonly webhooks: readonly LeapWebhook[];
  /** What could not be read, one line each with its number; the others are given all the same. */
  readonly problems: readonly string[];
};

/** Webhooks that one text may hold. */
export const webhookCountMax = 1_000_000;

const problemCountMax = 50;
const idLengthMax = 200;
const typeLengthMax = 200;

/**
 * Captured webhooks: one a line, or a JSON list. Each is the envelope as Leap sent it, alone, beside a
 * `received_at`, or as `body` beside one. Headers and whatever else a receiver keeps are passed over: they
 * hold credentials (I9). An empty text has none, and that is no problem.
 */
export function parseWebhookText(text: string): ParsedWebhooks {
  const body = text.replace(/^\uFEFF/, "").trim();
  if (body === "") return { webhooks: [], problems: [] };
  return body.startsWith("[") ? parseList(body) : parseLines(text.replace(/^\uFEFF/, ""));
}

function parseList(body: string): ParsedWebhooks {
  const list = parseJson(body);
  if (!Array.isArray(list)) return { webhooks: [], problems: ["it begins like a JSON list, and is none"] };
  if (list.length > webhookCountMax) return tooMany();
  const notes = openCollection();
  for (const [index, value] of list.entries()) notes.add(`webhook ${index + 1}`, readCapture(value));
  return notes.close();
}

function parseLines(text: string): ParsedWebhooks {
  const notes = openCollection();
  let count = 0;
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf("\n", start);
    const content = text.slice(start, end === -1 ? text.length : end).trim();
    start = end === -1 ? text.length : end + 1;
    line += 1;
    if (content === "") continue;
    count += 1;
    if (count > webhookCountMax) return tooMany();
    const value = parseJson(content);
    notes.add(`line ${line}`, value === undefined ? "it is not JSON" : readCapture(value));
  }
  return notes.close();
}

function tooMany(): ParsedWebhooks {
  return { webhooks: [], problems: [`there are more than ${webhookCountMax} webhooks: split the file`] };
}

function openCollection() {
  const webhooks: LeapWebhook[] = [];
  const problems: string[] = [];
  let problemCount = 0;
  return {
    add: (place: string, read: LeapWebhook | string): void => {
      if (typeof read !== "string") webhooks.push(read);
      else {
        problemCount += 1;
        if (problemCount <= problemCountMax) problems.push(`${place}: ${read}`);
      }
    },
    close: (): ParsedWebhooks => {
      const more = problemCount - problems.length;
      return { webhooks, problems: more === 0 ? problems : [...problems, `and ${more} more like these`] };
    },
  };
}

/** One capture, or what is wrong with it. */
function readCapture(value: unknown): LeapWebhook | string {
  if (!isObject(value)) return "it is not an object";
  const receivedAtMs = readReceivedAt(value.received_at);
  if (receivedAtMs === undefined) return "its received_at is no instant such as 2026-11-01T06:17:00Z";
  const envelope = toEnvelope(value);
  if (!isObject(envelope)) return "its body is not a webhook of Leap's";
  const { webhook_event_id: id, payload } = envelope;
  if (typeof id !== "string" || id.trim() === "") return "it has no webhook_event_id";
  if (id.length > idLengthMax) return "its webhook_event_id is longer than any of Leap's";
  if (!isObject(payload)) return "it has no payload";
  const type = payload.webhook_event_type;
  if (typeof type !== "string" || type.trim() === "") return "its payload has no webhook_event_type";
  if (type.length > typeLengthMax) return "its webhook_event_type is longer than any of Leap's";
  const { subject, fact } = readWebhookFact(type.trim(), payload);
  const webhookEventId = id.trim().toLowerCase();
  return { webhookEventId, type: type.trim(), subject, fact: JSON.stringify(fact), receivedAtMs };
}

/** A receiver may keep the body as it came, as text. */
function toEnvelope(capture: Readonly<Record<string, unknown>>): unknown {
  const { body } = capture;
  if (body === undefined || "payload" in capture) return capture;
  return typeof body === "string" ? parseJson(body) : body;
}

/** Instants, as text or in epoch milliseconds; `null` where there is none, undefined where it is odd. */
function readReceivedAt(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return parseInstant(value.trim());
  const isPlausible = typeof value === "number" && value >= earliestMs && value <= latestMs;
  return isPlausible ? Math.floor(value) : undefined;
}

// Epoch seconds would pass for an instant of 1970.
const earliestMs = Date.UTC(2017, 0, 1);
const latestMs = Date.UTC(2999, 0, 1);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
