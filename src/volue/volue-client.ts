import { setTimeout as sleep } from "node:timers/promises";
import { type HttpOutcome, type HttpRequest, openHttpClient } from "../http/index.ts";
import { parseRetryAfter } from "../time/index.ts";
import { parseEvent, type VolueEvent } from "./event.ts";
import { toContractFailure, toNoAnswerFailure, toRefusalFailure } from "./failures.ts";
import { parseProblem } from "./problem-details.ts";
import { openTokens } from "./tokens.ts";

export type VolueAccount = {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | null;
};

export type VolueClientOptions = {
  readonly account: VolueAccount;
  readonly limits: {
    readonly requestTimeoutMs: number;
    readonly responseBytesMax: number;
    readonly attemptCountMax: number;
    /** The wait before the second attempt; it doubles from there. */
    readonly waitBaseMs: number;
    /** Who is told to wait for longer gives up. */
    readonly retryAfterMaxMs: number;
  };
  readonly random: () => number;
  /** Real time: lifetimes of tokens, waits between attempts. */
  readonly clock: { readonly now: () => number };
};

export type VolueClient = {
  /**
   * An event, or `null` where Volue has none of this id. Throws a `VolueFailure`; an aborted signal rejects
   * with the signal's reason.
   */
  readonly readEvent: (eventId: string, signal: AbortSignal) => Promise<VolueEvent | null>;
  /** Makes sure of a token, so that nothing but sending is left. Throws as `readEvent` does. */
  readonly prepareToken: (signal: AbortSignal) => Promise<void>;
  /**
   * Sends a report. Again only after an answer that says it was not taken: a token that had ended, or 429.
   * The signal ends waits alone: a report on its way is waited for.
   */
  readonly sendReport: (body: string, signal: AbortSignal) => Promise<HttpOutcome>;
  /** Takes secrets out of what may be shown. */
  readonly hide: (text: string) => string;
  readonly close: () => void;
};

/** How requests that change nothing are asked: again where that may help. */
export type Ask = (
  request: HttpRequest,
  purpose: string,
  signal: AbortSignal,
) => Promise<Extract<HttpOutcome, { kind: "answer" }>["answer"]>;

const never = new AbortController().signal;

export function openVolueClient(options: VolueClientOptions): VolueClient {
  const { account, limits, clock } = options;
  // A kept connection may be closed by the other side as a report goes out: nobody would know if it arrived.
  const http = openHttpClient(limits, { keepsConnections: false });
  const tokens = openTokens(account, ask, clock);

  async function ask(request: HttpRequest, purpose: string, signal: AbortSignal) {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await http.sendOnce(request, signal);
      if (outcome.kind === "oversize") throw toContractFailure(purpose, request.url, "too much");
      const waitMs = isPassing(outcome) ? planWaitMs(outcome, attempt, options) : null;
      if (waitMs === null && outcome.kind === "answer" && !isPassing(outcome)) return outcome.answer;
      if (waitMs === null) throw toNoAnswerFailure(purpose, request.url, outcome, attempt);
      await wait(waitMs, signal);
    }
  }

  async function readEvent(eventId: string, signal: AbortSignal): Promise<VolueEvent | null> {
    const url = `${account.baseUrl}/events/${encodeURIComponent(eventId)}`;
    const purpose = `read the event ${eventId}`;
    const askOnce = async () =>
      ask(
        { method: "GET", url, headers: toHeaders(await tokens.readToken(signal)), body: null },
        purpose,
        signal,
      );
    let answer = await askOnce();
    if (answer.status === 401) {
      tokens.dropToken();
      answer = await askOnce();
    }
    const { status } = answer;
    // What is no id of Volue's at all is refused as one, where there is nothing else that could be refused.
    if (status === 404 || status === 400 || status === 422) return null;
    if (status === 401 || status === 403) throw toRefusalFailure(purpose, url, status);
    if (status !== 200) {
      const { title, detail } = parseProblem(status, answer.bytes, tokens.hide);
      const said = detail === undefined ? title : `${title}: ${detail}`;
      throw toContractFailure(purpose, url, `${status} (${said})`);
    }
    const parsed = parseEvent(parseJson(answer.bytes), eventId);
    if (!parsed.ok) throw toContractFailure(purpose, url, `no event of Volue's: ${parsed.problem}`);
    return parsed.event;
  }

  async function sendReport(body: string, signal: AbortSignal): Promise<HttpOutcome> {
    let isRenewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const headers = { ...toHeaders(await tokens.readToken(signal)), "content-type": "application/json" };
      const url = `${account.baseUrl}/reports`;
      const outcome = await http.sendOnce({ method: "POST", url, headers, body }, never);
      const status = outcome.kind === "answer" ? outcome.answer.status : null;
      if (status === 401 && !isRenewed) {
        isRenewed = true;
        tokens.dropToken();
        continue;
      }
      const waitMs = status === 429 ? planWaitMs(outcome, attempt, options) : null;
      if (waitMs === null || !(await isWaited(waitMs, signal))) return outcome;
    }
  }

  return {
    readEvent,
    prepareToken: async (signal) => void (await tokens.readToken(signal)),
    sendReport,
    hide: tokens.hide,
    close: http.close,
  };
}

function toHeaders(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` };
}

/** Whether the same may go well a little later. A certificate that is wrong now stays so. */
function isPassing(outcome: HttpOutcome): boolean {
  if (outcome.kind === "fault")
    return !/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_INVALID/.test(outcome.fault.code);
  if (outcome.kind === "oversize") return false;
  const { status } = outcome.answer;
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** How long to wait before the next attempt; `null` where there is none. */
function planWaitMs(
  outcome: HttpOutcome,
  attempt: number,
  { limits, random, clock }: VolueClientOptions,
): number | null {
  if (attempt >= limits.attemptCountMax) return null;
  const answer = outcome.kind === "answer" ? outcome.answer : null;
  const nowMs = answer?.serverDateMs ?? clock.now();
  const askedMs = parseRetryAfter(answer?.retryAfter ?? null, nowMs) ?? 0;
  if (askedMs > limits.retryAfterMaxMs) return null;
  const boundMs = limits.waitBaseMs * 2 ** (attempt - 1);
  return Math.max(askedMs, Math.floor(boundMs / 2 + (random() * boundMs) / 2));
}

async function wait(waitMs: number, signal: AbortSignal): Promise<void> {
  await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
}

async function isWaited(waitMs: number, signal: AbortSignal): Promise<boolean> {
  await sleep(waitMs, undefined, { signal }).catch(() => {});
  return !signal.aborted;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
