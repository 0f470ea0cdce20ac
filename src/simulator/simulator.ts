import { performance } from "node:perf_hooks";
import { Failure } from "../failure/index.ts";
import { createGeneratedSource } from "./generated-source.ts";
import type { MeterSource } from "./meter-source.ts";
import { createPortfolio, type Portfolio } from "./portfolio.ts";
import { openRecordedSource } from "./recorded-source.ts";
import { type LoggedRequest, listen } from "./server.ts";
import type { PortfolioOptions } from "./world.ts";

export type SimulatorOptions = PortfolioOptions & {
  /** The simulated clock, epoch ms. */
  readonly nowMs: number;
  /** Whether the simulated clock runs on with real time; without it, it stands until it is set. */
  readonly isClockRunning?: boolean;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly apiKey?: string;
  readonly accountId?: string;
  /** Every answer waits this long (0). */
  readonly latencyMs?: number;
  /** Pages are at most this long, however long a page was asked for (500). */
  readonly pageSizeMax?: number;
  /** A folder of recorded pages to answer from, instead of the generated portfolio. */
  readonly recordedPagesDir?: string;
};

export type RunningSimulator = {
  /** Without a trailing slash. */
  readonly url: string;
  readonly apiKey: string;
  readonly accountId: string;
  /** The generated truth; it is not what is served where recorded pages are. */
  readonly portfolio: Portfolio;
  readonly nowMs: () => number;
  readonly setNow: (nowMs: number) => void;
  /** What was asked, oldest first: at most the last 5000. */
  readonly requests: readonly LoggedRequest[];
  readonly close: () => Promise<void>;
};

/** Serves the simulated Leap on 127.0.0.1. Fails with kind `usage` on options that make no sense. */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const { apiKey = "sim-key:secret", accountId = "sim-account", pageSizeMax = 500 } = options;
  if (!Number.isInteger(pageSizeMax) || pageSizeMax < 1 || pageSizeMax > 500)
    throw new Failure("usage", "The simulator's longest page must be a whole number from 1 to 500.");
  const portfolio = createPortfolio(options);
  const source = await openSource(options, portfolio);
  const clock = createClock(options.nowMs, options.isClockRunning ?? false);
  const log: LoggedRequest[] = [];
  const { url, close } = await listen({
    office: { source, apiKey, accountId, pageSizeMax, ...clock },
    port: options.port ?? 0,
    latencyMs: options.latencyMs ?? 0,
    log,
  });
  return { url, apiKey, accountId, portfolio, ...clock, requests: log, close };
}

async function openSource(options: SimulatorOptions, portfolio: Portfolio): Promise<MeterSource> {
  return options.recordedPagesDir === undefined
    ? createGeneratedSource(portfolio)
    : await openRecordedSource(options.recordedPagesDir);
}

function createClock(
  startMs: number,
  isRunning: boolean,
): { nowMs: () => number; setNow: (nowMs: number) => void } {
  const elapsedMs = (): number => (isRunning ? Math.floor(performance.now()) : 0);
  let offsetMs = startMs - elapsedMs();
  return {
    nowMs: () => offsetMs + elapsedMs(),
    setNow: (nowMs) => {
      offsetMs = nowMs - elapsedMs();
    },
  };
}
