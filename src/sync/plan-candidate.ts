import {
  type MeterChange,
  type MeterPlan,
  type Presence,
  planMeter,
  toPresenceChanges,
} from "../diff/index.ts";
import { loadToldCount, toMeterEvents } from "../events/index.ts";
import { regionZones, toLatest, toLocalDate, toPreferenceInForce, toZone } from "../market/index.ts";
import type { JsonObject, Meter } from "../meter/index.ts";
import {
  type Candidate,
  isFaceStored,
  loadAssignments,
  loadPublishedThrough,
  rereadWindow,
  type StagedHead,
  type StoredRevision,
  saveRevision,
  saveStagedAssignments,
  saveStagedGroup,
  saveStagedGroupName,
  saveStagedHead,
  saveStagedRevision,
} from "../snapshot/index.ts";
import type { Run, Sweep, SyncContext } from "./context.ts";
import { toFace } from "./face.ts";
import { addDrift } from "./observations.ts";
import { type Plan, stageEvents } from "./plan.ts";
import { noteLosses, toPresence } from "./plan-absence.ts";
import { noteFields } from "./plan-fields.ts";
import { toMoves } from "./plan-moves.ts";
import { toStoredMeter } from "./stored-meter.ts";

/** Plans one meter, and stages what it leads to. Runs inside the caller's transaction, one a chunk. */
export function planCandidate(
  context: SyncContext,
  run: Run,
  sweep: Sweep,
  plan: Plan,
  candidate: Candidate,
): void {
  const { head, staged, meterKey } = candidate;
  const presence = toPresence(sweep, candidate);
  const after = toAfter(run, sweep, candidate, presence);
  if (after === null) {
    planStanding(context, run, plan, candidate, presence);
    return;
  }
  const horizon = plan.toHorizon(after.transmissionRegion);
  const published = loadAssignments(context.database, meterKey);
  const publishedThrough = toPublishedThrough(context, candidate);
  const before = head === null ? null : (toStoredMeter(run, head) ?? after);
  const planned = planMeter({
    before,
    zoneBefore: toZoneBefore(run, plan, before ?? after),
    after,
    published,
    horizon,
    base: toLocalDate(run.sweepStartedAtMs, horizon.zone),
    publishedThrough,
    isSwitched: staged !== null && head !== null && isSwitched(run),
    isHeldBefore: run.isHeldBefore,
    isReread: run.isReread,
    presence,
    wasMissing: candidate.isMissing,
    endedAtMs: candidate.endedAtMs,
    nowMs: plan.nowMs,
    plannedAtMs: run.stream.plannedAtMs,
  });
  if (staged !== null) noteStaged(context, run, sweep, plan, staged, after, planned);
  const moves = toMoves(published, planned.assignments);
  const hasMoved = head !== null && head.transmissionRegion !== after.transmissionRegion;
  const stagedHead: StagedHead = {
    meterKey,
    revisionId: staged?.revisionId ?? saveReread(context, run, candidate, after),
    participationPreference: planned.preference?.preference ?? null,
    nextBoundaryDate: planned.nextBoundary,
    nextPreferenceAtMs: planned.nextPreferenceAtMs,
    publishedThrough: hasMoved ? publishedThrough : null,
    isChanged: staged !== null || planned.changes.length > 0,
    presence,
  };
  noteLosses(context, plan, candidate, presence, after, published, planned);
  if (moves.length + planned.changes.length === 0 && isUpToDate(candidate, stagedHead)) return;
  saveStagedHead(context.database, run.runKey, stagedHead);
  saveStagedAssignments(context.database, run.runKey, meterKey, moves);
  if (hasMoved) noteGroups(context, run, planned.assignments);
  if (staged !== null) plan[head === null ? "created" : "changed"] += 1;
  if (plan.tells) tellChanges(context, run, plan, after, planned.changes);
}

function tellChanges(
  context: SyncContext,
  run: Run,
  plan: Plan,
  meter: Meter,
  changes: readonly MeterChange[],
): void {
  const events = toMeterEvents(plan.events, meter, changes, (type, program) =>
    loadToldCount(context.database, type, meter.meterId, program),
  );
  stageEvents(context, run, plan, events);
}

/**
 * A meter that moved to another region: its groups show other days now, though their members are the same.
 */
function noteGroups({ database }: SyncContext, run: Run, stays: readonly { readonly group: string }[]): void {
  for (const { group } of stays) saveStagedGroup(database, run.runKey, group);
}

/**
 * What holds for a meter now: the document just read, or the published one where only time has passed. The
 * days a v1 document spoke of have passed with its sweep, so one that did not come again in this sweep, or
 * came unreadable, says nothing new: null.
 */
function toAfter(
  run: Run,
  sweep: Sweep,
  { head, staged, meterKey, endedAtMs }: Candidate,
  presence: Presence | null,
): Meter | null {
  if (staged !== null) return toStoredMeter(run, staged);
  if (head === null) return null;
  // Its end needs no answer; after that its document says nothing any more, until it is back.
  if (presence === "ended") return toStoredMeter(run, head);
  if (endedAtMs !== null && presence !== "present") return null;
  const isAnswered = sweep.seen.has(meterKey) && !sweep.unreadable.has(meterKey);
  if (head.apiVersion === "v1" && (run.apiVersion !== "v1" || !isAnswered)) return null;
  return toStoredMeter(run, head);
}

/**
 * A meter of whose groups nothing new is known: at most, it is missing or back, or this release reads its
 * document in another way.
 */
function planStanding(
  context: SyncContext,
  run: Run,
  plan: Plan,
  candidate: Candidate,
  presence: Presence | null,
): void {
  const { head, meterKey } = candidate;
  const meter = head === null ? null : toStoredMeter(run, head);
  const revisionId = meter === null ? null : saveReread(context, run, candidate, meter);
  if (head === null || meter === null || (revisionId === null && presence === null)) return;
  const changes = toPresenceChanges({ presence, wasMissing: candidate.isMissing });
  const hasMoved = head.transmissionRegion !== meter.transmissionRegion;
  if (hasMoved) {
    // Nothing is planned for it, but the views show it on the days of its region.
    plan.toHorizon(meter.transmissionRegion);
    noteGroups(context, run, loadAssignments(context.database, meterKey));
  }
  saveStagedHead(context.database, run.runKey, {
    ...candidate,
    revisionId,
    participationPreference: toPreferenceInForce(meter.preferences, plan.nowMs)?.preference ?? null,
    publishedThrough: hasMoved ? toPublishedThrough(context, candidate) : null,
    isChanged: changes.length > 0,
    presence,
  });
  if (plan.tells) tellChanges(context, run, plan, meter, changes);
}

/**
 * After an upgrade that extracts something else: the same document as a revision of its own where it shows
 * something else now. Published with all the rest, so that no reader sees a mixture (I1, I10).
 */
function saveReread({ database }: SyncContext, run: Run, candidate: Candidate, meter: Meter): number | null {
  const { head, headFingerprint, staged, meterKey } = candidate;
  if (!run.isReread || head === null || headFingerprint === null || staged !== null) return null;
  const face = toFace(meter);
  if (isFaceStored(database, head.revisionId, face)) return null;
  const document = { meterKey, fingerprint: headFingerprint, document: head.document };
  const revisionId = saveRevision(database, { ...face, ...document });
  const order = { windowOrdinal: rereadWindow, stagedOrder: 0 };
  saveStagedRevision(database, { runKey: run.runKey, meterKey, ...order, revisionId });
  return revisionId;
}

/**
 * The zone in whose days the published document was told: since then the meter may have changed its region,
 * or the region its zone.
 */
function toZoneBefore(run: Run, plan: Plan, { transmissionRegion: region }: Meter): string {
  return plan.horizons.get(region)?.published?.zone ?? toZone(region, run.zones);
}

/** The last date a meter has been published for, in the region it was in. `null` for a new meter. */
function toPublishedThrough({ database }: SyncContext, candidate: Candidate): string | null {
  const { head, firstPublication, publishedThrough } = candidate;
  if (head === null || firstPublication === null) return null;
  const inRegion = loadPublishedThrough(database, head.transmissionRegion, firstPublication);
  if (inRegion === null || publishedThrough === null) return inRegion ?? publishedThrough;
  return toLatest(inRegion, publishedThrough);
}

function isSwitched(run: Run): boolean {
  return run.stream.apiVersion !== null && run.stream.apiVersion !== run.apiVersion;
}

function isUpToDate(candidate: Candidate, planned: StagedHead): boolean {
  return (
    planned.revisionId === null &&
    planned.publishedThrough === null &&
    planned.presence === null &&
    candidate.nextBoundaryDate === planned.nextBoundaryDate &&
    candidate.nextPreferenceAtMs === planned.nextPreferenceAtMs &&
    candidate.participationPreference === planned.participationPreference
  );
}

function noteStaged(
  context: SyncContext,
  run: Run,
  sweep: Sweep,
  plan: Plan,
  staged: StoredRevision,
  after: Meter,
  planned: MeterPlan,
): void {
  noteFields(run, plan, JSON.parse(staged.document) as JsonObject);
  addDrift(sweep.observations, planned.drift);
  const { transmissionRegion: region } = after;
  if (!Object.hasOwn(regionZones, region) && !Object.hasOwn(run.zones.zones, region)) {
    addDrift(sweep.observations, ["unknown_region"]);
  }
  const names = new Map<string, string>();
  for (const { marketGroupId, marketGroupName } of after.deliveryPeriods) {
    if (marketGroupId !== null && marketGroupName !== null) names.set(marketGroupId, marketGroupName);
  }
  for (const [id, name] of names) saveStagedGroupName(context.database, run.runKey, id, name);
}
