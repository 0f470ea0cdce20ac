import { performance } from "node:perf_hooks";
import { Failure } from "../failure/index.ts";
import { createDispatchDesk } from "./dispatch-desk.ts";
import type { DispatchBook } from "./dispatch-truth.ts";
import { type FaultBook, type FaultCount, openFaultBook } from "./fault-book.ts";
import type { Fault } from "./fault-kinds.ts";
import { createGeneratedSource } from "./generated-source.ts";
import type { MeterSource } from "./meter-source.ts";
import { createPortfolio, type Portfolio } from "./portfolio.ts";
import { openRecordedSource } from "./recorded-source.ts";
import { type LoggedRequest, listen } from "./server.ts";
import type { VolueBook } from "./volue-book.ts";
import { createVolueDesk } from "./volue-desk.ts";
import { createWebhookDesk, type WebhookBook, type WebhookOptions } from "./webhook-desk.ts";
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
  /** What goes wrong from the start (nothing). */
  readonly faults?: readonly Fault[];
  /** Which requests and which meters faults hit, where they do not hit all (1). */
  readonly faultSeed?: number;
  /** Multiplies how often anything is dispatched (1); 0 is never. */
  readonly dispatchRate?: number;
  /** Pages of dispatches are at most this long (500). */
  readonly dispatchPageSizeMax?: number;
  /** How long a webhook may take to answer a test notification of a dispatch (10 000). */
  readonly dispatchTestTimeoutMs?: number;
  /** Who is told of what happens, and how fast. */
  readonly webhooks?: WebhookOptions;
};

export type RunningSimulator = {
  /** Without a trailing slash. */
  readonly url: string;
  readonly apiKey: string;
  readonly accountId: string;
  /** The generated truth, without faults; it is not what is served where recorded pages are. */
  readonly portfolio: Portfolio;
  readonly nowMs: () => number;
  readonly setNow: (nowMs: number) => void;
  /**
   * Replaces the faults in force, and begins to count requests and hits anew; an empty list heals.
   * Fails with kind `usage` on faults that make no sense, and then changes nothing.
   */
  readonly setFaults: (faults: readonly Fault[], seed?: number) => void;
  /** The faults in force with all their options, and how many requests each has hit. */
  readonly faultCounts: () => readonly FaultCount[];
  readonly dispatches: DispatchBook;
  readonly webhooks: WebhookBook;
  readonly volue: VolueBook;
  /** What was asked, oldest first: at most the last 5000. */
  readonly requests: readonly LoggedRequest[];
  readonly close: () => Promise<void>;
};

/** Serves the simulated Leap on 127.0.0.1. Fails with kind `usage` on options that make no sense. */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const { apiKey = "sim-key:secret", accountId = "sim-account", pageSizeMax = 500 } = options;
  if (!Number.isInteger(pageSizeMax) || pageSizeMax < 1 || pageSizeMax > 500)
    throw new Failure("usage", "The simulator's longest page must be a whole number from 1 to 500.");
  const faults: FaultBook = openFaultBook(options.faults ?? [], options.faultSeed ?? 1);
  const portfolio = createPortfolio(options);
  const source = await openSource(options, portfolio);
  const { isClockRunning = false } = options;
  const clock = createClock(options.nowMs, isClockRunning);
  const log: LoggedRequest[] = [];
  const toOtherSource = rememberOthers(options);
  const place = { portfolio, nowMs: clock.nowMs, apiKey, isClockRunning };
  const dispatch = createDispatchDesk({ ...options, ...place });
  const webhook = createWebhookDesk({ ...place, ...options.webhooks });
  const desks = [dispatch, webhook, createVolueDesk(place)] as const;
  const [{ dispatches }, { webhooks }, { volue }] = desks;
  const setNow = (nowMs: number): void => {
    clock.setNow(nowMs);
    webhooks.noteClock(nowMs);
  };
  const { url, close } = await listen({
    office: {
      desks: desks.map(({ desk }) => desk),
      source,
      toOtherSource,
      apiKey,
      accountId,
      pageSizeMax,
      nowMs: clock.nowMs,
    },
    controls: { nowMs: clock.nowMs, setNow, meterCountAt: source.meterCountAt, faults },
    faults,
    port: options.port ?? 0,
    latencyMs: options.latencyMs ?? 0,
    log,
  });
  return {
    url,
    apiKey,
    accountId,
    portfolio,
    nowMs: clock.nowMs,
    setNow,
    setFaults: faults.set,
    faultCounts: faults.counts,
    dispatches,
    webhooks,
    volue,
    requests: log,
    close: async () => {
      for (const desk of desks) desk.close();
      await close();
    },
  };
}

async function openSource(options: SimulatorOptions, portfolio: Portfolio): Promise<MeterSource> {
  return options.recordedPagesDir === undefined
    ? createGeneratedSource(portfolio)
    : await openRecordedSource(options.recordedPagesDir);
}

/** Worlds like this one in all but their seed; the last one is kept, since it is asked again. */
function rememberOthers(options: PortfolioOptions): (seed: number | null) => MeterSource {
  let kept: { readonly seed: number; readonly source: MeterSource } | null = null;
  return (asked) => {
    const seed = asked ?? options.seed + 1;
    if (kept?.seed !== seed)
      kept = { seed, source: createGeneratedSource(createPortfolio({ ...options, seed })) };
    return kept.source;
  };
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
