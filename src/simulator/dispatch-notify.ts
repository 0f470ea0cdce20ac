import {
  type IncomingMessage,
  request as requestHttp,
  validateHeaderName,
  validateHeaderValue,
} from "node:http";
import { request as requestHttps } from "node:https";

/** Where notifications of one level go, and with which headers. */
export type DispatchWebhook = {
  readonly url: string;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
};

/** What came of a notification, in the words of Leap's answer. */
export type NotifyResult = {
  readonly sent_time: string;
  readonly http_status?: number;
  readonly received_time?: string;
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly body?: string;
  readonly error_message?: string;
};

export type NotifyOptions = {
  readonly timeoutMs: number;
  readonly nowMs: () => number;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
};

const bodyBytesMax = 1_000_000;

/** Calls a webhook once. Redirects are not followed. A failure is a result, too. */
export async function notify(
  webhook: DispatchWebhook,
  body: object,
  { timeoutMs, nowMs, signal }: NotifyOptions,
): Promise<NotifyResult> {
  const sent_time = new Date(nowMs()).toISOString();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await send(webhook, JSON.stringify(body), AbortSignal.any([timeout, signal]));
    const text = await readText(response);
    const headers = Object.entries(response.headersDistinct).map(([name, list]) => [name, list ?? []]);
    return {
      sent_time,
      http_status: response.statusCode ?? 0,
      received_time: new Date(nowMs()).toISOString(),
      headers: Object.fromEntries(headers),
      ...(text === "" ? {} : { body: text }),
    };
  } catch (error) {
    const reason = timeout.aborted
      ? `No whole response within ${timeoutMs} ms`
      : `The connection failed: ${error instanceof Error ? error.message : String(error)}`;
    return { sent_time, error_message: reason };
  }
}

/** The settings as they came, or undefined where they are none. */
export function parseWebhook(body: unknown): DispatchWebhook | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { url, headers = null } = body as Readonly<Record<string, unknown>>;
  if (typeof url !== "string" || !/^https?:\/\//i.test(url) || !URL.canParse(url)) return undefined;
  if (headers === null) return { url };
  if (!Array.isArray(headers) || !headers.every(isHeader)) return undefined;
  return { url, headers: headers.map(({ name, value }) => ({ name, value })) };
}

function isHeader(header: unknown): header is { readonly name: string; readonly value: string } {
  if (typeof header !== "object" || header === null) return false;
  const { name, value } = header as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || typeof value !== "string") return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function send(
  { url, headers = [] }: DispatchWebhook,
  text: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const start = url.toLowerCase().startsWith("https:") ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const outgoing = start(url, {
      method: "POST",
      agent: false,
      signal,
      headers: {
        "content-type": "application/json",
        ...Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), value])),
        "content-length": Buffer.byteLength(text),
      },
    });
    outgoing.once("response", resolve);
    outgoing.once("error", reject);
    outgoing.end(text);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyBytesMax) throw new Error(`the response is longer than ${bodyBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
