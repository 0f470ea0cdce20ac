import http from "node:http";
import https from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import got, { RequestError } from "got";
import type { JsonObject } from "../meter/index.ts";
import type { LeapClientOptions } from "./leap.ts";
import { isRetryableStatus, parseRetryAfter, planWaitMs } from "./retry-policy.ts";
import { toFaultFailure, toOversizeFailure } from "./translation.ts";

export type HttpRequest = {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly body: JsonObject | null;
  /** The bearer token, `null` for none. */
  readonly token: string | null;
  /** What we are doing, as in "could not …". */
  readonly purpose: string;
};

/** Any answer at all, whatever its status, read to its end. */
export type HttpAnswer = {
  readonly status: number;
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly location: string | null;
  readonly retryAfter: string | null;
  readonly serverDateMs: number | null;
  /** How often was asked before this answer was accepted. */
  readonly attemptCount: number;
};

/** Why no whole answer came. The library's own error goes no further: it holds our headers (I9). */
export type HttpFault = { readonly code: string; readonly message: string };

export type HttpClient = {
  /** Everything sent here may be repeated: reads and logins change nothing at Leap. */
  readonly send: (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;
  readonly close: () => void;
};

type Agents = { readonly http: http.Agent; readonly https: https.Agent };
type Options = Pick<LeapClientOptions, "limits" | "random" | "clock">;
type Attempt =
  | { readonly kind: "answer"; readonly answer: HttpAnswer }
  | { readonly kind: "fault"; readonly fault: HttpFault };

/** Sends requests one by one, within the limits, again where another attempt may help. */
export function openHttpClient(options: Options): HttpClient {
  const agents = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
  return {
    send: (request, signal) => sendWithRetries(request, signal, agents, options),
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

async function sendWithRetries(
  request: HttpRequest,
  signal: AbortSignal,
  agents: Agents,
  options: Options,
): Promise<HttpAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const outcome = await sendOnce(request, signal, agents, options, attempt);
    const isLast = attempt >= options.limits.attemptCountMax;
    if (outcome.kind === "answer" && (isLast || !isRetryableStatus(outcome.answer.status)))
      return outcome.answer;
    if (outcome.kind === "fault" && (isLast || isHopeless(outcome.fault))) {
      throw toFaultFailure(outcome.fault, request, attempt);
    }
    const retryAfterMs = outcome.kind === "answer" ? readRetryAfterMs(outcome.answer, options) : null;
    await waitAbortable(planWaitMs(attempt, retryAfterMs, options.random), signal);
  }
}

/** A date in Retry-After is the server's, so it is measured against the server's clock where it is told. */
function readRetryAfterMs(answer: HttpAnswer, options: Options): number | null {
  return parseRetryAfter(answer.retryAfter, answer.serverDateMs ?? options.clock.now());
}

/** A certificate that is wrong now is wrong in a second, too. */
function isHopeless(fault: HttpFault): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_INVALID/.test(fault.code);
}

async function waitAbortable(waitMs: number, signal: AbortSignal): Promise<void> {
  if (waitMs === 0) return;
  await wait(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
}

async function sendOnce(
  request: HttpRequest,
  signal: AbortSignal,
  agents: Agents,
  options: Options,
  attempt: number,
): Promise<Attempt> {
  const stream = openStream(request, agents, options.limits.requestTimeoutMs);
  // An aborted read must not wait for a timeout, nor leave a listener on a signal that lives for hours.
  const abort = () => stream.destroy();
  signal.addEventListener("abort", abort, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    let byteCount = 0;
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      byteCount += chunk.byteLength;
      if (byteCount > options.limits.responseBytesMax) {
        throw toOversizeFailure(request, options.limits.responseBytesMax);
      }
      chunks.push(chunk);
    }
    signal.throwIfAborted();
    const response = stream.response;
    if (response === undefined) return toFault("ERR_NO_RESPONSE", "the connection closed without an answer");
    const answer = toAnswer(response.statusCode, response.headers, Buffer.concat(chunks), attempt);
    return { kind: "answer", answer };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RequestError) && !isStreamFault(error)) throw error;
    return toFault(error.code ?? "ERR_UNKNOWN", error.message);
  } finally {
    signal.removeEventListener("abort", abort);
    stream.destroy();
  }
}

function openStream(request: HttpRequest, agents: Agents, timeoutMs: number) {
  const stream = got.stream(request.url, {
    method: request.method,
    headers: {
      accept: "application/json",
      "user-agent": "meter-sync",
      ...(request.body === null ? {} : { "content-type": "application/json" }),
      ...(request.token === null ? {} : { authorization: `Bearer ${request.token}` }),
    },
    ...(request.body === null ? {} : { body: JSON.stringify(request.body) }),
    agent: agents,
    timeout: { request: timeoutMs, connect: timeoutMs, secureConnect: timeoutMs },
    retry: { limit: 0 },
    throwHttpErrors: false,
    // A redirect to another host would take our key along.
    followRedirect: false,
    decompress: true,
  });
  // Errors are met where the stream is read; one that comes after we stopped reading is of no interest.
  stream.on("error", () => {});
  return stream;
}

function toAnswer(
  status: number,
  headers: http.IncomingHttpHeaders,
  bytes: Uint8Array,
  attemptCount: number,
): HttpAnswer {
  const dateMs = Date.parse(headers.date ?? "");
  return {
    status,
    bytes,
    contentType: headers["content-type"] ?? "",
    location: headers.location ?? null,
    retryAfter: headers["retry-after"] ?? null,
    serverDateMs: Number.isNaN(dateMs) ? null : dateMs,
    attemptCount,
  };
}

function toFault(code: string, message: string): Attempt {
  return { kind: "fault", fault: { code, message } };
}

/** Cuts and broken compression that reach us from under the HTTP library. */
function isStreamFault(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || error instanceof TypeError) return false;
  return "code" in error && typeof error.code === "string";
}
