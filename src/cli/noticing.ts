import { randomUUID } from "node:crypto";
import type { Config } from "../config/index.ts";
import { toDatabaseFailure } from "../database/index.ts";
import { Failure, toExitCode } from "../failure/index.ts";
import type { Heartbeat } from "../heartbeat/index.ts";
import { loadLastRun, toEndWords } from "./end-words.ts";
import type { Invocation } from "./invocation.ts";

/** What is noticed when it does not come, or does not go well. */
export type NoticedJob = "sync" | "poll" | "deliver" | "release";

/** A program that was told to stop is gone after five seconds: what there is to say is said before. */
const brokenOffAfterMs = 3300;

/**
 * Runs a job and lets others notice how it went, whatever that is: heartbeat pings, the metrics file. Gives
 * the job's exit code; throws what it throws. A rehearsal is nobody's business.
 */
export async function withNotice(
  invocation: Invocation,
  config: Config,
  job: NoticedJob,
  body: () => Promise<number>,
): Promise<number> {
  const url = toHeartbeatUrl(config, job);
  if (invocation.nowMs !== null || (url === null && config.metricsPath === null)) return body();
  const notice = await openNotice(invocation, config, job, url);
  const [result] = await Promise.allSettled([body()]);
  const isDone = result.status === "fulfilled";
  await notice.end(isDone ? result.value : toExitCode(toDatabaseFailure(result.reason, "cannot finish")));
  if (isDone) return result.value;
  throw result.reason;
}

/**
 * The same for a job that has to be let in first. Where it is not, that is its end, and noticed as such: but
 * not where another one is under way, which is noticed itself.
 */
export async function withNoticeOnceIn(
  invocation: Invocation,
  config: Config,
  job: NoticedJob,
  enter: (notice: (body: () => Promise<number>) => Promise<number>) => Promise<number>,
): Promise<number> {
  let isIn = false;
  try {
    return await enter((body) => {
      isIn = true;
      return withNotice(invocation, config, job, body);
    });
  } catch (error) {
    if (isIn || (error instanceof Failure && error.kind === "locked")) throw error;
    return withNotice(invocation, config, job, () => Promise.reject(error));
  }
}

/** Of a sweep it is noticed that it does not come; polls come and go. */
function toHeartbeatUrl({ heartbeat }: Config, job: NoticedJob): string | null {
  if (job === "sync") return heartbeat.sync;
  return job === "deliver" ? heartbeat.deliver : null;
}

type Notice = { readonly end: (exitCode: number) => Promise<void> };

async function openNotice(
  invocation: Invocation,
  config: Config,
  job: NoticedJob,
  url: string | null,
): Promise<Notice> {
  const startedAtMs = invocation.realClock.now();
  const { startHeartbeat } = await import("../heartbeat/index.ts");
  const givenUp = new AbortController();
  const { signal } = givenUp;
  const heartbeat = url === null ? null : startHeartbeat({ url, runId: randomUUID(), signal });
  let ended: Promise<void> | null = null;
  const endOnce = (exitCode: number, isStopping: boolean): Promise<void> => {
    ended ??= tellEnd(invocation, config, { job, startedAtMs, exitCode, heartbeat, isStopping });
    return ended;
  };
  const watch = watchSignals(() => {
    // A job that has ended by itself keeps its exit code, whoever does not listen.
    if (ended === null) void endOnce(3, true);
    else givenUp.abort();
  });
  return {
    end: async (exitCode) => {
      await endOnce(exitCode, watch.isStopping());
      watch.close();
    },
  };
}

/** Tells whether a signal has come; calls back where the job does not end by itself soon after it. */
function watchSignals(onBrokenOff: () => void) {
  let timer: NodeJS.Timeout | undefined;
  const onSignal = (): void => {
    timer ??= setTimeout(onBrokenOff, brokenOffAfterMs).unref();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return {
    isStopping: () => timer !== undefined,
    close: () => {
      clearTimeout(timer);
      process.off("SIGTERM", onSignal);
      process.off("SIGINT", onSignal);
    },
  };
}

type End = {
  readonly job: NoticedJob;
  readonly startedAtMs: number;
  readonly exitCode: number;
  readonly heartbeat: Heartbeat | null;
  readonly isStopping: boolean;
};

/** Both at once: neither has much time. */
async function tellEnd(invocation: Invocation, config: Config, end: End): Promise<void> {
  await Promise.all([pingEnd(invocation, config, end), saveMetrics(invocation, config, end)]);
}

async function pingEnd(invocation: Invocation, config: Config, end: End): Promise<void> {
  const { heartbeat, job, startedAtMs, exitCode, isStopping } = end;
  if (heartbeat === null) return;
  const run = job === "sync" ? await loadLastRun(config, startedAtMs) : null;
  const fault = await heartbeat.end({
    outcome: isStopping && exitCode !== 0 ? "fail" : exitCode,
    words: toEndWords(job, exitCode, isStopping, run),
    isStopping,
  });
  if (fault === null) return;
  const logger = await invocation.openLogger();
  logger.warn(fault, "the heartbeat service did not take a ping; the job itself is not affected");
}

async function saveMetrics(invocation: Invocation, config: Config, end: End): Promise<void> {
  const { metricsPath: path } = config;
  if (path === null) return;
  const { job: task, startedAtMs, exitCode } = end;
  const { now } = invocation.realClock;
  try {
    const { writeMetricsFile } = await import("./metrics-file.ts");
    await writeMetricsFile(config, path, { task, startedAtMs, endedAtMs: now(), exitCode }, now);
  } catch (error) {
    const logger = await invocation.openLogger();
    const { code = null } = error as { readonly code?: string };
    logger.warn(
      { path, code, ...(code === null ? { error } : {}) },
      "cannot write the metrics file: its folder has to be there, and be writable; the job is not affected",
    );
  }
}
