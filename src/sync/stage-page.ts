import { type LeapPage, readMeterId } from "../leap/index.ts";
import {
  isStray,
  toDayCount,
  toLocalDate,
  toParticipationAssignments,
  toParticipationDays,
  toSlidParticipation,
  toZone,
} from "../market/index.ts";
import { type JsonObject, type Meter, toFingerprint } from "../meter/index.ts";
import {
  type KnownMeter,
  loadKnownMeter,
  loadStagedFingerprint,
  type StoredWindow,
  saveNewMeter,
  saveRevision,
  saveStagedRevision,
} from "../snapshot/index.ts";
import type { Run, SyncContext } from "./context.ts";
import { toFace } from "./face.ts";
import { addDrift, addPerZone, makeObservations, type Observations } from "./observations.ts";
import type { SeenMeters } from "./seen-meters.ts";

export type WindowReading = {
  readonly window: StoredWindow;
  /** Meter keys in the order they were answered. */
  readonly seenKeys: number[];
  /** Those that this sweep had seen before. */
  repeatedCount: number;
  /** Those of them that came with a document that cannot be read. */
  readonly unreadableKeys: number[];
  readonly observations: Observations;
};

export function startWindowReading(window: StoredWindow): WindowReading {
  return { window, seenKeys: [], repeatedCount: 0, unreadableKeys: [], observations: makeObservations() };
}

/**
 * Stages what a page says differently from the snapshot. Runs inside the caller's transaction, one a page.
 */
export function stagePage(
  context: SyncContext,
  run: Run,
  reading: WindowReading,
  seen: SeenMeters,
  page: LeapPage,
): void {
  const { observations } = reading;
  observations.documents += page.documents.length + page.unreadableCount;
  observations.rejected += page.unreadableCount;
  for (const document of page.documents) stageDocument(context, run, reading, seen, document);
}

function stageDocument(
  context: SyncContext,
  run: Run,
  reading: WindowReading,
  seen: SeenMeters,
  document: JsonObject,
): void {
  const { observations } = reading;
  const meterId = readMeterId(document);
  if (meterId === null) {
    observations.rejected += 1;
    return;
  }
  const known = loadKnownMeter(context.database, meterId);
  // A v2 document is its own fingerprint; most are as they were, and need no further look.
  if (run.apiVersion === "v2" && known?.headFingerprint === toFingerprint(document)) {
    stageUnchanged(context, run, reading, seen, known);
    return;
  }
  const extraction = run.extractor.toMeter(document, run.apiVersion);
  if (extraction.meter === null) {
    observations.unreadable += 1;
    addDrift(observations, extraction.drift);
    if (known === null) return;
    noteSeen(known.meterKey, reading, seen);
    reading.unreadableKeys.push(known.meterKey);
    return;
  }
  const meter = toStageable(run, extraction.meter, observations);
  const fingerprint = toDocumentFingerprint(document, meter);
  if (known?.headFingerprint === fingerprint) {
    stageUnchanged(context, run, reading, seen, known);
    return;
  }
  addDrift(observations, extraction.drift);
  const meterKey = known?.meterKey ?? saveNewMeter(context.database, meterId);
  if (!noteSeen(meterKey, reading, seen)) noteMoved(context, run, reading, meterKey, fingerprint);
  stageRevision(context, run, reading, { meterKey, fingerprint, meter, document: JSON.stringify(document) });
}

function stageRevision(
  { database }: SyncContext,
  run: Run,
  { window }: WindowReading,
  found: { meterKey: number; fingerprint: string; meter: Meter; document: string },
): void {
  const { meter, meterKey } = found;
  const revisionId = saveRevision(database, { ...found, ...toFace(meter) });
  saveStagedRevision(database, { ...toPlace(run, window, meterKey), revisionId });
}

/** Notes that a meter is as published. Had it moved when this sweep first read it, then it has moved back. */
function stageUnchanged(
  { database }: SyncContext,
  run: Run,
  reading: WindowReading,
  seen: SeenMeters,
  { meterKey, headRevisionId, headFingerprint }: KnownMeter,
): void {
  const isRepeated = !noteSeen(meterKey, reading, seen);
  if (!isRepeated || headRevisionId === null) return;
  const before = loadStagedFingerprint(database, run.runKey, meterKey);
  if (before !== null && before !== headFingerprint) reading.observations.moved += 1;
  saveStagedRevision(database, { ...toPlace(run, reading.window, meterKey), revisionId: headRevisionId });
}

function toPlace(run: Run, window: StoredWindow, meterKey: number) {
  const stagedOrder = run.nextStagedOrder;
  run.nextStagedOrder += 1;
  return { runKey: run.runKey, meterKey, windowOrdinal: window.ordinal, stagedOrder };
}

/** Notes that a meter was answered; false when it had been before in this sweep. */
function noteSeen(meterKey: number, reading: WindowReading, seen: SeenMeters): boolean {
  reading.seenKeys.push(meterKey);
  const isFirst = seen.add(meterKey);
  if (!isFirst) reading.repeatedCount += 1;
  return isFirst;
}

/** Counts a meter that this sweep has read before, with other content. */
function noteMoved(
  { database }: SyncContext,
  run: Run,
  { observations }: WindowReading,
  meterKey: number,
  fingerprint: string,
): void {
  if (loadStagedFingerprint(database, run.runKey, meterKey) !== fingerprint) observations.moved += 1;
}

/**
 * v1: the participation in the form that stays while only the calendar moves, and which trade dates it spoke
 * of.
 */
function toStageable(run: Run, meter: Meter, observations: Observations): Meter {
  if (meter.participation === null) return meter;
  const zone = toZone(meter.transmissionRegion, run.zones);
  const base = toLocalDate(run.sweepStartedAtMs, zone);
  for (const { date } of toParticipationDays(meter.participation, zone, base)) {
    if (isStray(base, date)) addDrift(observations, ["stray_trade_date"]);
    // Midnight may pass before the days are judged; what lies further off can never count.
    if (Math.abs(toDayCount(base, date)) <= 7) addPerZone(observations, "answered", zone, date);
  }
  addDrift(observations, toParticipationAssignments(meter.participation, zone, base).drift);
  const participation = toSlidParticipation(meter.participation, zone, base);
  if (participation.kind === "sliding" && participation.marketGroupIds.length > 0) {
    addPerZone(observations, "offsets", zone, String(participation.offsetDays));
  }
  return { ...meter, participation };
}

function toDocumentFingerprint(document: JsonObject, meter: Meter): string {
  if (meter.participation === null) return toFingerprint(document);
  return toFingerprint({ ...document, participation: meter.participation as unknown as JsonObject });
}
