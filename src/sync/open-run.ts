import { inTransaction } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { extractionVersion, toMeter } from "../leap/index.ts";
import {
  hasHeldSincePublication,
  loadNextStagedOrder,
  loadOrSaveStream,
  loadPublishedCount,
  loadResumableRun,
  loadRunReading,
  loadSweepStart,
  loadWindows,
  type NewRun,
  releaseStaged,
  type Stream,
  saveFullChain,
  saveKilledRuns,
  saveNewRun,
  saveWindows,
  saveWindowsReopened,
  saveWindowsResumed,
} from "../snapshot/index.ts";
import { formatInstant } from "../time/index.ts";
import type { Run, SyncContext, SyncOptions } from "./context.ts";
import { decideMode } from "./decide-mode.ts";
import { planReading, toMetersPerWindow } from "./plan-reading.ts";

const dayMs = 86_400_000;

/** A clock this far behind the last publication is wrong, not merely adjusted. */
const clockBehindMaxMs = 3_600_000;

/**
 * Records the run, takes over the finished windows of one that was killed, and plans the windows otherwise.
 * Throws a `Failure` of kind `environment` where the clock is behind the last publication.
 */
export function openRun(context: SyncContext, options: SyncOptions): Run {
  const { config, database, clock, realClock } = context;
  const startedAtMs = clock.now();
  const stream = loadOrSaveStream(database, context.makeRunId);
  assertClock(stream, startedAtMs);
  const extractor = context.extractor ?? { version: extractionVersion, toMeter };
  const { mode, polls, notes } = decideMode(context, options, stream);
  const newRun: NewRun = {
    runId: context.makeRunId(),
    mode,
    apiVersion: config.leap.apiVersion,
    account: config.leap.accountId ?? "default",
    host: new URL(config.leap.baseUrl).host,
    isRehearsal: options.isRehearsal || options.isDryRun,
    startedAtMs,
    startedAtRealMs: realClock.now(),
    extractionVersion: extractor.version,
    publication: stream.publication,
  };
  const knownMeterCount = loadPublishedCount(database);
  return inTransaction(database, () => {
    const runKey = saveNewRun(database, newRun);
    saveKilledRuns(database, runKey, startedAtMs);
    const windowsResumed = resumeWindows(context, newRun, runKey);
    releaseStaged(database, runKey);
    if (loadWindows(database, runKey).length === 0) {
      const planned = planReading(context, mode, polls, knownMeterCount, startedAtMs);
      saveWindows(database, runKey, planned.windows);
      if (planned.reading === "chain") saveFullChain(database, runKey);
    }
    return {
      ...newRun,
      mode,
      reading: loadRunReading(database, runKey),
      metersPerWindow: toMetersPerWindow(config, knownMeterCount),
      polls,
      notes,
      runKey,
      stream,
      extractor,
      windowsResumed,
      sweepStartedAtMs: loadSweepStart(database, runKey).sweepStartedAtMs,
      zones: { defaultZone: config.defaultZone, zones: config.zones },
      knownMeterCount,
      isHeldBefore: hasHeldSincePublication(database),
      isReread: stream.extractionVersion !== null && stream.extractionVersion !== extractor.version,
      nextStagedOrder: loadNextStagedOrder(database, runKey),
    };
  });
}

/** Takes over a dead run's windows; returns how many of them need not be read again. */
function resumeWindows(context: SyncContext, newRun: NewRun, runKey: number): number {
  const { database, config, logger } = context;
  const resumable = loadResumableRun(database, {
    ...newRun,
    runKey,
    sweepAgeMaxMs: Math.min(config.resumeWithinMs, dayMs),
  });
  if (resumable === null) return 0;
  const nowMs = newRun.startedAtRealMs;
  saveWindowsReopened(database, resumable, nowMs - config.resumeWithinMs, nowMs);
  const windows = loadWindows(database, resumable);
  const done = windows.filter((window) => window.isDone).length;
  if (done === 0) return 0;
  saveWindowsResumed(database, resumable, runKey);
  logger.info(
    { windows_done: done, windows_total: windows.length },
    "resuming the sweep of a run that ended early",
  );
  return done;
}

/** Throws a `Failure` of kind `environment` where the clock is behind the last publication. */
export function assertClock(stream: Stream, nowMs: number): void {
  if (stream.publishedAtMs === null || stream.publishedAtMs - nowMs <= clockBehindMaxMs) return;
  throw new Failure(
    "environment",
    `the clock says ${formatInstant(nowMs)}, more than an hour before the last publication at ` +
      `${formatInstant(stream.publishedAtMs)}: set the clock, or run with a later --now`,
  );
}
