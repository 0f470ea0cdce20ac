import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { type Reply, type Route, toError } from "./route.ts";

/** What became of the reports of one request. */
export type AcknowledgementOutcome =
  | {
      readonly kind: "kept";
      readonly applied: number;
      readonly rejected: number;
      readonly repeated: number;
      /** Event ids of no remap ever told. */
      readonly unknown: readonly string[];
    }
  /** Nothing was kept; the problems in words. */
  | { readonly kind: "unreadable"; readonly problems: readonly string[] }
  /** Nothing was kept; sent again later, they may be. */
  | { readonly kind: "unavailable"; readonly message: string; readonly retryAfterSeconds: number };

export type AcknowledgementOptions = {
  /** The bearer token that a request must come with. */
  readonly token: string;
  readonly accept: (text: string) => Promise<AcknowledgementOutcome>;
};

/** `POST /acknowledgements`: reports on remaps, from whoever has the token. */
export function toAcknowledgementRoute({ token, accept }: AcknowledgementOptions): Route {
  return {
    method: "POST",
    path: "/acknowledgements",
    refuse: (headers) => refuse(headers, token),
    answer: async (text) => toReply(await accept(text)),
  };
}

function refuse(headers: IncomingHttpHeaders, token: string): Reply | null {
  if (!isAuthorised(headers.authorization, token)) {
    const challenge = { "www-authenticate": 'Bearer realm="meter-sync"' };
    return toError(401, "the header Authorization must carry the bearer token of this endpoint", challenge);
  }
  if (!isReadable(headers["content-type"])) {
    return toError(415, "reports are taken as application/json or application/x-ndjson");
  }
  const { "content-encoding": encoding = "identity" } = headers;
  return encoding.trim().toLowerCase() === "identity"
    ? null
    : toError(415, "the body must not be compressed");
}

/** In constant time, whatever is sent: digests are of one length, and say nothing of where they differ. */
function isAuthorised(authorization: string | undefined, token: string): boolean {
  const [, sent = ""] = /^bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
  return timingSafeEqual(toDigest(sent), toDigest(token));
}

function toDigest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/**
 * Any JSON will do, and whatever a client says that was not told what it sends: whether it is JSON, its
 * reading tells.
 */
function isReadable(contentType: string | undefined): boolean {
  const mediaType = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return /^$|json|^text\/plain$|^application\/x-www-form-urlencoded$/.test(mediaType);
}

function toReply(outcome: AcknowledgementOutcome): Reply {
  switch (outcome.kind) {
    case "kept": {
      const { applied, rejected, repeated, unknown } = outcome;
      return { status: 200, body: { applied, rejected, repeated, unknown } };
    }
    case "unreadable":
      return {
        status: 400,
        body: { error: "nothing was kept: the reports cannot be read", problems: outcome.problems },
      };
    case "unavailable":
      return toError(503, outcome.message, { "retry-after": String(outcome.retryAfterSeconds) });
  }
}
