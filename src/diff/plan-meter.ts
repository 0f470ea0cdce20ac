import {
  type DocumentAssignments,
  type RegionHorizon,
  type TradeDate,
  toNextPreferenceChange,
  toParticipationAssignments,
  toPeriodAssignments,
  toPreferenceInForce,
} from "../market/index.ts";
import type { Meter, Preference } from "../meter/index.ts";
import type { MeterChange } from "./change.ts";
import { type AssignmentRange, diffAssignments } from "./diff-assignments.ts";
import { diffMeter } from "./diff-meter.ts";

export type MeterPlanInput = {
  /** The published document, read with today's code (I10); null for a new meter. */
  readonly before: Meter | null;
  /** What holds now: the document just read, or the published one where only time has passed. */
  readonly after: Meter;
  readonly published: readonly AssignmentRange[];
  readonly horizon: RegionHorizon;
  /** The sweep's own day in the meter's zone: what a sliding v1 participation is told relative to. */
  readonly base: TradeDate;
  readonly publishedThrough: TradeDate | null;
  readonly isSwitched: boolean;
  readonly nowMs: number;
  /** The instant of the last publication; null before the first. */
  readonly publishedAtMs: number | null;
};

export type MeterPlan = {
  readonly changes: readonly MeterChange[];
  readonly assignments: readonly AssignmentRange[];
  readonly preference: Preference | null;
  readonly nextBoundary: TradeDate | null;
  readonly nextPreferenceAtMs: number | null;
  readonly drift: readonly string[];
};

/** A date before all others: the meter is looked at by every run. */
const always: TradeDate = "0000-01-01";

/** Everything that one meter's before and after, the horizon and the clock lead to. */
export function planMeter(input: MeterPlanInput): MeterPlan {
  const { before, after, horizon, nowMs } = input;
  const documentAfter = toAssignments(after, horizon.zone, input.base);
  const plan = diffAssignments({
    published: input.published,
    documentBefore: before?.apiVersion === "v2" ? toAssignments(before, horizon.zone, input.base) : null,
    documentAfter,
    afterVersion: after.apiVersion,
    horizon,
    publishedThrough: input.publishedThrough,
    isSwitched: input.isSwitched,
    nowMs,
  });
  const preference = toPreferenceInForce(after.preferences, nowMs);
  const isDated = after.participation?.kind === "dated";
  return {
    changes: [...toChanges(input, preference), ...plan.remaps],
    assignments: plan.next,
    preference,
    nextBoundary: isDated ? always : plan.nextBoundary,
    nextPreferenceAtMs: toNextPreferenceChange(after.preferences, nowMs),
    drift: documentAfter.drift,
  };
}

function toChanges(input: MeterPlanInput, preference: Preference | null): MeterChange[] {
  const { before, after } = input;
  if (before === null) return [{ type: "meter.created", meter: after, preference }];
  const beforePreference = toPreferenceInForce(before.preferences, input.publishedAtMs ?? input.nowMs);
  return diffMeter({ before, beforePreference, after, afterPreference: preference });
}

function toAssignments(meter: Meter, zone: string, base: TradeDate): DocumentAssignments {
  return meter.participation === null
    ? toPeriodAssignments(meter.deliveryPeriods, zone)
    : toParticipationAssignments(meter.participation, zone, base);
}
