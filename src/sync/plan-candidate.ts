import { type AssignmentRange, type MeterPlan, planMeter } from "../diff/index.ts";
import { loadToldCount, toMeterEvents } from "../events/index.ts";
import { type RegionHorizon, regionZones, toLatest, toLocalDate } from "../market/index.ts";
import type { ApiVersion, JsonObject, Meter, Participation } from "../meter/index.ts";
import {
  type AssignmentMove,
  type Candidate,
  loadAssignments,
  loadPublishedThrough,
  type StoredAssignment,
  type StoredRevision,
  saveStagedAssignments,
  saveStagedGroup,
  saveStagedGroupName,
  saveStagedHead,
} from "../snapshot/index.ts";
import type { Run, Sweep, SyncContext } from "./context.ts";
import { addDrift } from "./observations.ts";
import { noteFields, type Plan, stageEvents } from "./plan.ts";

/** Plans one meter, and stages what it leads to. Runs inside the caller's transaction, one a chunk. */
export function planCandidate(
  context: SyncContext,
  run: Run,
  sweep: Sweep,
  plan: Plan,
  candidate: Candidate,
): void {
  const { database } = context;
  const { head, staged, meterKey } = candidate;
  const after = toAfter(run, sweep, candidate);
  if (after === null) return;
  const before = head === null ? null : (toStoredMeter(run, head) ?? after);
  const horizon = toHorizon(plan, after);
  const published = loadAssignments(database, meterKey);
  const publishedThrough = toPublishedThrough(context, candidate);
  const planned = planMeter({
    before,
    after,
    published,
    horizon,
    base: toLocalDate(run.sweepStartedAtMs, horizon.zone),
    publishedThrough,
    isSwitched: staged !== null && head !== null && isSwitched(run),
    nowMs: plan.nowMs,
    publishedAtMs: run.stream.publishedAtMs,
  });
  const moves = toMoves(published, planned.assignments);
  if (staged !== null) noteStaged(context, run, sweep, plan, staged, after, planned, horizon);
  if (staged === null && moves.length === 0 && planned.changes.length === 0 && isUpToDate(candidate, planned))
    return;
  saveStagedAssignments(database, run.runKey, meterKey, moves);
  const hasMoved = before !== null && before.transmissionRegion !== after.transmissionRegion;
  if (hasMoved) {
    for (const { group } of planned.assignments) saveStagedGroup(database, run.runKey, group);
  }
  saveStagedHead(database, run.runKey, {
    meterKey,
    revisionId: staged?.revisionId ?? null,
    participationPreference: planned.preference?.preference ?? null,
    nextBoundaryDate: planned.nextBoundary,
    nextPreferenceAtMs: planned.nextPreferenceAtMs,
    publishedThrough: hasMoved ? publishedThrough : null,
    isChanged: staged !== null || planned.changes.length > 0,
  });
  if (staged !== null) plan[head === null ? "created" : "changed"] += 1;
  plan.checksum.update(JSON.stringify([after.meterId, moves.map(({ assignmentId: _, ...move }) => move)]));
  if (!plan.tells) return;
  const events = toMeterEvents(plan.events, after, planned.changes, (type, program) =>
    loadToldCount(database, type, after.meterId, program),
  );
  stageEvents(context, run, plan, events);
}

/**
 * What holds for a meter now: the document just read, or the published one where only time has passed. The
 * days a v1 document spoke of have passed with its sweep, so one that this sweep did not return says nothing
 * new.
 */
function toAfter(run: Run, sweep: Sweep, { head, staged, meterKey }: Candidate): Meter | null {
  if (staged !== null) return toStoredMeter(run, staged);
  if (head === null) return null;
  if (head.apiVersion === "v1" && (run.apiVersion !== "v1" || !sweep.seen.has(meterKey))) return null;
  return toStoredMeter(run, head);
}

/** A stored document, read with today's code (I10). */
function toStoredMeter(run: Run, revision: StoredRevision): Meter | null {
  const document = JSON.parse(revision.document) as JsonObject;
  const { meter } = run.extractor.toMeter(document, revision.apiVersion as ApiVersion);
  if (meter === null || revision.participation === null) return meter;
  return { ...meter, participation: JSON.parse(revision.participation) as Participation };
}

function toHorizon(plan: Plan, { transmissionRegion }: Meter): RegionHorizon {
  const horizon = plan.horizons.get(transmissionRegion);
  if (horizon === undefined) throw new Error(`no horizon was planned for the region ${transmissionRegion}`);
  return horizon;
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

function isUpToDate(candidate: Candidate, planned: MeterPlan): boolean {
  return (
    candidate.nextBoundaryDate === planned.nextBoundary &&
    candidate.nextPreferenceAtMs === planned.nextPreferenceAtMs
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
  horizon: RegionHorizon,
): void {
  noteFields(run, plan, JSON.parse(staged.document) as JsonObject);
  addDrift(sweep.observations, planned.drift);
  if (!Object.hasOwn(regionZones, horizon.region) && !Object.hasOwn(run.zones.zones, horizon.region)) {
    addDrift(sweep.observations, ["unknown_region"]);
  }
  const names = new Map<string, string>();
  for (const { marketGroupId, marketGroupName } of after.deliveryPeriods) {
    if (marketGroupId !== null && marketGroupName !== null) names.set(marketGroupId, marketGroupName);
  }
  for (const [id, name] of names) saveStagedGroupName(context.database, run.runKey, id, name);
}

/** The rows to close and to open, so that the published step functions become the planned ones. */
function toMoves(
  published: readonly StoredAssignment[],
  planned: readonly AssignmentRange[],
): AssignmentMove[] {
  const stays = new Set(planned.map(toKey));
  const stood = new Set(published.map(toKey));
  return [
    ...published.filter((row) => !stays.has(toKey(row))),
    ...planned.filter((row) => !stood.has(toKey(row))).map((row) => ({ ...row, assignmentId: null })),
  ];
}

function toKey({ program, group, from, to }: AssignmentRange): string {
  return JSON.stringify([program, group, from, to]);
}
