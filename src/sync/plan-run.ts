import { inTransaction } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { addDays, planHorizon, type RegionHorizon, toLatest, toLocalDate, toZone } from "../market/index.ts";
import {
  loadAbsentBefore,
  loadCandidates,
  loadFieldKeys,
  loadPublishedHorizons,
  loadRegions,
  openLosses,
  releasePlan,
  saveCandidates,
} from "../snapshot/index.ts";
import type { Run, Sweep, SyncContext, SyncOptions } from "./context.ts";
import { type Plan, pause } from "./plan.ts";
import { planCandidate } from "./plan-candidate.ts";
import { stageFields } from "./plan-fields.ts";
import { planGroups } from "./plan-groups.ts";

const candidatesPerChunk = 500;

/** Works out what the sweep changed and what time alone changed, and stages it as the plan of this run. */
export async function planRun(
  context: SyncContext,
  options: SyncOptions,
  run: Run,
  sweep: Sweep,
): Promise<Plan> {
  const { database } = context;
  releasePlan(database, run.runKey);
  openLosses(database);
  const plan = startPlan(context, options, run, sweep);
  const dates = [...plan.horizons.values()].map((horizon) => horizon.range?.last ?? horizon.today);
  const total = saveCandidates(database, run.runKey, {
    boundaryThrough: dates.length === 0 ? "" : toLatest(...dates),
    preferenceThroughMs: plan.nowMs,
    regions: toRegionsInFull(run, sweep, plan),
    returnedKeys: [...loadAbsentBefore(database)].filter((meterKey) => sweep.seen.has(meterKey)),
  });
  let last = "";
  for (let planned = 0; planned < total; ) {
    const chunk = loadCandidates(database, run.runKey, last, candidatesPerChunk);
    if (chunk.length === 0) break;
    inTransaction(database, () => {
      for (const candidate of chunk) planCandidate(context, run, sweep, plan, candidate);
    });
    last = chunk.at(-1)?.meterId ?? last;
    planned += chunk.length;
    reportProgress(context, sweep, planned, total);
    await pause(context.signal);
  }
  await planGroups(context, run, plan);
  inTransaction(database, () => stageFields(context, run, plan));
  return plan;
}

function startPlan(context: SyncContext, options: SyncOptions, run: Run, sweep: Sweep): Plan {
  const { database, clock } = context;
  const nowMs = Math.max(clock.now(), run.stream.publishedAtMs ?? 0);
  const fields = loadFieldKeys(database);
  const plan: Plan = {
    nowMs,
    ...makeHorizons(context, run, sweep, nowMs),
    events: { streamId: run.stream.streamId, account: run.account, runId: run.runId, nowMs },
    tells: run.stream.publication > 0 || options.baselineEvents,
    knownFields: fields.known,
    fields: new Map(fields.untold.map((key) => [key, true])),
    created: 0,
    changed: 0,
    ordinal: 1,
    losing: 0,
    losingByProgram: new Map(),
    emptied: [],
  };
  for (const region of loadRegions(database, run.runKey)) plan.toHorizon(region);
  return plan;
}

/**
 * The horizons of a run, made as regions are met: a release that reads regions anew may meet one only now.
 */
function makeHorizons({ database, config }: SyncContext, run: Run, sweep: Sweep, nowMs: number) {
  const published = loadPublishedHorizons(database);
  const horizons = new Map<string, RegionHorizon>();
  function toHorizon(region: string): RegionHorizon {
    const met = horizons.get(region);
    if (met !== undefined) return met;
    const zone = toZone(region, run.zones);
    const horizon = planHorizon({
      region,
      apiVersion: run.apiVersion,
      nowMs,
      horizonDays: config.horizonDays,
      rules: run.zones,
      published: published.get(region) ?? null,
      answeredDates: Object.keys(sweep.observations.answered[zone] ?? {}),
      isPoll: run.mode === "poll",
    });
    assertRange(horizon);
    horizons.set(region, horizon);
    return horizon;
  }
  return { horizons, toHorizon };
}

/** A gap of many years would be looked at day by day; a clock that far off is wrong. */
function assertRange({ region, range, today }: RegionHorizon): void {
  if (range !== null && Number(today.slice(0, 4)) - Number(range.first.slice(0, 4)) > 20) {
    throw new Failure(
      "environment",
      `the clock says ${today} in ${region}, decades after the last run: set the clock`,
    );
  }
}

/**
 * Regions all of whose meters are planned anew: documents are read in a new way, their zone is another one
 * now, this run looks at dates before those the last one looked at, or some v1 answers slid without covering
 * the days looked at.
 */
function toRegionsInFull(run: Run, sweep: Sweep, plan: Plan): string[] {
  return [...plan.horizons.values()]
    .filter(({ published, zone, range }) => {
      if (run.isReread) return true;
      if (published === null || range === null) return false;
      const { firstLookedAt } = published;
      if (published.zone !== zone || firstLookedAt === null || range.first < firstLookedAt) return true;
      // What a v1 poll did not return, it says nothing of.
      if (run.apiVersion !== "v1" || run.mode === "poll") return false;
      const offsets = Object.keys(sweep.observations.offsets[zone] ?? {}).map(Number);
      return offsets.some((offset) => !isCovered(run, zone, offset, range));
    })
    .map(({ region }) => region);
}

function isCovered(run: Run, zone: string, offset: number, range: { first: string; last: string }): boolean {
  const base = toLocalDate(run.sweepStartedAtMs, zone);
  return addDays(base, offset) <= range.first && range.last <= addDays(base, offset + 2);
}

function reportProgress(context: SyncContext, sweep: Sweep, planned: number, total: number): void {
  context.onProgress({
    step: "plan",
    meterCount: planned,
    pageCount: sweep.pages,
    windowsDone: sweep.windowsTotal,
    windowsTotal: sweep.windowsTotal,
    knownMeterCount: total,
  });
}
