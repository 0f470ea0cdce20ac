import { LeapRefused } from "./failures.ts";
import { isObject } from "./fields.ts";
import type { HttpAnswer } from "./http-client.ts";
import type { LeapClientOptions, LeapCredentials } from "./leap.ts";
import { isRetryableStatus } from "./retry-policy.ts";
import type { Sender } from "./sending.ts";
import { readJson, type Signature, toHost, toStatusFailure } from "./translation.ts";

/** Where the bearer token comes from, and whether a refused one can be replaced. */
export type Session = {
  readonly readToken: (signal: AbortSignal) => Promise<string>;
  /** Drops a token that was refused. False where another one will not come: then the refusal stands. */
  readonly dropToken: (token: string) => boolean;
  readonly signature: () => Signature;
};

type Login = Extract<LeapCredentials, { kind: "login" }>;
type Token = { readonly text: string; readonly loggedInAtMs: number };
type PendingLogin = { readonly token: Promise<Token>; readonly signal: AbortSignal };

// Leap's login tokens live 30 minutes; a page that takes long must still end within them.
const tokenLifetimeMs = 25 * 60_000;

export function openSession(
  credentials: LeapCredentials,
  sender: Sender,
  clock: LeapClientOptions["clock"],
): Session {
  if (credentials.kind === "login") return openLoginSession(credentials, sender, clock);
  const { key } = credentials;
  const signature = { kind: "key", secrets: [key] } as const;
  return { readToken: async () => key, dropToken: () => false, signature: () => signature };
}

function openLoginSession(login: Login, sender: Sender, clock: LeapClientOptions["clock"]): Session {
  let current: Token | null = null;
  let pending: PendingLogin | null = null;

  async function readToken(signal: AbortSignal): Promise<string> {
    for (;;) {
      const now = clock.now();
      if (current !== null && now >= current.loggedInAtMs && now - current.loggedInAtMs < tokenLifetimeMs) {
        return current.text;
      }
      // Chains of pages that run side by side share one login.
      pending ??= startLogin(now, signal);
      const shared = pending;
      try {
        current = await shared.token;
      } catch (error) {
        // Whoever began it gave up, and we did not: then it is ours to begin.
        if (signal.aborted || !shared.signal.aborted) throw error;
      }
    }
  }

  function startLogin(nowMs: number, signal: AbortSignal): PendingLogin {
    const token = logIn(login, sender, nowMs, signal).finally(() => {
      pending = null;
    });
    return { token, signal };
  }

  function dropToken(token: string): boolean {
    if (current?.text === token) current = null;
    return true;
  }

  const secrets = () => [login.password, login.email, ...(current === null ? [] : [current.text])];
  return { readToken, dropToken, signature: () => ({ kind: "login", secrets: secrets() }) };
}

async function logIn(login: Login, sender: Sender, nowMs: number, signal: AbortSignal): Promise<Token> {
  const { email, password } = login;
  const asked = { url: login.loginUrl, purpose: "log in to Leap" };
  const answer = await sender.send(
    { ...asked, method: "POST", body: { email, password }, readToken: null },
    signal,
  );
  if (isRetryableStatus(answer.status)) {
    throw toStatusFailure(answer, asked, { kind: "login", secrets: [password, email] });
  }
  const text = readTokenText(answer);
  if (text !== null) return { text, loggedInAtMs: nowMs };
  throw new LeapRefused(
    `Could not log in to Leap: ${toHost(login.loginUrl)} gave no token (status ${answer.status}). ` +
      "Check LEAP_EMAIL, LEAP_PASSWORD and LEAP_LOGIN_URL, or use LEAP_API_KEY.",
    { fields: { host: toHost(login.loginUrl), status: answer.status } },
  );
}

/** The token of a successful login, where it can be sent as a header at all. */
function readTokenText(answer: HttpAnswer): string | null {
  if (answer.status < 200 || answer.status > 299) return null;
  const body = readJson(answer.bytes);
  const token = isObject(body) ? body.token : null;
  return typeof token === "string" && /^[\x21-\x7e]+$/.test(token) ? token : null;
}
