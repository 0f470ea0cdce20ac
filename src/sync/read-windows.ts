import pLimit from "p-limit";
import { inTransaction } from "../database/index.ts";
import { loadSweepStart, loadWindowEnds, loadWindows, type StoredWindow } from "../snapshot/index.ts";
import type { Run, Sweep, SyncContext } from "./context.ts";
import { addObservations, makeObservations, type Observations } from "./observations.ts";
import { type Reading, readWindow } from "./read-window.ts";
import { makeSeenMeters } from "./seen-meters.ts";

/** Reads every window that is not read yet, several at a time, and stages what they hold. */
export async function readWindows(context: SyncContext, run: Run): Promise<Sweep> {
  const { database } = context;
  const reading = startReading(context, run);
  const waiting = loadWindows(database, run.runKey).filter((window) => !window.isDone);
  await readAll(context, run, reading, waiting);
  return {
    seen: reading.seen,
    unreadable: reading.unreadable,
    observations: reading.total,
    returned: reading.seen.count(),
    windowsTotal: reading.windowsTotal,
    windowsDone: reading.windowsDone,
    windowsRead: reading.windowsDone - run.windowsResumed,
    windowsSplit: reading.windowsSplit,
    windowsRestarted: reading.windowsRestarted,
    pages: reading.pages,
    cursorMs: loadSweepStart(database, run.runKey).cursorMs,
  };
}

/** Ends when nothing is under way any more, however it ended: the first failure is the one that counts. */
async function readAll(
  context: SyncContext,
  run: Run,
  reading: Reading,
  windows: readonly StoredWindow[],
): Promise<void> {
  const limit = pLimit(context.config.concurrency);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const outcomes: Promise<void>[] = [];
  function start(window: StoredWindow): void {
    const read = limit(async () => {
      signal.throwIfAborted();
      // The parts of a window that proved too large wait their turn like any other.
      for (const part of await readWindow(context, run, reading, window, signal)) start(part);
    });
    outcomes.push(read.catch((error) => stop.abort(error)));
  }
  for (const window of windows) start(window);
  // The list grows while windows are split.
  for (let index = 0; index < outcomes.length; index += 1) await outcomes[index];
  if (stop.signal.aborted) throw stop.signal.reason;
}

/** A window's counts as they are kept with it. */
type KeptObservations = Observations & { readonly unreadableKeys: readonly number[] };

/** Begins with what the windows taken over from an earlier run saw. */
function startReading({ database }: SyncContext, run: Run): Reading {
  const windows = loadWindows(database, run.runKey);
  const reading: Reading = {
    seen: makeSeenMeters(),
    unreadable: makeSeenMeters(),
    total: makeObservations(),
    windowsTotal: windows.length,
    windowsDone: 0,
    windowsSplit: 0,
    windowsRestarted: 0,
    documentsInVain: 0,
    pages: 0,
    pagesNow: 0,
  };
  inTransaction(database, () => {
    for (const end of loadWindowEnds(database, run.runKey)) {
      const { unreadableKeys, ...observations } = JSON.parse(end.observations) as KeptObservations;
      for (const meterKey of end.seen) reading.seen.add(meterKey);
      for (const meterKey of unreadableKeys) reading.unreadable.add(meterKey);
      addObservations(reading.total, observations);
      reading.pages += end.pageCount;
      reading.windowsDone += 1;
    }
  });
  return reading;
}
