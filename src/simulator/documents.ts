import { dayAt, dayMs, midnightTextOf, toMicrosecondsText } from "./calendar.ts";
import type { EnrollmentRow } from "./enrollment-rows.ts";
import { hashOf, salt } from "./hash.ts";
import { groupsOnDay, type MeterState } from "./meter-state.ts";
import type { World } from "./world.ts";

/** Days after the start at which Leap, without a word, sends a field nobody has seen before. */
const newFieldDays = { grid_zone_hint: 9, nomination_method: 16 };

/** One meter as v2 Search Meter Enrollments sends it. */
export function toV2Document(world: World, state: MeterState, nowMs: number): object {
  const { identity, life, basics, actions } = state;
  const hasRowField = hasNewField(world, "nomination_method", nowMs);
  return {
    meter_id: state.meterId,
    ...(identity.partnerReference === null ? {} : { partner_reference: identity.partnerReference }),
    transmission_region: basics.facts.region,
    customer_classification: identity.customerClassification,
    load_types: identity.loadTypes,
    meter_type: identity.meterType,
    connection_references: identity.connectionReferences,
    customer_group: identity.customerGroup,
    tags: identity.tags,
    is_archived: life.isArchived,
    audit: {
      created_by: identity.createdBy,
      created_at: toMicrosecondsText(basics.addedUs),
      updated_at: toMicrosecondsText(state.updatedUs),
    },
    global_enrollment_status: life.status,
    participation_preferences: life.preferences,
    program_enrollment: state.rows.map((row) => toV2Row(row, hasRowField)),
    required_actions: actions,
    ...toNewField(world, state, nowMs),
  };
}

function toV2Row(row: EnrollmentRow, hasNominationMethod: boolean): object {
  return {
    program_identifier: row.program,
    delivery_period: row.deliveryPeriod,
    delivery_period_start_date_time: row.startText,
    delivery_period_end_date_time: row.endText,
    enrollment_status: row.status,
    enrollment_deadlines: row.deadlines,
    ...(row.group === null ? {} : { market_group_id: row.group.id, market_group_name: row.group.name }),
    ...(hasNominationMethod ? { nomination_method: "BASELINE" } : {}),
  };
}

function toNewField(world: World, state: MeterState, nowMs: number): object {
  return hasNewField(world, "grid_zone_hint", nowMs) ? { grid_zone_hint: `Z${state.basics.index % 7}` } : {};
}

function hasNewField(world: World, field: keyof typeof newFieldDays, nowMs: number): boolean {
  return !world.isFrozen && nowMs >= (world.startDay + newFieldDays[field]) * dayMs;
}

const v1Statuses = {
  ACTIVE: "Active",
  ELIGIBLE: "Eligible",
  INELIGIBLE: "Ineligible",
  NOT_PARTICIPATING: "NotParticipating",
  PENDING: "Pending",
} as const;
const v1Preferences = { PARTICIPATE: "Participate", IDLE: "Idle", DISENROLL: "Disenroll" } as const;

/** The same meter as v1 Search Meters sends it: three days of groups, no programs, no date added. */
export function toV1Document(world: World, state: MeterState, nowMs: number): object {
  const { identity, life, basics, actions } = state;
  const isWaiting = life.status !== "ACTIVE" && actions.partner.length > 0;
  const isPlanned = life.status === "ACTIVE" || life.status === "ELIGIBLE";
  const activeFrom = midnightTextOf(basics.facts.zone, basics.joinDay);
  const eligibleTo = midnightTextOf(basics.facts.zone, basics.joinDay + 3650);
  return {
    meter_id: state.meterId,
    partner_reference: identity.partnerReference,
    transmission_region: basics.facts.region,
    utility: identity.utility,
    load_serving_entity: `${basics.facts.region} Load Service ${1 + (basics.index % 3)}`,
    service_point_number: String(hashOf(world.seed, basics.index, salt.detail, 9)).padStart(10, "0"),
    enrollment: {
      status: isWaiting ? "ActionRequired" : v1Statuses[life.status],
      active_from: life.status === "ACTIVE" ? activeFrom : null,
      active_to: null,
      eligible_from: isPlanned ? activeFrom : null,
      eligible_to: isPlanned ? eligibleTo : null,
      status_reasons: [...actions.partner, ...actions.leap].map((action) => ({
        code: action.action_code,
        comment: action.action_description,
      })),
      partner_preferred_action: v1Preferences[life.preferenceInForce],
      partner_indicated_idle_period: null,
      partner_indicated_disenrollment: null,
    },
    participation: toParticipation(state, nowMs),
    meter_type: identity.meterType,
    tags: identity.tags,
    ...toNewField(world, state, nowMs),
  };
}

/** The meter's local today and the next two days, one entry for each group. */
function toParticipation(state: MeterState, nowMs: number): readonly object[] {
  const { zone } = state.basics.facts;
  const today = dayAt(zone, nowMs);
  return [today, today + 1, today + 2].flatMap((day) => {
    const groups = new Set(groupsOnDay(state.rows, day).map((group) => group.marketGroupId));
    return [...groups].map((id) => ({ market_group_id: id, trade_date: midnightTextOf(zone, day) }));
  });
}
