import http from "node:http";
import https from "node:https";
import type { TLSSocket } from "node:tls";
import got, { RequestError } from "got";

export type HttpRequest = {
  readonly method: "GET" | "POST";
  readonly url: string;
  /** With what this room sends of its own accord; a header of the same name takes its place. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it is sent; its type is the caller's to say. `null` for none. */
  readonly body: string | null;
};

/** Any answer at all, whatever its status, read to its end. */
export type HttpAnswer = {
  readonly status: number;
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly location: string | null;
  readonly retryAfter: string | null;
  readonly serverDateMs: number | null;
};

/** Why no whole answer came. The library's own error goes no further: it holds our headers (I9). */
export type HttpFault = {
  readonly code: string;
  readonly message: string;
  /**
   * Whether a connection stood, so that the request may have arrived, and may have been acted on. False only
   * where that is certain: nothing was sent.
   */
  readonly mayHaveArrived: boolean;
};

export type HttpOutcome =
  | { readonly kind: "answer"; readonly answer: HttpAnswer }
  | { readonly kind: "fault"; readonly fault: HttpFault }
  /** The answer was larger than it may be, and was not read further. */
  | { readonly kind: "oversize"; readonly bytesMax: number };

/** Limits on one request (I8). */
export type HttpLimits = {
  readonly requestTimeoutMs: number;
  readonly responseBytesMax: number;
};

export type HttpOptions = {
  /**
   * Whether connections are kept for further requests: quicker. But the other side may close a kept one just
   * when it is used, and then nobody knows whether that request arrived.
   */
  readonly keepsConnections: boolean;
};

export type HttpClient = {
  /**
   * Sends a request once. Bytes are told as they come, unpacked. An aborted signal rejects with the signal's
   * reason.
   */
  readonly sendOnce: (
    request: HttpRequest,
    signal: AbortSignal,
    onBytes?: (byteCount: number) => void,
  ) => Promise<HttpOutcome>;
  /** Closes kept-alive connections. */
  readonly close: () => void;
};

type Agents = { readonly http: http.Agent; readonly https: https.Agent };

/** Sends single requests, each within the limits of one (I8). */
export function openHttpClient(limits: HttpLimits, options: HttpOptions): HttpClient {
  const keepAlive = options.keepsConnections;
  const agents = { http: new http.Agent({ keepAlive }), https: new https.Agent({ keepAlive }) };
  return {
    async sendOnce(request, signal, onBytes = () => {}) {
      // Who was told to stop before it began would not be told again: the request would take all its time.
      signal.throwIfAborted();
      const stream = openStream(request, agents, limits.requestTimeoutMs);
      const connection = watchConnection(stream);
      // An aborted read must not wait for a timeout, nor leave a listener on a signal that lives for hours.
      const abort = () => stream.destroy();
      signal.addEventListener("abort", abort, { once: true });
      try {
        const bytes = await readBody(stream, limits.responseBytesMax, onBytes);
        signal.throwIfAborted();
        if (bytes === null) return { kind: "oversize", bytesMax: limits.responseBytesMax };
        const response = stream.response;
        if (response === undefined) {
          const message = "the connection closed without an answer";
          return toFault("ERR_NO_RESPONSE", message, connection.stood());
        }
        return { kind: "answer", answer: toAnswer(response.statusCode, response.headers, bytes) };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof RequestError) && !isStreamFault(error)) throw error;
        return toFault(error.code ?? "ERR_UNKNOWN", error.message, connection.stood());
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
  onBytes: (byteCount: number) => void,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let byteCount = 0;
  for await (const chunk of stream) {
    byteCount += chunk.byteLength;
    onBytes(chunk.byteLength);
    if (byteCount > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function openStream(request: HttpRequest, agents: Agents, timeoutMs: number) {
  const stream = got.stream(request.url, {
    method: request.method,
    headers: { accept: "application/json", "user-agent": "meter-sync", ...request.headers },
    ...(request.body === null ? {} : { body: request.body }),
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

/** Nothing is sent before the connection stands, and with encryption not before it is agreed on. */
function watchConnection(stream: ReturnType<typeof openStream>): { readonly stood: () => boolean } {
  let hasStood = false;
  const note = () => {
    hasStood = true;
  };
  const watch = (socket: TLSSocket) => {
    const isEncrypted = socket.encrypted === true;
    const isReady = isEncrypted ? socket.getFinished() !== undefined : !socket.connecting;
    if (isReady) note();
    else socket.once(isEncrypted ? "secureConnect" : "connect", note);
  };
  stream.on("request", (sent: http.ClientRequest) => {
    if (sent.socket !== null) watch(sent.socket as TLSSocket);
    else sent.once("socket", (socket) => watch(socket as TLSSocket));
  });
  return { stood: () => hasStood };
}

function toAnswer(status: number, headers: http.IncomingHttpHeaders, bytes: Uint8Array): HttpAnswer {
  const dateMs = Date.parse(headers.date ?? "");
  return {
    status,
    bytes,
    contentType: headers["content-type"] ?? "",
    location: headers.location ?? null,
    retryAfter: headers["retry-after"] ?? null,
    serverDateMs: Number.isNaN(dateMs) ? null : dateMs,
  };
}

function toFault(code: string, message: string, mayHaveArrived: boolean): HttpOutcome {
  return { kind: "fault", fault: { code, message, mayHaveArrived } };
}

/** Cuts and broken compression that reach us from under the HTTP library. */
function isStreamFault(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || error instanceof TypeError) return false;
  return "code" in error && typeof error.code === "string";
}
