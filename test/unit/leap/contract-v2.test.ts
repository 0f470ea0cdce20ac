import { expect, test } from "vitest";
import { toMeter } from "../../../src/leap/index.ts";
import type { JsonValue, Meter } from "../../../src/meter/index.ts";
import {
  documentV2,
  ids,
  leapAction,
  partnerAction,
  periodNorth,
  periodWithoutGroup,
} from "./meter-documents.ts";

function read(changes: Record<string, JsonValue>) {
  return toMeter({ ...documentV2, ...changes }, "v2");
}

function readMeter(changes: Record<string, JsonValue>): Meter {
  const { meter, problem } = read(changes);
  if (meter === null) throw new Error(`unreadable: ${problem}`);
  return meter;
}

test("a whole v2 document is read without drift", () => {
  expect(toMeter(documentV2, "v2")).toEqual({
    meterId: ids.meter,
    problem: null,
    drift: [],
    meter: {
      apiVersion: "v2",
      meterId: ids.meter,
      partnerReference: "WAREHOUSE 7",
      transmissionRegion: "CAISO",
      meterType: "UTILITY_METER",
      tags: ["dock", "roof"],
      enrollmentStatus: "ACTIVE",
      dispatchable: true,
      isArchived: false,
      addedAt: "2026-11-02T03:04:05.678901Z",
      preferences: [
        { preference: "PARTICIPATE", startMs: Date.parse("2026-11-02T03:04:05Z"), endMs: null },
        {
          preference: "IDLE",
          startMs: Date.parse("2027-05-10T07:00:00Z"),
          endMs: Date.parse("2027-05-12T07:00:00Z"),
        },
      ],
      requiredActions: [
        {
          party: "leap",
          program: "CCA",
          deliveryPeriod: "SUMMER_B",
          type: "HAS_NOMINATIONS",
          code: "TEST_0002",
          deadlineMs: Date.parse("2027-05-20T07:00:00Z"),
          description: "fill in the load zone",
        },
        {
          party: "partner",
          program: "CCA",
          deliveryPeriod: "SUMMER_B",
          type: "NO_MISSING_FIELDS",
          code: "TEST_0001",
          deadlineMs: Date.parse("2027-05-20T07:00:00Z"),
          description: "fill in the load zone",
        },
      ],
      actionRequired: true,
      programStatuses: [
        { program: "CCA", deliveryPeriod: "SUMMER_A", statuses: ["ACTIVE"] },
        { program: "CCA", deliveryPeriod: "SUMMER_B", statuses: ["ELIGIBLE"] },
      ],
      deliveryPeriods: [
        {
          program: "CCA",
          startMs: Date.parse("2027-05-01T07:00:00Z"),
          endMs: Date.parse("2027-05-31T07:00:00Z"),
          marketGroupId: ids.groupNorth,
          marketGroupName: "NORTH_1",
        },
        {
          program: "CCA",
          startMs: Date.parse("2027-06-01T07:00:00Z"),
          endMs: null,
          marketGroupId: null,
          marketGroupName: null,
        },
      ],
      participation: null,
    },
  });
});

test("ids of meters and groups are lower-cased, an empty group id is no group", () => {
  const upper = { ...periodNorth, market_group_id: ids.groupNorth.toUpperCase() };
  const empty = { ...periodWithoutGroup, market_group_id: "" };
  const extraction = read({ meter_id: ids.meter.toUpperCase(), program_enrollment: [upper, empty] });
  expect(extraction.meterId).toBe(ids.meter);
  expect(extraction.meter?.meterId).toBe(ids.meter);
  expect(extraction.meter?.deliveryPeriods.map((period) => period.marketGroupId)).toEqual([
    ids.groupNorth,
    null,
  ]);
});

test.each([null, "", "  ", 7, ["x"]])("a meter whose id is %j has none and is rejected (I11)", (meter_id) => {
  expect(read({ meter_id })).toMatchObject({ meterId: null, meter: null, problem: "meter_id is missing" });
});

test.each(["9000-01-01T00:00:00Z", "9000-12-31T23:59:59.999999999Z", "2099-12-31T00:00:00Z", null])(
  "an end spelled %j is forever",
  (end) => {
    const row = { ...periodNorth, delivery_period_end_date_time: end };
    expect(readMeter({ program_enrollment: [row] }).deliveryPeriods[0]?.endMs).toBeNull();
  },
);

test("null and left out are the same", () => {
  const { partner_reference, meter_type, ...rest } = documentV2;
  expect(toMeter(rest, "v2")).toEqual(toMeter({ ...rest, partner_reference: null, meter_type: null }, "v2"));
});

test("a missing region is unknown, a new one is kept as it is", () => {
  expect(readMeter({ transmission_region: null }).transmissionRegion).toBe("unknown");
  expect(readMeter({ transmission_region: "MOON" }).transmissionRegion).toBe("MOON");
});

test("unknown enum values are kept (I11)", () => {
  const row = { ...periodNorth, program_identifier: "NEW-PROGRAM", enrollment_status: "ASLEEP" };
  const meter = readMeter({
    global_enrollment_status: "DORMANT",
    meter_type: "KETTLE",
    program_enrollment: [row],
  });
  expect(meter).toMatchObject({ enrollmentStatus: "DORMANT", dispatchable: false, meterType: "KETTLE" });
  expect(meter.programStatuses).toEqual([
    { program: "NEW-PROGRAM", deliveryPeriod: "SUMMER_A", statuses: ["ASLEEP"] },
  ]);
});

test("only exactly ACTIVE is dispatchable", () => {
  expect(readMeter({ global_enrollment_status: "Active" }).dispatchable).toBe(false);
  expect(readMeter({ global_enrollment_status: "ACTIVE" }).dispatchable).toBe(true);
});

test("a row without a program has the program unknown", () => {
  const extraction = read({ program_enrollment: [{ ...periodNorth, program_identifier: null }] });
  expect(extraction.meter?.deliveryPeriods[0]?.program).toBe("unknown");
  expect(extraction.drift).toEqual(["program_missing"]);
});

test("duplicate rows collapse, two groups for one period stay", () => {
  const other = { ...periodNorth, market_group_id: ids.groupSouth };
  const nameless = { ...periodNorth, market_group_name: null };
  const meter = readMeter({ program_enrollment: [nameless, other, periodNorth, periodNorth] });
  expect(meter.deliveryPeriods.map((period) => period.marketGroupId)).toEqual([
    ids.groupNorth,
    ids.groupSouth,
  ]);
  expect(meter.deliveryPeriods[0]?.marketGroupName).toBe("NORTH_1");
});

test("rows of one program and period give a set of statuses", () => {
  const rows = [periodNorth, { ...periodNorth, enrollment_status: "PENDING" }, periodNorth];
  expect(readMeter({ program_enrollment: rows }).programStatuses).toEqual([
    { program: "CCA", deliveryPeriod: "SUMMER_A", statuses: ["ACTIVE", "PENDING"] },
  ]);
});

test("a period whose end lies before its start is kept: only local days can say whether it is empty", () => {
  const row = { ...periodNorth, delivery_period_end_date_time: "2027-04-01T07:00:00Z" };
  const extraction = read({ program_enrollment: [row] });
  expect(extraction.drift).toEqual([]);
  expect(extraction.meter?.deliveryPeriods[0]?.endMs).toBe(Date.parse("2027-04-01T07:00:00Z"));
  expect(extraction.meter?.programStatuses).toHaveLength(1);
});

test("of duplicate actions the earliest deadline stays, whatever their descriptions", () => {
  const later = {
    ...partnerAction,
    enrollment_deadline_date_time: "2027-06-20T07:00:00Z",
    action_description: "a",
  };
  const never = { ...partnerAction, enrollment_deadline_date_time: null };
  const meter = readMeter({ required_actions: { partner: [later, never, partnerAction] } });
  expect(meter.requiredActions).toHaveLength(1);
  expect(meter.requiredActions[0]?.deadlineMs).toBe(Date.parse("2027-05-20T07:00:00Z"));
});

test("the same action of partner and of Leap are two", () => {
  const meter = readMeter({ required_actions: { partner: [partnerAction], leap: [partnerAction] } });
  expect(meter.requiredActions.map((action) => action.party)).toEqual(["leap", "partner"]);
});

test("an unreadable deadline is no deadline, and drift", () => {
  const action = { ...partnerAction, enrollment_deadline_date_time: "eventually" };
  const extraction = read({ required_actions: { partner: [action] } });
  expect(extraction.meter?.requiredActions[0]?.deadlineMs).toBeNull();
  expect(extraction.drift).toEqual(["action_deadline_unreadable"]);
});

test("action is required only where the partner has to act", () => {
  expect(readMeter({ required_actions: { partner: [], leap: [leapAction] } }).actionRequired).toBe(false);
  expect(readMeter({ required_actions: null }).actionRequired).toBe(false);
});
