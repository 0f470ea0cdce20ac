import type { Reply, SimulatedRequest } from "./answer.ts";
import { hashOf } from "./hash.ts";
import type { VolueTokenRequest } from "./volue-book.ts";

/** Volue's identity service: OAuth 2 client credentials. */
export type TokenOffice = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly requests: readonly VolueTokenRequest[];
  readonly answer: (request: SimulatedRequest) => Reply;
  /** Whether the header carries a token in force; counts its uses. */
  readonly isGood: (authorization: string | undefined) => boolean;
  readonly expire: () => void;
  readonly setLifetime: (lifetimeMs: number) => void;
};

const tokenPurpose = 131;
const hourMs = 3_600_000;
const clientId = "sim-volue-client";
const clientSecret = "sim-volue-secret";

export function openTokenOffice(seed: number, nowMs: () => number, usesMax: () => number): TokenOffice {
  const tokens = new Map<string, { readonly expiresAtMs: number; useCount: number }>();
  const requests: VolueTokenRequest[] = [];
  let lifetimeMs = hourMs;

  function grant(): Reply {
    const number = requests.length;
    const digits = [1, 2, 3].map((part) => hashOf(seed, number, tokenPurpose, part).toString(16));
    const token = `volue-token-${number}-${digits.join("")}`;
    tokens.set(token, { expiresAtMs: nowMs() + lifetimeMs, useCount: 0 });
    const body = { access_token: token, token_type: "Bearer", expires_in: Math.floor(lifetimeMs / 1000) };
    return { status: 200, body, headers: { "cache-control": "no-store" } };
  }

  return {
    clientId,
    clientSecret,
    requests,
    answer: ({ method, text }) => {
      const form = new URLSearchParams(text);
      const error = method === "POST" ? toOAuthError(form) : "invalid_request";
      requests.push({ atMs: nowMs(), isGranted: error === null, scope: form.get("scope") });
      return error === null ? grant() : { status: 400, body: { error } };
    },
    isGood: (authorization) => {
      const entry = tokens.get(/^Bearer (\S+)$/.exec(authorization ?? "")?.[1] ?? "");
      if (entry === undefined || entry.expiresAtMs <= nowMs() || entry.useCount >= usesMax()) return false;
      entry.useCount += 1;
      return true;
    },
    expire: () => tokens.clear(),
    setLifetime: (nextMs) => {
      lifetimeMs = nextMs;
    },
  };
}

function toOAuthError(form: URLSearchParams): string | null {
  if ([...form.keys()].length !== new Set(form.keys()).size) return "invalid_request";
  if (!form.has("grant_type")) return "invalid_request";
  if (form.get("grant_type") !== "client_credentials") return "unsupported_grant_type";
  const isKnown = form.get("client_id") === clientId && form.get("client_secret") === clientSecret;
  return isKnown ? null : "invalid_client";
}
