import type { JsonObject } from "../../../src/meter/index.ts";

/** Made up: no id, name or code here belongs to anyone. */
export const ids = {
  meter: "5d1e0000-0000-4000-8000-00000000000a",
  groupNorth: "6a2f0000-0000-4000-8000-0000000000aa",
  groupSouth: "6a2f0000-0000-4000-8000-0000000000bb",
};

export const periodNorth: JsonObject = {
  program_identifier: "CCA",
  delivery_period: "SUMMER_A",
  delivery_period_start_date_time: "2027-05-01T07:00:00Z",
  delivery_period_end_date_time: "2027-05-31T07:00:00.000000Z",
  enrollment_status: "ACTIVE",
  enrollment_deadlines: [],
  market_group_id: ids.groupNorth,
  market_group_name: "NORTH_1",
};

export const periodWithoutGroup: JsonObject = {
  program_identifier: "CCA",
  delivery_period: "SUMMER_B",
  delivery_period_start_date_time: "2027-06-01T07:00:00Z",
  delivery_period_end_date_time: "9000-12-31T23:59:59.999999999Z",
  enrollment_status: "ELIGIBLE",
  enrollment_deadlines: [],
};

export const partnerAction: JsonObject = {
  program_identifier: "CCA",
  delivery_period: "SUMMER_B",
  enrollment_deadline_date_time: "2027-05-20T07:00:00Z",
  action_type: "NO_MISSING_FIELDS",
  action_description: "fill in the load zone",
  action_code: "TEST_0001",
};

export const leapAction: JsonObject = {
  ...partnerAction,
  action_type: "HAS_NOMINATIONS",
  action_code: "TEST_0002",
};

export const documentV2: JsonObject = {
  meter_id: ids.meter,
  partner_reference: "WAREHOUSE 7",
  transmission_region: "CAISO",
  customer_classification: "COMMERCIAL",
  load_types: ["HVAC", "LIGHTING"],
  meter_type: "UTILITY_METER",
  tags: ["roof", "dock"],
  is_archived: false,
  audit: {
    created_by: "LEAP",
    created_at: "2026-11-02T03:04:05.678901Z",
    updated_at: "2026-11-03T00:00:00Z",
  },
  global_enrollment_status: "ACTIVE",
  participation_preferences: [
    {
      participation_preference: "PARTICIPATE",
      start_time: "2026-11-02T03:04:05Z",
      end_time: "2099-01-01T00:00:00Z",
    },
    {
      participation_preference: "IDLE",
      start_time: "2027-05-10T07:00:00Z",
      end_time: "2027-05-12T07:00:00Z",
    },
  ],
  program_enrollment: [periodNorth, periodWithoutGroup],
  required_actions: { partner: [partnerAction], leap: [leapAction] },
};

export const documentV1: JsonObject = {
  meter_id: ids.meter,
  partner_reference: "WAREHOUSE 7",
  transmission_region: "CAISO",
  meter_type: "UTILITY_METER",
  tags: ["dock", "roof"],
  utility: "TESTCO",
  enrollment: {
    status: "Active",
    active_from: "2026-11-05T08:00:00Z",
    active_to: null,
    status_reasons: [],
    partner_preferred_action: "Participate",
    partner_indicated_idle_period: null,
  },
  participation: [
    { market_group_id: ids.groupNorth, trade_date: "2027-05-03T07:00:00Z" },
    { market_group_id: ids.groupNorth, trade_date: "2027-05-04T07:00:00Z" },
    { market_group_id: ids.groupSouth, trade_date: "2027-05-05T07:00:00Z" },
  ],
};
