import { LeapRefused } from "./failures.ts";
import { isObject } from "./fields.ts";
import type { HttpAnswer, HttpClient } from "./http-client.ts";
import type { LeapClientOptions, LeapCredentials } from "./leap.ts";
import { isRetryableStatus } from "./retry-policy.ts";
import { readJson, toHost, toStatusFailure } from "./translation.ts";

/** Where the bearer token comes from, and whether a refused one can be replaced. */
export type Session = {
  readonly readToken: (signal: AbortSignal) => Promise<string>;
  /** Drops a token that was refused. False where another one will not come: then the refusal stands. */
  readonly dropToken: (token: string) => boolean;
  /** What must not appear in any message. */
  readonly secrets: () => readonly string[];
};

type Login = Extract<LeapCredentials, { kind: "login" }>;
type Token = { readonly text: string; readonly loggedInAtMs: number };

// Leap's login tokens live 30 minutes; a page that takes long must still end within them.
const tokenLifetimeMs = 25 * 60_000;

export function openSession(
  credentials: LeapCredentials,
  http: HttpClient,
  clock: LeapClientOptions["clock"],
): Session {
  if (credentials.kind === "login") return openLoginSession(credentials, http, clock);
  const { key } = credentials;
  return { readToken: async () => key, dropToken: () => false, secrets: () => [key] };
}

function openLoginSession(login: Login, http: HttpClient, clock: LeapClientOptions["clock"]): Session {
  let current: Token | null = null;
  let pending: Promise<Token> | null = null;

  async function readToken(signal: AbortSignal): Promise<string> {
    const now = clock.now();
    if (current !== null && now >= current.loggedInAtMs && now - current.loggedInAtMs < tokenLifetimeMs) {
      return current.text;
    }
    // Chains of pages that run side by side share one login.
    pending ??= logIn(login, http, now, signal).finally(() => {
      pending = null;
    });
    current = await pending;
    return current.text;
  }

  function dropToken(token: string): boolean {
    if (current?.text === token) current = null;
    return true;
  }

  const secrets = () => [login.password, login.email, ...(current === null ? [] : [current.text])];
  return { readToken, dropToken, secrets };
}

async function logIn(login: Login, http: HttpClient, nowMs: number, signal: AbortSignal): Promise<Token> {
  const { email, password } = login;
  const asked = { url: login.loginUrl, purpose: "log in to Leap" };
  const answer = await http.send(
    { ...asked, method: "POST", body: { email, password }, token: null },
    signal,
  );
  if (isRetryableStatus(answer.status)) throw toStatusFailure(answer, asked, [password, email]);
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
