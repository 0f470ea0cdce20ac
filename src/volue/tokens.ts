import { toContractFailure, toLoginFailure } from "./failures.ts";
import { isRecord } from "./fields.ts";
import type { Ask, VolueAccount } from "./volue-client.ts";

export type Tokens = {
  /** One that will last for the next request; asked for where there is none. */
  readonly readToken: (signal: AbortSignal) => Promise<string>;
  /** One that was refused is not used again. */
  readonly dropToken: () => void;
  readonly hide: (text: string) => string;
};

type Token = { readonly text: string; readonly madeAtMs: number; readonly lifetimeMs: number };

/** A request that begins just before a token's end must still end within it. */
const marginMs = 60_000;
const lifetimeDefaultMs = 30 * 60_000;

/** OAuth 2 client credentials: tokens for this account, each used until shortly before its end. */
export function openTokens(account: VolueAccount, ask: Ask, clock: { readonly now: () => number }): Tokens {
  let current: Token | null = null;
  const secrets = new Set([account.clientSecret, account.clientId]);

  async function readToken(signal: AbortSignal): Promise<string> {
    const nowMs = clock.now();
    if (current !== null && nowMs >= current.madeAtMs && nowMs < current.madeAtMs + current.lifetimeMs) {
      return current.text;
    }
    current = await askForToken(account, ask, nowMs, signal);
    secrets.add(current.text);
    return current.text;
  }

  return {
    readToken,
    dropToken: () => {
      current = null;
    },
    // The longest first: one may be a part of another.
    hide: (text) =>
      [...secrets]
        .sort((one, other) => other.length - one.length)
        .reduce((shown, secret) => shown.replaceAll(secret, "…"), text),
  };
}

async function askForToken(
  account: VolueAccount,
  ask: Ask,
  nowMs: number,
  signal: AbortSignal,
): Promise<Token> {
  const { tokenUrl: url, clientId, clientSecret, scope } = account;
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
    ...(scope === null ? {} : { scope }),
  });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const purpose = "get a token";
  const answer = await ask({ method: "POST", url, headers, body: form.toString() }, purpose, signal);
  const body = parseBody(answer.bytes);
  if (answer.status >= 400 && answer.status < 500)
    throw toLoginFailure(url, answer.status, toCode(body.error));
  const text = body.access_token;
  if (answer.status !== 200 || typeof text !== "string" || !/^[\x21-\x7e]{1,16384}$/.test(text)) {
    throw toContractFailure(purpose, url, `${answer.status} without a token that could be sent`);
  }
  return { text, madeAtMs: nowMs, lifetimeMs: toLifetimeMs(body.expires_in) };
}

/** With a margin before its end, which is less where it does not live for long. */
function toLifetimeMs(expiresIn: unknown): number {
  const seconds = typeof expiresIn === "string" ? Number(expiresIn) : expiresIn;
  const isKnown = typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0;
  const lifetimeMs = isKnown ? seconds * 1000 : lifetimeDefaultMs;
  return lifetimeMs - Math.min(marginMs, lifetimeMs / 4);
}

/** An error's code, such as `invalid_client`; anything else may be anyone's words. */
function toCode(error: unknown): string | null {
  return typeof error === "string" && /^[a-z_]{1,40}$/.test(error) ? error : null;
}

function parseBody(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(body) ? body : {};
  } catch {
    return {};
  }
}
