import { expect, test } from "vitest";
import { toMeter } from "../../../src/leap/index.ts";
import type { JsonValue } from "../../../src/meter/index.ts";
import { documentV2, ids, periodNorth } from "./meter-documents.ts";

function read(changes: Record<string, JsonValue>) {
  return toMeter({ ...documentV2, ...changes }, "v2");
}

test.each([
  [
    "a period's start that is no instant",
    { program_enrollment: [{ ...periodNorth, delivery_period_start_date_time: "soon" }] },
  ],
  [
    "a period's start that is left out",
    { program_enrollment: [{ ...periodNorth, delivery_period_start_date_time: null }] },
  ],
  [
    "a period's start in the year 9000",
    { program_enrollment: [{ ...periodNorth, delivery_period_start_date_time: "9000-01-01T00:00:00Z" }] },
  ],
  [
    "a period's end that is no instant",
    { program_enrollment: [{ ...periodNorth, delivery_period_end_date_time: "2027-02-30T00:00:00Z" }] },
  ],
  [
    "a period's end that is a number",
    { program_enrollment: [{ ...periodNorth, delivery_period_end_date_time: 5 }] },
  ],
  ["a group id that is a number", { program_enrollment: [{ ...periodNorth, market_group_id: 5 }] }],
  ["a row's status that is no text", { program_enrollment: [{ ...periodNorth, enrollment_status: {} }] }],
  ["program_enrollment that is no list", { program_enrollment: { rows: [] } }],
  ["a row that is no object", { program_enrollment: ["CCA"] }],
  [
    "a preference's start that is no instant",
    { participation_preferences: [{ participation_preference: "IDLE", start_time: "x" }] },
  ],
  [
    "a preference's end that is no instant",
    {
      participation_preferences: [
        { participation_preference: "IDLE", start_time: "2027-01-01T00:00:00Z", end_time: "x" },
      ],
    },
  ],
  ["preferences that are no list", { participation_preferences: "IDLE" }],
  ["a global status that is no text", { global_enrollment_status: 1 }],
] as [string, Record<string, JsonValue>][])("%s keeps the meter's last known state (I11)", (_, changes) => {
  const { meterId, meter, problem } = read(changes);
  expect(meterId).toBe(ids.meter);
  expect(meter).toBeNull();
  expect(problem).toMatch(/^[a-z_ .]+(is no instant|of a type that cannot be read|is no object)$/);
});

test.each([
  ["tags", "roof", "tags_type"],
  ["tags", ["dock", 5, "roof"], "tags_type"],
  ["load_types", "HVAC", "load_types_type"],
  ["partner_reference", 12, "partner_reference_type"],
  ["partner_reference", ["a"], "partner_reference_type"],
  ["transmission_region", 5, "transmission_region_type"],
  ["transmission_region", null, "region_missing"],
  ["is_archived", "no", "is_archived_type"],
  ["audit", [], "audit_type"],
  ["audit", { created_at: "yesterday" }, "audit_created_at_unreadable"],
  ["required_actions", [], "required_actions_type"],
  ["required_actions", { partner: "none" }, "required_actions_partner_type"],
  ["required_actions", { partner: ["sign"] }, "required_action_type"],
  ["global_enrollment_status", null, "enrollment_status_missing"],
  ["program_enrollment", null, "program_enrollment_missing"],
] as [string, JsonValue, string][])("%s = %j is drift, and the meter is read", (field, value, code) => {
  const { meter, drift } = read({ [field]: value });
  expect(meter).not.toBeNull();
  expect(drift).toEqual([code]);
});
