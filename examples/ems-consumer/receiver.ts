/** Takes webhooks: is it signed, is it readable, is it committed? Only then is it answered with 2xx. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { Webhook } from "standardwebhooks";
import { applyEvents, type ChangeEvent } from "./apply-events.ts";
import { NotYetError, type Store } from "./store.ts";

/** meter-sync sends 8 MiB at most in one batch. */
const bodyBytesMax = 16 * 1024 * 1024;

export type ReceiverOptions = {
  readonly store: Store;
  readonly snapshotPath: string;
  /** Any of them will do: while secrets are changed there are two. */
  readonly secrets: readonly string[];
  readonly onTaken: () => void;
  readonly log: (facts: object) => void;
};

type Answer = { readonly status: number; readonly why?: string; readonly retryAfter?: string };

export function openReceiver(options: ReceiverOptions): Server {
  const webhooks = options.secrets.map((secret) => new Webhook(secret));
  return createServer(async (request, response) => {
    const answer = await answerRequest(request, webhooks, options).catch((error: unknown): Answer => {
      // meter-sync tries again with the same id and body: nothing of it was applied.
      return { status: 500, why: String(error) };
    });
    if (answer.why !== undefined) options.log({ message: answer.why, status: answer.status });
    response.writeHead(
      answer.status,
      answer.retryAfter === undefined ? {} : { "retry-after": answer.retryAfter },
    );
    // The sender may read it; it has no business with more of our errors than this.
    response.end(answer.status === 500 ? "an error of ours" : answer.why);
    if (answer.status < 300) options.onTaken();
  });
}

async function answerRequest(
  request: IncomingMessage,
  webhooks: readonly Webhook[],
  { store, snapshotPath }: ReceiverOptions,
): Promise<Answer> {
  if (request.method !== "POST" || request.url !== "/events") return { status: 404, why: "POST /events" };
  // The signature is over these very bytes: what JSON.parse and JSON.stringify make of them would not do.
  const body = await readBody(request);
  if (body === null) return { status: 413, why: `more than ${bodyBytesMax} bytes` };
  if (!webhooks.some((webhook) => isSigned(webhook, request, body)))
    return { status: 401, why: "not signed with a secret of ours, or more than five minutes old" };
  const events = parseEvents(request.headers["content-type"] ?? "", body);
  if (events === null) return { status: 400, why: "neither a CloudEvent nor a batch of CloudEvents" };
  try {
    applyEvents(store, snapshotPath, events);
  } catch (error) {
    if (!(error instanceof NotYetError)) throw error;
    return { status: 503, why: error.message, retryAfter: "30" };
  }
  return { status: 204 };
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // What is too long is read to its end and not kept, so that the sender can read our answer.
    if (bytes <= bodyBytesMax) chunks.push(chunk);
  }
  if (bytes > bodyBytesMax) return null;
  return Buffer.concat(chunks).toString("utf8");
}

function isSigned(webhook: Webhook, request: IncomingMessage, body: string): boolean {
  try {
    webhook.verify(body, request.headers as Record<string, string>, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

function parseEvents(contentType: string, body: string): readonly ChangeEvent[] | null {
  try {
    const mediaType = contentType.toLowerCase();
    const isBatch = mediaType.startsWith("application/cloudevents-batch+json");
    if (!isBatch && !mediaType.startsWith("application/cloudevents+json")) return null;
    const events = (isBatch ? JSON.parse(body) : [JSON.parse(body)]) as unknown;
    return Array.isArray(events) && events.every(isChangeEvent) ? events : null;
  } catch {
    return null;
  }
}

function isChangeEvent(value: unknown): value is ChangeEvent {
  const event = value as Partial<Record<keyof ChangeEvent | "specversion", unknown>> | null;
  return (
    event?.specversion === "1.0" &&
    [event.id, event.type, event.partitionkey].every((text) => typeof text === "string" && text !== "") &&
    typeof event.sequence === "string" &&
    /^\d{19}$/.test(event.sequence)
  );
}
