import http from "node:http";
import https from "node:https";
import got, { RequestError } from "got";
import type { JsonObject } from "../meter/index.ts";
import type { ReadLimits } from "./leap.ts";
import { toOversizeFailure } from "./translation.ts";

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

export type Attempt =
  | { readonly kind: "answer"; readonly answer: HttpAnswer }
  | { readonly kind: "fault"; readonly fault: HttpFault };

export type HttpClient = {
  /**
   * Sends a request once. Bytes are told as they come, unpacked. Throws `LeapContractBroken` for an answer
   * that is too large; an aborted signal rejects with the signal's reason.
   */
  readonly sendOnce: (
    request: HttpRequest,
    attempt: number,
    signal: AbortSignal,
    onBytes: (byteCount: number) => void,
  ) => Promise<Attempt>;
  /** Closes kept-alive connections. */
  readonly close: () => void;
};

type Agents = { readonly http: http.Agent; readonly https: https.Agent };
type Limits = Pick<ReadLimits, "requestTimeoutMs" | "responseBytesMax">;

/** Sends single requests, each within the limits of one (I8), over connections that are kept. */
export function openHttpClient(limits: Limits): HttpClient {
  const agents = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
  return {
    async sendOnce(request, attempt, signal, onBytes) {
      const stream = openStream(request, agents, limits.requestTimeoutMs);
      // An aborted read must not wait for a timeout, nor leave a listener on a signal that lives for hours.
      const abort = () => stream.destroy();
      signal.addEventListener("abort", abort, { once: true });
      try {
        const bytes = await readBody(stream, limits.responseBytesMax, request, onBytes);
        signal.throwIfAborted();
        const response = stream.response;
        if (response === undefined)
          return toFault("ERR_NO_RESPONSE", "the connection closed without an answer");
        return { kind: "answer", answer: toAnswer(response.statusCode, response.headers, bytes, attempt) };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof RequestError) && !isStreamFault(error)) throw error;
        return toFault(error.code ?? "ERR_UNKNOWN", error.message);
      } finally {
        signal.removeEventListener("abort", abort);
        stream.destroy();
      }
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

/** The whole body, unpacked. What is counted is what comes out: a small archive can hold anything (I8). */
async function readBody(
  stream: AsyncIterable<Uint8Array>,
  bytesMax: number,
  request: HttpRequest,
  onBytes: (byteCount: number) => void,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let byteCount = 0;
  for await (const chunk of stream) {
    byteCount += chunk.byteLength;
    onBytes(chunk.byteLength);
    if (byteCount > bytesMax) throw toOversizeFailure(request, bytesMax);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
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
    // `request` covers the body to its last byte: a slow drip ends, too.
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
