import type { SingleBar } from "cli-progress";
import type { Logger } from "../log/index.ts";
import type { SyncProgress } from "../sync/index.ts";
import { formatTimeLeft } from "./durations.ts";
import type { TerminalStream } from "./surroundings.ts";

const logEveryMs = 10_000;

/** How far a run has come, for eyes. */
export type ProgressView = {
  /** From 0 to 1. */
  readonly share: number;
  readonly metersPerSecond: number;
  /** `null` while there is nothing to judge it by. */
  readonly secondsLeft: number | null;
};

export type ProgressOptions = {
  readonly stderr: TerminalStream;
  readonly logger: Logger;
  readonly isQuiet: boolean;
  readonly isTerminal: boolean;
  /** Real time: a rehearsal's stands still. */
  readonly now: () => number;
};

export type Progress = { readonly onProgress: (progress: SyncProgress) => void; readonly close: () => void };

/** A bar on a terminal; elsewhere a log line at each step and every ten seconds. */
export async function openProgress(options: ProgressOptions): Promise<Progress> {
  if (options.isQuiet) return { onProgress: () => undefined, close: () => undefined };
  return options.isTerminal ? openBar(options) : openLines(options);
}

/** Judged by the meters known before; at a first run by the windows read so far. */
export function toProgressView(progress: SyncProgress, elapsedMs: number): ProgressView {
  const { step, meterCount, knownMeterCount, windowsDone, windowsTotal } = progress;
  const seconds = Math.max(elapsedMs, 1) / 1000;
  const metersPerSecond = meterCount / seconds;
  if (step !== "read") return { share: 1, metersPerSecond, secondsLeft: null };
  const byWindows = windowsTotal === 0 ? 0 : windowsDone / windowsTotal;
  // New meters come on top of the known ones: never done before reading is.
  const share = Math.min(0.99, knownMeterCount > 0 ? meterCount / knownMeterCount : byWindows);
  return { share, metersPerSecond, secondsLeft: share < 0.01 ? null : (seconds * (1 - share)) / share };
}

async function openBar({ stderr, now }: ProgressOptions): Promise<Progress> {
  const { default: cliProgress } = await import("cli-progress");
  const bar: SingleBar = new cliProgress.SingleBar({
    format: "{step} [{bar}] {percentage}% | {meters} meters, {pages} pages | {rate}/s | {left} left",
    stream: stderr,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
    barsize: 24,
    barCompleteChar: "=",
    barIncompleteChar: "-",
  });
  const startedAtMs = now();
  bar.start(1000, 0, { step: "read", meters: 0, pages: 0, rate: 0, left: "?" });
  return {
    onProgress: (progress) => {
      const view = toProgressView(progress, now() - startedAtMs);
      bar.update(Math.round(view.share * 1000), {
        step: progress.step,
        meters: progress.meterCount,
        pages: progress.pageCount,
        rate: Math.round(view.metersPerSecond),
        left: view.secondsLeft === null ? "?" : formatTimeLeft(view.secondsLeft),
      });
    },
    close: () => bar.stop(),
  };
}

function openLines({ logger, now }: ProgressOptions): Progress {
  const startedAtMs = now();
  let lastStep: string | null = null;
  let lastAtMs = startedAtMs;
  return {
    onProgress: (progress) => {
      if (progress.step === lastStep && now() - lastAtMs < logEveryMs) return;
      lastStep = progress.step;
      lastAtMs = now();
      const view = toProgressView(progress, lastAtMs - startedAtMs);
      logger.info(
        {
          step: progress.step,
          meters: progress.meterCount,
          pages: progress.pageCount,
          windows_done: progress.windowsDone,
          windows_total: progress.windowsTotal,
          meters_per_second: Math.round(view.metersPerSecond),
          seconds_left: view.secondsLeft === null ? null : Math.round(view.secondsLeft),
        },
        `${progress.step}: ${progress.meterCount} meters so far`,
      );
    },
    close: () => undefined,
  };
}
