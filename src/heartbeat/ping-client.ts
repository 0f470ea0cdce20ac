import http from "node:http";
import https from "node:https";
import got from "got";

const attemptCountMax = 2;
const retryAfterMs = 200;

export type PingOptions = {
  /** For all attempts together. */
  readonly withinMs: number;
  readonly signal: AbortSignal;
};

/**
 * Sends one ping, twice at most. Gives why it was not taken, in words without the URL, which is a secret
 * (I9); null where it was.
 */
export async function sendPing(
  url: string,
  body: string,
  { withinMs, signal }: PingOptions,
): Promise<string | null> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), withinMs);
  const ended = AbortSignal.any([signal, late.signal]);
  try {
    let outcome = await sendOnce(url, body, ended);
    for (let attempt = 1; attempt < attemptCountMax && isWorthRepeating(outcome); attempt += 1) {
      await waitUnless(ended, retryAfterMs);
      if (ended.aborted) break;
      outcome = await sendOnce(url, body, ended);
    }
    return typeof outcome === "number" && outcome >= 200 && outcome < 300 ? null : describe(outcome);
  } finally {
    clearTimeout(timer);
  }
}

/** The status of an answer, or the code of what kept it away. */
type Outcome = number | string;

const tooLate = "no answer in time";

function isWorthRepeating(outcome: Outcome): boolean {
  return typeof outcome === "number" ? outcome >= 500 : outcome !== tooLate;
}

function describe(outcome: Outcome): string {
  return typeof outcome === "number" ? `HTTP ${outcome}` : outcome;
}

async function sendOnce(url: string, body: string, signal: AbortSignal): Promise<Outcome> {
  if (signal.aborted) return tooLate;
  const stream = got.stream(url, {
    method: "POST",
    headers: { "user-agent": "meter-sync", "content-type": "text/plain; charset=utf-8" },
    body,
    // Start and end may lie hours apart: no connection is kept for it.
    agent: { http: new http.Agent({ keepAlive: false }), https: new https.Agent({ keepAlive: false }) },
    retry: { limit: 0 },
    throwHttpErrors: false,
    // A redirect would tell another host the URL.
    followRedirect: false,
    decompress: false,
  });
  const answered = Promise.withResolvers<Outcome>();
  const abort = (): void => answered.resolve(tooLate);
  signal.addEventListener("abort", abort, { once: true });
  stream.on("response", ({ statusCode }: { statusCode: number }) => answered.resolve(statusCode));
  // The library's own words may hold the URL; its code does not.
  stream.on("error", ({ code }: { code?: string }) => answered.resolve(code ?? "ERR_UNKNOWN"));
  stream.resume();
  try {
    return await answered.promise;
  } finally {
    signal.removeEventListener("abort", abort);
    stream.destroy();
  }
}

function waitUnless(signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
