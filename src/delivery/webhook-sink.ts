import http from "node:http";
import https from "node:https";
import got, { RequestError, TimeoutError } from "got";
import type { WebhookConfig } from "../config/index.ts";
import { parseRetryAfter } from "../time/index.ts";
import type { Answer, WebhookRequest, WebhookSink } from "./delivery.ts";
import { toSignatures } from "./sign.ts";
import { toAnswer, toFaultAnswer } from "./to-answer.ts";
import { isWanted } from "./wants.ts";

/** No more of an answer is read: what it says is in its status. */
const answerBytesMax = 64 * 1024;

/**
 * Change events over HTTP: CloudEvents, one a request or several, signed by Standard Webhooks. Each request
 * is sent once; whether it is sent again is decided elsewhere. Redirects are not followed: they would take
 * our headers along.
 */
export function openWebhookSink(config: WebhookConfig, { now }: { readonly now: () => number }): WebhookSink {
  const agents = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
  return {
    kind: "webhook",
    name: config.name,
    startAt: config.startAt,
    batchEventCountMax: config.mode === "batched" ? config.batchEventCountMax : 1,
    batchBytesMax: config.batchBytesMax,
    wants: (event) => isWanted(config, event),
    send: async (request, signal) => {
      const answer = await sendOnce(config, agents, request, signal, now);
      // A receiver may drop a connection that was kept just as it is used again.
      return answer ?? (await sendOnce(config, agents, request, signal, now)) ?? toResetAnswer(config);
    },
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function toResetAnswer(config: WebhookConfig): Answer {
  return toFaultAnswer(config, "ECONNRESET", false);
}

/** `null` where a kept connection was gone before any answer came over it. */
async function sendOnce(
  config: WebhookConfig,
  agents: { readonly http: http.Agent; readonly https: https.Agent },
  request: WebhookRequest,
  signal: AbortSignal,
  now: () => number,
): Promise<Answer | null> {
  signal.throwIfAborted();
  const stream = openStream(config, agents, request);
  const abort = (): void => void stream.destroy();
  signal.addEventListener("abort", abort, { once: true });
  try {
    const body = await readStart(stream);
    const response = stream.response;
    signal.throwIfAborted();
    if (response === undefined) return toFaultAnswer(config, "ERR_NO_RESPONSE", false);
    const { "retry-after": retryAfter = null } = response.headers;
    const retryAfterMs = parseRetryAfter(retryAfter, now());
    const shown = hideSecrets(config, body);
    return toAnswer(config, { status: response.statusCode, body: shown, retryAfterMs });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error) || !("code" in error) || error instanceof TypeError) throw error;
    const isDropped = error.code === "ECONNRESET" || error.code === "EPIPE";
    if (isDropped && stream.reusedSocket === true && stream.response === undefined) return null;
    return toFaultAnswer(config, String(error.code), isBeforeSending(error));
  } finally {
    signal.removeEventListener("abort", abort);
    stream.destroy();
  }
}

function openStream(
  config: WebhookConfig,
  agents: { readonly http: http.Agent; readonly https: https.Agent },
  { webhookId, events, sentAtMs }: WebhookRequest,
) {
  const isBatch = config.mode === "batched";
  const texts = events.map(({ event }) => event);
  const body = isBatch ? `[${texts.join(",")}]` : texts.join("");
  const timestampSeconds = Math.floor(sentAtMs / 1000);
  const stream = got.stream(config.url, {
    method: "POST",
    headers: {
      ...config.headers,
      accept: "application/json, */*",
      "user-agent": "meter-sync",
      "content-type": `application/cloudevents${isBatch ? "-batch" : ""}+json; charset=utf-8`,
      "webhook-id": webhookId,
      "webhook-timestamp": String(timestampSeconds),
      ...(config.signingKeys.length === 0
        ? {}
        : { "webhook-signature": toSignatures(config.signingKeys, webhookId, timestampSeconds, body) }),
    },
    body,
    agent: agents,
    // `request` covers the answer to its last byte: a slow drip ends, too.
    timeout: { request: config.timeoutMs, connect: config.timeoutMs, secureConnect: config.timeoutMs },
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
    decompress: true,
  });
  // Errors are met where the stream is read; one that comes after we stopped reading is of no interest.
  stream.on("error", () => {});
  return stream;
}

/** A receiver may say again what we sent: what is kept of its answer holds no secret of ours (I9). */
function hideSecrets({ headers, signingKeys }: WebhookConfig, text: string): string {
  const words = Object.values(headers).flatMap((value) => [value, value.replace(/^Bearer /i, "")]);
  return [...words, ...signingKeys]
    .filter((secret) => secret.length >= 4)
    .reduce((shown, secret) => shown.replaceAll(secret, "…"), text);
}

/** The start of the body, read to its end where it is not too long. */
async function readStart(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let byteCount = 0;
  for await (const chunk of stream) {
    byteCount += chunk.byteLength;
    chunks.push(chunk);
    if (byteCount >= answerBytesMax) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

const connectCodes = /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN)$/;
const connectEvents: readonly string[] = ["lookup", "connect", "secureConnect", "socket"];

/** Whether nothing of the request can have reached the receiver. */
function isBeforeSending(error: Error & { readonly code: unknown }): boolean {
  // The limit of the whole request runs out before that of connecting, which starts later.
  if (error instanceof TimeoutError)
    return connectEvents.includes(error.event) || error.timings?.connect === undefined;
  const code = String(error.code);
  return (
    error instanceof RequestError &&
    (connectCodes.test(code) || /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|EPROTO/.test(code))
  );
}
