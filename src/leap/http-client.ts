import { type HttpAnswer as AnyAnswer, type HttpFault, openHttpClient as openClient } from "../http/index.ts";
import type { JsonObject } from "../meter/index.ts";
import type { ReadLimits } from "./leap.ts";
import { toOversizeFailure } from "./translation.ts";

export type { HttpFault };

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
export type HttpAnswer = AnyAnswer & {
  /** How often was asked before this answer was accepted. */
  readonly attemptCount: number;
};

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

type Limits = Pick<ReadLimits, "requestTimeoutMs" | "responseBytesMax">;

/** Sends single requests to Leap: JSON, with its bearer token, over connections that are kept. */
export function openHttpClient(limits: Limits): HttpClient {
  const http = openClient(limits, { keepsConnections: true });
  return {
    async sendOnce(request, attempt, signal, onBytes) {
      const { method, url } = request;
      const body = request.body === null ? null : JSON.stringify(request.body);
      const outcome = await http.sendOnce(
        { method, url, headers: toHeaders(request), body },
        signal,
        onBytes,
      );
      if (outcome.kind === "oversize") throw toOversizeFailure(request, outcome.bytesMax);
      if (outcome.kind === "fault") return outcome;
      return { kind: "answer", answer: { ...outcome.answer, attemptCount: attempt } };
    },
    close: http.close,
  };
}

function toHeaders({ body, token }: HttpRequest): Readonly<Record<string, string>> {
  return {
    ...(body === null ? {} : { "content-type": "application/json" }),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
}
