import type { MeterChange, Remap } from "../diff/index.ts";
import type { JsonValue, Meter, Preference, RequiredAction } from "../meter/index.ts";
import { formatInstant } from "../time/index.ts";
import type { EventData, EventType } from "./schemas.ts";
import { type EventContext, type EventIdentity, type StagedEvent, toStagedEvent } from "./to-event.ts";

/** How many events have been told for this meter, by type and program, before this run. */
export type ToldCount = (type: EventType, program: string) => number;

/** The change events of one meter, in the order in which consumers should learn of them. */
export function toMeterEvents(
  context: EventContext,
  meter: Meter,
  changes: readonly MeterChange[],
  toldCount: ToldCount,
): StagedEvent[] {
  const toldNow = new Map<string, number>();
  return changes.map((change) => {
    const program = change.type === "meter.group.remapped" ? toProgramKey(change.program) : "";
    const key = JSON.stringify([change.type, program]);
    const now = toldNow.get(key) ?? 0;
    toldNow.set(key, now + 1);
    return toMeterEvent(context, meter, change, program, toldCount(change.type, program) + now);
  });
}

/** A program as part of a key: no program is not the same as a program without a name. */
export function toProgramKey(program: string | null): string {
  return program === null ? "" : `program:${program}`;
}

function toMeterEvent(
  context: EventContext,
  meter: Meter,
  change: MeterChange,
  program: string,
  told: number,
): StagedEvent {
  const ids = {
    meter_id: meter.meterId,
    partner_reference: meter.partnerReference,
    transmission_region: meter.transmissionRegion,
  };
  const shared = { subject: meter.meterId, partitionkey: meter.meterId, program };
  if (change.type === "meter.group.remapped") {
    const identity: EventIdentity = {
      effectiveFrom: change.effectiveFrom,
      effectiveTo: change.effectiveTo,
      before: change.fromMarketGroupIds,
      after: change.toMarketGroupIds,
      told,
    };
    return toStagedEvent(context, {
      ...shared,
      type: change.type,
      data: { ...ids, ...toRemapData(change) },
      identity,
    });
  }
  const data = { ...ids, ...toData(change) } as EventData<typeof change.type>;
  const sides = data as unknown as { readonly [key: string]: JsonValue };
  const { meter_id: _, partner_reference: __, transmission_region: ___, ...said } = sides;
  return toStagedEvent(context, {
    ...shared,
    type: change.type,
    data,
    identity: { before: said.before ?? null, after: said, told },
  });
}

function toRemapData(remap: Remap) {
  return {
    program: remap.program,
    kind: remap.kind,
    basis: remap.basis,
    reason: remap.reason,
    from_market_group_ids: [...remap.fromMarketGroupIds],
    to_market_group_ids: [...remap.toMarketGroupIds],
    effective_from: remap.effectiveFrom,
    effective_to: remap.effectiveTo,
    lead_time_hours: remap.leadTimeHours,
  };
}

function toData(change: Exclude<MeterChange, Remap>): Record<string, unknown> {
  switch (change.type) {
    case "meter.created":
      return { before: null, after: toMeterData(change.meter, change.preference) };
    case "meter.enrollment.global-status.updated":
      return { before: change.before, after: change.after };
    case "meter.enrollment.program-status.updated":
      return {
        changes: change.changes.map(({ program, deliveryPeriod, before, after }) => ({
          program,
          delivery_period: deliveryPeriod,
          before,
          after,
        })),
      };
    case "meter.enrollment.participation-status.updated":
      return { before: toPreferenceData(change.before), after: toPreferenceData(change.after) };
    case "meter.enrollment.required-actions.updated":
      return {
        added: change.added.map(toActionData),
        changed: change.changed.map(({ before, after }) => ({
          ...toActionData(after),
          previous_deadline: toInstant(before.deadlineMs),
        })),
        resolved: change.resolved.map(toActionData),
        outstanding: change.outstanding.map(toActionData),
      };
    case "meter.partner-reference.updated":
      return { before: change.before, after: change.after };
    case "meter.archived":
      return { before: { is_archived: false }, after: { is_archived: true } };
    case "meter.restored":
      return { before: { is_archived: true }, after: { is_archived: false } };
    case "meter.missing":
      return { before: { is_missing: false }, after: { is_missing: true } };
    case "meter.reappeared":
      return { before: { is_missing: true }, after: { is_missing: false } };
  }
}

function toMeterData(meter: Meter, preference: Preference | null) {
  return {
    meter_id: meter.meterId,
    partner_reference: meter.partnerReference,
    transmission_region: meter.transmissionRegion,
    meter_type: meter.meterType,
    tags: meter.tags,
    enrollment_status: meter.enrollmentStatus,
    dispatchable: meter.dispatchable,
    participation_preference: toPreferenceData(preference),
    action_required: meter.actionRequired,
    required_actions: meter.requiredActions.map(toActionData),
    program_statuses: meter.programStatuses.map(({ program, deliveryPeriod, statuses }) => ({
      program,
      delivery_period: deliveryPeriod,
      statuses,
    })),
    participation_preferences: meter.preferences.map(toPreferenceData),
    delivery_periods: meter.deliveryPeriods.map((period) => ({
      program: period.program,
      start: toInstant(period.startMs),
      end: toInstant(period.endMs),
      market_group_id: period.marketGroupId,
      market_group_name: period.marketGroupName,
    })),
    is_archived: meter.isArchived,
    added_at: meter.addedAt,
  };
}

function toPreferenceData(preference: Preference | null) {
  if (preference === null) return null;
  const { preference: name, startMs, endMs } = preference;
  return { preference: name, start: toInstant(startMs), end: toInstant(endMs) };
}

/** A required action as events and views show it. */
export function toActionData(action: RequiredAction) {
  return {
    party: action.party,
    program: action.program,
    delivery_period: action.deliveryPeriod,
    type: action.type,
    code: action.code,
    deadline: toInstant(action.deadlineMs),
    description: action.description,
  };
}

function toInstant(epochMs: number | null): string | null {
  return epochMs === null ? null : formatInstant(epochMs);
}
