import { inTransaction } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import {
  loadSweepStart,
  loadWindowEnds,
  loadWindows,
  type StoredWindow,
  saveCursor,
  saveWindowEnd,
} from "../snapshot/index.ts";
import { planCursor } from "../window/index.ts";
import type { Run, Sweep, SyncContext } from "./context.ts";
import { addObservations, makeObservations, type Observations } from "./observations.ts";
import { makeSeenMeters, type SeenMeters } from "./seen-meters.ts";
import { stagePage, type WindowReading } from "./stage-page.ts";

/** More pages than the largest portfolio has in one window (I8). */
const pagesPerWindowMax = 100_000;

/** Reads every window that is not read yet, several at a time, and stages what they hold. */
export async function readWindows(context: SyncContext, run: Run): Promise<Sweep> {
  const { database, config } = context;
  const windows = loadWindows(database, run.runKey);
  const reading = startReading(context, run, windows.length);
  const waiting = windows.filter((window) => !window.isDone);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const readers = Array.from({ length: Math.min(config.concurrency, waiting.length) }, async () => {
    for (let window = waiting.shift(); window !== undefined; window = waiting.shift()) {
      try {
        await readWindow(context, run, reading, window, signal);
      } catch (error) {
        waiting.length = 0;
        stop.abort(error);
        throw error;
      }
    }
  });
  const failed = (await Promise.allSettled(readers)).find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw stop.signal.reason ?? failed.reason;
  return {
    seen: reading.seen,
    unreadable: reading.unreadable,
    observations: reading.total,
    windowsTotal: windows.length,
    windowsDone: reading.windowsDone,
    windowsRead: reading.windowsDone - run.windowsResumed,
    pages: reading.pages,
    cursorMs: loadSweepStart(database, run.runKey).cursorMs,
  };
}

/** A window's counts as they are kept with it. */
type KeptObservations = Observations & { readonly unreadableKeys: readonly number[] };

type Reading = {
  readonly seen: SeenMeters;
  readonly unreadable: SeenMeters;
  readonly total: Observations;
  readonly windowsTotal: number;
  pages: number;
  windowsDone: number;
};

/** Begins with what the windows taken over from an earlier run saw. */
function startReading({ database }: SyncContext, run: Run, windowsTotal: number): Reading {
  const reading = {
    seen: makeSeenMeters(),
    unreadable: makeSeenMeters(),
    total: makeObservations(),
    windowsTotal,
    pages: 0,
    windowsDone: 0,
  };
  for (const end of loadWindowEnds(database, run.runKey)) {
    const { unreadableKeys, ...observations } = JSON.parse(end.observations) as KeptObservations;
    for (const meterKey of end.seen) reading.seen.add(meterKey);
    for (const meterKey of unreadableKeys) reading.unreadable.add(meterKey);
    addObservations(reading.total, observations);
    reading.pages += end.pageCount;
    reading.windowsDone += 1;
  }
  return reading;
}

async function readWindow(
  context: SyncContext,
  run: Run,
  reading: Reading,
  window: StoredWindow,
  signal: AbortSignal,
): Promise<void> {
  const { database, leap, realClock } = context;
  const own: WindowReading = {
    window,
    seenKeys: [],
    unreadableKeys: [],
    observations: makeObservations(),
  };
  const tokens = new Set<string>();
  let token: string | null = null;
  let pageCount = 0;
  do {
    const page = await leap.readPage(window, token, signal);
    pageCount += 1;
    reading.pages += 1;
    inTransaction(database, () => {
      const cursorMs = planCursor(page.serverDateMs);
      if (cursorMs !== null && reading.pages === 1) saveCursor(database, run.runKey, cursorMs);
      stagePage(context, run, own, reading.seen, page);
    });
    token = toNextToken(tokens, page.nextPageToken, pageCount);
    reportProgress(context, run, reading);
  } while (token !== null);
  const { seenKeys: seen, unreadableKeys, observations } = own;
  const kept: KeptObservations = { ...observations, unreadableKeys };
  inTransaction(database, () => {
    const end = { pageCount, seen, observations: JSON.stringify(kept), readAtRealMs: realClock.now() };
    saveWindowEnd(database, window.windowKey, end);
  });
  for (const meterKey of unreadableKeys) reading.unreadable.add(meterKey);
  addObservations(reading.total, observations);
  reading.windowsDone += 1;
  reportProgress(context, run, reading);
}

/** The token to go on with. A token that comes twice would go round for ever (I2, I8). */
function toNextToken(tokens: Set<string>, token: string | null, pageCount: number): string | null {
  if (token === null) return null;
  if (tokens.has(token)) {
    throw new Failure(
      "contract",
      `Leap sent the same page token twice (after ${pageCount} pages of one window): ` +
        "nothing is published; run again, and tell Leap if it stays",
    );
  }
  if (pageCount >= pagesPerWindowMax) {
    throw new Failure(
      "contract",
      `Leap did not end one window within ${pagesPerWindowMax} pages: nothing is published`,
    );
  }
  tokens.add(token);
  return token;
}

function reportProgress(context: SyncContext, run: Run, reading: Reading): void {
  context.onProgress({
    step: "read",
    meterCount: reading.seen.count(),
    pageCount: reading.pages,
    windowsDone: reading.windowsDone,
    windowsTotal: reading.windowsTotal,
    knownMeterCount: run.knownMeterCount,
  });
}
