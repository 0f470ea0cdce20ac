import type { Config } from "../config/index.ts";
import { formatAge } from "./durations.ts";
import { type Finding, fail, ok, toFinding, warn } from "./finding.ts";
import type { Invocation } from "./invocation.ts";
import { requireCredentials } from "./run-sync-command.ts";

const clockOffMaxMs = 5 * 60_000;
const limits = { requestTimeoutMs: 15_000, responseBytesMax: 64 * 1024 * 1024, attemptCountMax: 2 };

/** When Leap was asked and had answered, by the clock that is judged, and what time it said it was. */
export type ClockReading = {
  readonly serverDateMs: number | null;
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
};

/** One meter is asked for: it shows the way there, the key, the host, and both clocks. */
export async function checkLeap(config: Config, invocation: Invocation): Promise<readonly Finding[]> {
  try {
    requireCredentials(config);
  } catch (error) {
    return [toFinding("credentials", error), warn("leap", "not asked: it takes credentials")];
  }
  const kind = config.leap.credentials?.kind === "login" ? "e-mail and password" : "an API key";
  const credentials = ok("credentials", `${kind} (whether it is accepted, the next line says)`);
  try {
    const { isEmpty, ...reading } = await askOnce(config, invocation);
    const answer = isEmpty ? "an empty portfolio" : "meters";
    return [
      credentials,
      ok("leap", `${config.leap.baseUrl} answers with ${answer}`),
      weighClock(reading, invocation.nowMs),
    ];
  } catch (error) {
    return [credentials, toFinding("leap", error)];
  }
}

async function askOnce(
  config: Config,
  { realClock }: Invocation,
): Promise<ClockReading & { readonly isEmpty: boolean }> {
  const { openLeapClient } = await import("../leap/index.ts");
  const { apiVersion, baseUrl, accountId } = config.leap;
  const leap = openLeapClient({
    apiVersion,
    baseUrl,
    accountId,
    credentials: requireCredentials(config),
    pageSize: 1,
    concurrency: 1,
    limits: { ...limits, requestCountMax: 20, runTimeMaxMs: 5 * 60_000 },
    random: Math.random,
    clock: realClock,
  });
  try {
    const askedAtMs = realClock.now();
    const everything = { addedFromMs: null, addedToMs: null };
    const { documents, serverDateMs } = await leap.readPage(everything, null, new AbortController().signal);
    return { isEmpty: documents.length === 0, serverDateMs, askedAtMs, answeredAtMs: realClock.now() };
  } finally {
    leap.close();
  }
}

/**
 * Trade dates and lead times follow our clock: it has to be right. Leap says whole seconds, cut off, at some
 * instant between question and answer: what that leaves open is not held against the clock.
 */
export function weighClock(
  { serverDateMs, askedAtMs, answeredAtMs }: ClockReading,
  rehearsedAtMs: number | null,
): Finding {
  const check = "clock";
  if (serverDateMs === null)
    return warn(check, "Leap did not say what time it is: compare the clock yourself");
  const uncertainMs = (answeredAtMs - askedAtMs) / 2 + 500;
  const ourMs = rehearsedAtMs ?? (askedAtMs + answeredAtMs) / 2;
  const offMs = ourMs - (serverDateMs + 500);
  const distanceMs = Math.abs(offMs);
  if (distanceMs - uncertainMs <= clockOffMaxMs) {
    return ok(check, `within ${formatAge(distanceMs + uncertainMs)} of Leap's`);
  }
  const message = `${formatAge(distanceMs)} ${offMs > 0 ? "ahead of" : "behind"} Leap's`;
  if (rehearsedAtMs !== null) return warn(check, `--now is ${message}: a rehearsal's business`);
  return fail(check, `${message}: set this machine's clock, best by NTP`, 3);
}
