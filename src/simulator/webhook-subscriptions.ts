import { validateHeaderName, validateHeaderValue } from "node:http";
import { type WebhookType, webhookTypes } from "./webhook-payloads.ts";
import type { PostedHeader } from "./webhook-post.ts";

/** Who wants to be told what, as Leap keeps it. */
export type Subscription = {
  readonly receiverUrl: string;
  readonly eventTypes: readonly WebhookType[];
  readonly headers: readonly PostedHeader[];
};

export type ParsedSubscription =
  | { readonly subscription: Subscription }
  /** What is wrong with it, for the answer. */
  | { readonly problem: string };

/** What Leap calls: these and no others. */
const portsAllowed: ReadonlySet<string> = new Set(["", "443", "8443", "8843"]);

/** The request body that creates a webhook or takes the place of one. */
export function parseSubscription(body: unknown): ParsedSubscription {
  if (!isObject(body)) return { problem: "The request body is not an object" };
  const { receiver_url: receiverUrl, event_types: eventTypes, headers = [] } = body;
  if (typeof receiverUrl !== "string" || !isReceiverUrl(receiverUrl)) return { problem: receiverUrlProblem };
  if (!Array.isArray(eventTypes) || !eventTypes.every(isWebhookType))
    return { problem: `event_types must be a list of ${webhookTypes.join(", ")}` };
  if (new Set(eventTypes).size < eventTypes.length) return { problem: "event_types must be unique" };
  if (!Array.isArray(headers) || !headers.every(isHeader))
    return { problem: "headers must be a list of names and values that can be sent" };
  return {
    subscription: {
      receiverUrl,
      eventTypes,
      headers: headers.map(({ name, value }) => ({ name, value })),
    },
  };
}

export const receiverUrlProblem =
  "receiver_url must be an https URL on port 443, 8443 or 8843, or an address of this machine";

/** As Leap has it; and, since it is simulated on one machine, anything on that one. */
export function isReceiverUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "") return false;
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "http:") return isHere;
  return url.protocol === "https:" && (isHere || portsAllowed.has(url.port));
}

export function isWebhookType(value: unknown): value is WebhookType {
  return typeof value === "string" && (webhookTypes as readonly string[]).includes(value);
}

function isHeader(value: unknown): value is PostedHeader {
  if (!isObject(value) || typeof value.name !== "string" || typeof value.value !== "string") return false;
  try {
    validateHeaderName(value.name);
    validateHeaderValue(value.name, value.value);
    return true;
  } catch {
    return false;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
