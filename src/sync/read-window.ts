import { inTransaction } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { type LeapPage, LeapTokenRefused } from "../leap/index.ts";
import {
  releaseWindowStaged,
  type StoredWindow,
  saveCursor,
  saveWindowEnd,
  saveWindowSplit,
} from "../snapshot/index.ts";
import { planCursor, planSplit } from "../window/index.ts";
import type { Run, SyncContext } from "./context.ts";
import { addObservations, type Observations } from "./observations.ts";
import type { SeenMeters } from "./seen-meters.ts";
import { stagePage, startWindowReading, type WindowReading } from "./stage-page.ts";

/** More pages than the largest portfolio has in one window (I8). */
const pagesPerWindowMax = 100_000;

/** A page token that expires again and again is no token (I8). */
const restartsPerWindowMax = 3;

/** A window is split once it has answered this many times what it was to hold. */
const tooLargeFactor = 2;
const partsPerSplit = 8;
const windowsPerSweepMax = 10_000;
/** What splitting may cost: this many windows read in vain, and no more than all that was seen. */
const windowsInVainMax = 4;

/** What reading has seen so far, over all windows. */
export type Reading = {
  readonly seen: SeenMeters;
  readonly unreadable: SeenMeters;
  readonly total: Observations;
  windowsTotal: number;
  windowsDone: number;
  windowsSplit: number;
  windowsRestarted: number;
  /** Answers dropped because their window was split. */
  documentsInVain: number;
  /** Of finished windows, those taken over included, and of windows under way. */
  pages: number;
  /** Pages of this run alone. */
  pagesNow: number;
};

/**
 * Reads one window to its last page and makes it a checkpoint. Where a page token has expired it begins again
 * at the first page. Returns the parts to read in its place where the window proved too large.
 */
export async function readWindow(
  context: SyncContext,
  run: Run,
  reading: Reading,
  window: StoredWindow,
  signal: AbortSignal,
): Promise<readonly StoredWindow[]> {
  for (let restarts = 0; ; restarts += 1) {
    const own = startWindowReading(window);
    try {
      const { isComplete, pageCount } = await readChain(context, run, reading, own, signal);
      if (!isComplete) return splitWindow(context, run, reading, own);
      endWindow(context, reading, own, pageCount);
      reportProgress(context, run, reading);
      return [];
    } catch (error) {
      if (!(error instanceof LeapTokenRefused) || restarts >= restartsPerWindowMax) throw error;
      const { ordinal } = window;
      context.logger.info({ window: ordinal }, "a page token has expired: the window is read again");
      inTransaction(context.database, () => releaseWindowStaged(context.database, run.runKey, ordinal));
      takeBack(reading, own);
      reading.windowsRestarted += 1;
    }
  }
}

/** Follows the page tokens to the last page; not complete where the window is to be split. */
async function readChain(
  context: SyncContext,
  run: Run,
  reading: Reading,
  own: WindowReading,
  signal: AbortSignal,
): Promise<{ readonly isComplete: boolean; readonly pageCount: number }> {
  const tokens = new Set<string>();
  let token: string | null = null;
  let pageCount = 0;
  do {
    const page = await context.leap.readPage(own.window, token, signal);
    pageCount += 1;
    reading.pages += 1;
    reading.pagesNow += 1;
    inTransaction(context.database, () => {
      noteCursor(context, run, reading, page);
      stagePage(context, run, own, reading.seen, page);
    });
    token = toNextToken(tokens, page.nextPageToken, pageCount);
    reportProgress(context, run, reading);
    if (token !== null && isTooLarge(context, run, reading, own)) return { isComplete: false, pageCount };
  } while (token !== null);
  return { isComplete: true, pageCount };
}

/**
 * The next poll begins where this run's first answer was given by the server's clock (I3). Where that runs
 * ahead of ours, ours counts: a cursor too early costs a few meters read twice, one too late hides changes.
 */
function noteCursor({ database, clock }: SyncContext, run: Run, reading: Reading, page: LeapPage): void {
  if (reading.pagesNow !== 1 || run.windowsResumed > 0 || page.serverDateMs === null) return;
  const cursorMs = planCursor(Math.min(page.serverDateMs, clock.now()));
  if (cursorMs !== null) saveCursor(database, run.runKey, cursorMs);
}

function isTooLarge(context: SyncContext, run: Run, reading: Reading, own: WindowReading): boolean {
  if (run.reading !== "windows" || own.seenKeys.length < run.metersPerWindow * tooLargeFactor) return false;
  if (reading.windowsTotal + partsPerSplit > windowsPerSweepMax) return false;
  // What other windows returned as well is not too much of this one: Leap may ignore the filter (I8).
  if (own.repeatedCount * 2 > own.seenKeys.length) return false;
  const inVainMax = reading.seen.count() + windowsInVainMax * run.metersPerWindow;
  if (reading.documentsInVain + own.seenKeys.length > inVainMax) return false;
  return planParts(context, run, own.window) !== null;
}

function planParts({ config }: SyncContext, run: Run, window: StoredWindow) {
  return planSplit(window, { startMs: config.portfolioStartMs, nowMs: run.startedAtMs }, partsPerSplit);
}

/** Puts parts in the place of a window; what it has answered so far is read again with them. */
function splitWindow(
  context: SyncContext,
  run: Run,
  reading: Reading,
  own: WindowReading,
): readonly StoredWindow[] {
  const { database, logger } = context;
  const parts = planParts(context, run, own.window) ?? [];
  const windows = inTransaction(database, () => saveWindowSplit(database, run.runKey, own.window, parts));
  takeBack(reading, own);
  reading.documentsInVain += own.seenKeys.length;
  reading.windowsTotal += windows.length - 1;
  reading.windowsSplit += 1;
  logger.info({ window: own.window.ordinal, parts: windows.length }, "a window is too large: it is split");
  return windows;
}

function takeBack(reading: Reading, own: WindowReading): void {
  for (const meterKey of own.seenKeys) reading.seen.remove(meterKey);
}

function endWindow(
  { database, realClock }: SyncContext,
  reading: Reading,
  { window, seenKeys: seen, unreadableKeys, observations }: WindowReading,
  pageCount: number,
): void {
  const kept = JSON.stringify({ ...observations, unreadableKeys });
  inTransaction(database, () => {
    const end = { pageCount, seen, observations: kept, readAtRealMs: realClock.now() };
    saveWindowEnd(database, window.windowKey, end);
  });
  for (const meterKey of unreadableKeys) reading.unreadable.add(meterKey);
  addObservations(reading.total, observations);
  reading.windowsDone += 1;
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
