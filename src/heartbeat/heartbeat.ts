import { sendPing } from "./ping-client.ts";
import { type Ping, toPingUrl } from "./ping-url.ts";

/** How long a job may be kept by its pings. */
export type HeartbeatLimits = {
  /** For one ping, with its repetition. */
  readonly pingMs: number;
  /** For what is left of the first ping when the job has ended. */
  readonly startMs: number;
  /** For all of it where the program was told to stop. */
  readonly stoppingMs: number;
};

export type HeartbeatOptions = {
  /** The URL of the check, a secret. */
  readonly url: string;
  /** A UUID that ties the end of this run to its start. */
  readonly runId: string;
  /** Once it is aborted nobody waits any more until the end is heard. */
  readonly signal?: AbortSignal;
  readonly limits?: HeartbeatLimits;
};

export type JobEnd = {
  /** The exit code, or `fail` for a job that was broken off. */
  readonly outcome: Exclude<Ping, "start">;
  /** A few words for people. */
  readonly words: string;
  readonly isStopping: boolean;
};

/** Where pings went, and why one of them was not taken. */
export type PingFault = { readonly host: string; readonly ping: "start" | "end"; readonly reason: string };

export type Heartbeat = {
  /** Says how the job ended, after it has said that it began. Never throws; gives what went wrong last. */
  readonly end: (end: JobEnd) => Promise<PingFault | null>;
};

const usualLimits: HeartbeatLimits = { pingMs: 5000, startMs: 2000, stoppingMs: 1500 };
const wordsLengthMax = 1000;

/** Says that a job begins, without waiting until that is heard. */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { url, runId, signal = new AbortController().signal, limits = usualLimits } = options;
  const { host } = new URL(url);
  const starting = new AbortController();
  const start = { withinMs: limits.pingMs, signal: starting.signal };
  const started = sendSafely(toPingUrl(url, "start", runId), "", start);
  return {
    end: async ({ outcome, words, isStopping }) => {
      // The end is of more use than the start: where there is little time, it gets most of it.
      const startMs = isStopping ? limits.stoppingMs / 5 : limits.startMs;
      const withinMs = isStopping ? limits.stoppingMs - startMs : limits.pingMs;
      const timer = setTimeout(() => starting.abort(), startMs);
      const startFault = await started;
      clearTimeout(timer);
      const endUrl = toPingUrl(url, outcome, runId);
      const endFault = await sendSafely(endUrl, words.slice(0, wordsLengthMax), { withinMs, signal });
      if (endFault !== null) return { host, ping: "end", reason: endFault };
      return startFault === null ? null : { host, ping: "start", reason: startFault };
    },
  };
}

/** Whatever the library throws, a ping is nothing that a job fails by. */
async function sendSafely(...ping: Parameters<typeof sendPing>): Promise<string | null> {
  try {
    return await sendPing(...ping);
  } catch (error) {
    return error instanceof Error ? error.name : "unknown";
  }
}
