import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { CloudEvent, HTTP } from "cloudevents";
import { Webhook } from "standardwebhooks";

export type ReceivedEvent = {
  readonly sequence: number;
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly runId: string;
};

/** One request as a receiver of webhooks sees it, and what is wrong with it. */
export type ReceivedRequest = {
  readonly index: number;
  readonly webhookId: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly events: readonly ReceivedEvent[];
  readonly atMs: number;
  readonly problems: readonly string[];
};

/** What a receiver knows of its sender: the secrets they share, and how much one request may carry. */
export type Agreement = {
  /** Every one of them must fit: during a rotation there are two. Empty where nothing is signed. */
  readonly secrets: readonly string[];
  readonly mode: "batched" | "structured";
  readonly batchEventCountMax: number;
  readonly batchBytesMax: number;
};

/** Reads a request with libraries that its sender does not use, and judges it. */
export function inspectRequest(
  index: number,
  headers: IncomingHttpHeaders,
  body: string,
  agreement: Agreement,
  atMs: number,
): ReceivedRequest {
  const problems: string[] = [];
  const webhookId = String(headers["webhook-id"] ?? "");
  problems.push(...inspectSignatures(headers, body, agreement.secrets, atMs));
  const events = parseEvents(headers, body, problems);
  problems.push(...inspectShape(headers, body, agreement, events, webhookId));
  return { index, webhookId, headers, body, events, atMs, problems };
}

/** Each secret alone must do, as it would for a receiver that knows no other. */
function inspectSignatures(
  headers: IncomingHttpHeaders,
  body: string,
  secrets: readonly string[],
  atMs: number,
): string[] {
  const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return secrets.flatMap((secret, number) => {
    try {
      at(atMs, () => new Webhook(secret).verify(body, flat, { jsonParse: false }));
      return [];
    } catch (error) {
      return [`secret ${number + 1}: ${error instanceof Error ? error.message : error}`];
    }
  });
}

/** The library asks the system's clock how old a signature is; the test may live in another time. */
function at(nowMs: number, body: () => void): void {
  const systemNow = Date.now;
  Date.now = () => nowMs;
  try {
    body();
  } finally {
    Date.now = systemNow;
  }
}

function parseEvents(headers: IncomingHttpHeaders, body: string, problems: string[]): ReceivedEvent[] {
  try {
    const parsed = HTTP.toEvent<unknown>({ headers, body });
    return [parsed].flat().map((event) => {
      // The library is strict of its own accord with batches alone.
      new CloudEvent(event, true).validate();
      return {
        sequence: Number(event.sequence),
        id: event.id,
        type: event.type,
        key: String(event.partitionkey),
        runId: String(event.correlationid),
      };
    });
  } catch (error) {
    problems.push(`no CloudEvents: ${error instanceof Error ? error.message : error}`);
    return [];
  }
}

function inspectShape(
  headers: IncomingHttpHeaders,
  body: string,
  agreement: Agreement,
  events: readonly ReceivedEvent[],
  webhookId: string,
): string[] {
  const problems: string[] = [];
  const isBatched = agreement.mode === "batched";
  const contentType = `application/cloudevents${isBatched ? "-batch" : ""}+json; charset=utf-8`;
  if (headers["content-type"] !== contentType) problems.push(`content type ${headers["content-type"]}`);
  if (headers["user-agent"] !== "meter-sync") problems.push(`user agent ${headers["user-agent"]}`);
  if (events.length === 0) problems.push("no event");
  if (events.length > (isBatched ? agreement.batchEventCountMax : 1))
    problems.push(`${events.length} events`);
  const bytes = Buffer.byteLength(body);
  if (events.length > 1 && bytes > agreement.batchBytesMax) problems.push(`${bytes} bytes`);
  const expectedId = toWebhookId(events.map(({ id }) => id));
  if (webhookId !== expectedId) problems.push(`webhook-id ${webhookId}, not ${expectedId}`);
  if (events.length > 1 && events.some(({ type }) => type.startsWith("sync.")))
    problems.push("the event of a run's end in company");
  if (events.some(({ sequence }, index) => index > 0 && sequence <= events[index - 1]!.sequence))
    problems.push(`out of order: ${events.map(({ sequence }) => sequence)}`);
  return problems;
}

function toWebhookId(eventIds: readonly string[]): string {
  if (eventIds.length === 1) return eventIds[0]!;
  return `batch_${createHash("sha256")
    .update(eventIds.map((id) => `${id}\n`).join(""))
    .digest("hex")}`;
}
