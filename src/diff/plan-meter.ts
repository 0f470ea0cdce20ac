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
import type { Loss } from "./losses.ts";

/**
 * A meter was found again, was found again with a document that says nothing while its assignments had ended,
 * is told missing, or its absence is confirmed and its assignments end.
 */
export type Presence = "present" | "returned" | "missing" | "ended";

export type MeterPlanInput = {
  /** The published document, read with today's code (I10); null for a new meter. */
  readonly before: Meter | null;
  /** The zone in whose days `before` was published; that of `horizon` is the one that `after` is read in. */
  readonly zoneBefore: string;
  /** What holds now: the document just read, or the published one where only time has passed. */
  readonly after: Meter;
  readonly published: readonly AssignmentRange[];
  readonly horizon: RegionHorizon;
  /** The sweep's own day in the meter's zone: what a sliding v1 participation is told relative to. */
  readonly base: TradeDate;
  readonly publishedThrough: TradeDate | null;
  readonly isSwitched: boolean;
  /** Runs have been held back since the last publication. */
  readonly isHeldBefore: boolean;
  /** This release reads documents in another way than the last publication did. */
  readonly isReread: boolean;
  /** What the run concluded of its absence; null where nothing changes. */
  readonly presence: Presence | null;
  /** Had been told missing. */
  readonly wasMissing: boolean;
  /** When its assignments ended, if they had: what its document said since then was never told. */
  readonly endedAtMs: number | null;
  readonly nowMs: number;
  /** The instant the last publication was planned as of; null before the first. */
  readonly plannedAtMs: number | null;
};

export type MeterPlan = {
  readonly changes: readonly MeterChange[];
  readonly assignments: readonly AssignmentRange[];
  readonly preference: Preference | null;
  readonly nextBoundary: TradeDate | null;
  readonly nextPreferenceAtMs: number | null;
  readonly drift: readonly string[];
  readonly losses: readonly Loss[];
};

/** A date before all others: the meter is looked at by every run. */
const always: TradeDate = "0000-01-01";

/** Everything that one meter's before and after, the horizon and the clock lead to. */
export function planMeter(input: MeterPlanInput): MeterPlan {
  const { after, horizon, nowMs } = input;
  const documentAfter = toAssignments(after, horizon.zone, input.base);
  const plan = diffAssignments({
    published: input.published,
    documentBefore: toDocumentBefore(input),
    documentAfter,
    afterVersion: after.apiVersion,
    horizon,
    publishedThrough: input.publishedThrough,
    isSwitched: input.isSwitched,
    isHeldBefore: input.isHeldBefore,
    isReread: input.isReread,
    endsFrom: input.presence === "ended" ? horizon.today : null,
    nowMs,
  });
  const preference = toPreferenceInForce(after.preferences, nowMs);
  const isDated = after.participation?.kind === "dated";
  const isEnded = input.presence === "ended";
  return {
    changes: [...toPresenceChanges(input), ...toChanges(input, preference), ...plan.remaps],
    assignments: plan.next,
    preference,
    // Of a meter whose assignments have ended, time alone changes nothing any more.
    nextBoundary: isDated && !isEnded ? always : plan.nextBoundary,
    nextPreferenceAtMs: isEnded ? null : toNextPreferenceChange(after.preferences, nowMs),
    drift: documentAfter.drift,
    losses: plan.losses,
  };
}

/** What is told of its absence: it was there before it changed, and is told missing for itself alone. */
export function toPresenceChanges(input: Pick<MeterPlanInput, "presence" | "wasMissing">): MeterChange[] {
  if (input.presence === "missing" && !input.wasMissing) return [{ type: "meter.missing" }];
  const isBack = input.presence === "present" || input.presence === "returned";
  return isBack && input.wasMissing ? [{ type: "meter.reappeared" }] : [];
}

function toChanges(input: MeterPlanInput, preference: Preference | null): MeterChange[] {
  const { before, after } = input;
  if (before === null) return [{ type: "meter.created", meter: after, preference }];
  const toldAtMs = input.endedAtMs ?? input.plannedAtMs ?? input.nowMs;
  const beforePreference = toPreferenceInForce(before.preferences, toldAtMs);
  return diffMeter({ before, beforePreference, after, afterPreference: preference });
}

/** What was published keeps its days: it is not read in the zone of a region the meter has moved to since. */
function toDocumentBefore({ before, zoneBefore, endedAtMs }: MeterPlanInput): DocumentAssignments | null {
  if (before?.apiVersion !== "v2" || endedAtMs !== null) return null;
  return toPeriodAssignments(before.deliveryPeriods, zoneBefore);
}

function toAssignments(meter: Meter, zone: string, base: TradeDate): DocumentAssignments {
  return meter.participation === null
    ? toPeriodAssignments(meter.deliveryPeriods, zone)
    : toParticipationAssignments(meter.participation, zone, base);
}
