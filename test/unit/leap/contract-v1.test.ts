import { expect, test } from "vitest";
import { toMeter } from "../../../src/leap/index.ts";
import type { JsonObject, JsonValue } from "../../../src/meter/index.ts";
import { documentV1, ids } from "./meter-documents.ts";

const enrollment = documentV1.enrollment as JsonObject;

function read(changes: Record<string, JsonValue>) {
  return toMeter({ ...documentV1, ...changes }, "v1");
}

test("a whole v1 document is read without drift", () => {
  expect(toMeter(documentV1, "v1")).toEqual({
    meterId: ids.meter,
    problem: null,
    drift: [],
    meter: {
      apiVersion: "v1",
      meterId: ids.meter,
      partnerReference: "WAREHOUSE 7",
      transmissionRegion: "CAISO",
      meterType: "UTILITY_METER",
      tags: ["dock", "roof"],
      enrollmentStatus: "Active",
      dispatchable: true,
      isArchived: false,
      addedAt: null,
      preferences: [{ preference: "Participate", startMs: null, endMs: null }],
      requiredActions: [],
      actionRequired: false,
      programStatuses: [],
      deliveryPeriods: [],
      participation: {
        kind: "dated",
        entries: [
          { tradeDateMs: Date.parse("2027-05-03T07:00:00Z"), marketGroupId: ids.groupNorth },
          { tradeDateMs: Date.parse("2027-05-04T07:00:00Z"), marketGroupId: ids.groupNorth },
          { tradeDateMs: Date.parse("2027-05-05T07:00:00Z"), marketGroupId: ids.groupSouth },
        ],
      },
    },
  });
});

test("entries are sorted by trade date and group, each once, and one without a group is none", () => {
  const early = { market_group_id: ids.groupSouth.toUpperCase(), trade_date: "2027-05-03T07:00:00.000Z" };
  const late = { market_group_id: ids.groupNorth, trade_date: "2027-05-04T00:00:00-07:00" };
  const none = { market_group_id: null, trade_date: "2027-05-05T07:00:00Z" };
  const empty = { market_group_id: "", trade_date: "2027-05-05T07:00:00Z" };
  expect(read({ participation: [late, none, early, empty, late, early] }).meter?.participation).toEqual({
    kind: "dated",
    entries: [
      { tradeDateMs: Date.parse("2027-05-03T07:00:00Z"), marketGroupId: ids.groupSouth },
      { tradeDateMs: Date.parse("2027-05-04T07:00:00Z"), marketGroupId: ids.groupNorth },
    ],
  });
});

test("participation left out altogether is an empty list, and drift", () => {
  for (const participation of [null, undefined]) {
    const { meter, drift } = toMeter({ ...documentV1, participation } as JsonObject, "v1");
    expect(meter?.participation).toEqual({ kind: "dated", entries: [] });
    expect(drift).toEqual(["participation_missing"]);
  }
});

test.each([
  [
    "a trade date that is no instant",
    { participation: [{ market_group_id: ids.groupNorth, trade_date: "May" }] },
  ],
  ["a trade date that is left out", { participation: [{ market_group_id: ids.groupNorth }] }],
  [
    "a group id that is no text",
    { participation: [{ market_group_id: 5, trade_date: "2027-05-05T07:00:00Z" }] },
  ],
  ["an entry that is no object", { participation: ["north"] }],
  ["participation that is no list", { participation: {} }],
  ["an enrollment that is no object", { enrollment: "Active" }],
  ["a status that is no text", { enrollment: { ...enrollment, status: 3 } }],
] as [string, Record<string, JsonValue>][])("%s keeps the meter's last known state (I11)", (_, changes) => {
  expect(read(changes)).toMatchObject({ meterId: ids.meter, meter: null, problem: expect.any(String) });
});

test("reasons are required actions of nobody in particular, each code once", () => {
  const status_reasons = [
    { code: "TEST_0002", comment: "b" },
    { code: "TEST_0001", comment: "leave the other program" },
    { code: "TEST_0002", comment: "a" },
  ];
  const { meter } = read({ enrollment: { ...enrollment, status: "ActionRequired", status_reasons } });
  const rest = { party: null, program: null, deliveryPeriod: null, type: null, deadlineMs: null };
  expect(meter?.requiredActions).toEqual([
    { ...rest, code: "TEST_0001", description: "leave the other program" },
    { ...rest, code: "TEST_0002", description: "a" },
  ]);
  expect(meter).toMatchObject({ actionRequired: true, dispatchable: false });
});

test("any reason requires action, and so does the status alone", () => {
  const reason = { enrollment: { ...enrollment, status_reasons: [{ code: "TEST_0001" }] } };
  const status = { enrollment: { ...enrollment, status: "ActionRequired", status_reasons: null } };
  expect(read(reason).meter?.actionRequired).toBe(true);
  expect(read(status).meter?.actionRequired).toBe(true);
});

test("only exactly Active is dispatchable", () => {
  expect(read({ enrollment: { ...enrollment, status: "ACTIVE" } }).meter?.dispatchable).toBe(false);
});

test("an enrollment left out, or an odd decoration, is drift", () => {
  expect(read({ enrollment: null }).drift).toEqual(["enrollment_status_missing"]);
  expect(read({ enrollment: null }).meter?.enrollmentStatus).toBeNull();
  expect(read({ enrollment: { ...enrollment, status_reasons: "x" } }).drift).toEqual(["status_reasons_type"]);
  expect(read({ enrollment: { ...enrollment, status_reasons: ["x"] } }).drift).toEqual([
    "status_reasons_type",
  ]);
});

test("no preferred action is no preference", () => {
  const { meter } = read({ enrollment: { ...enrollment, partner_preferred_action: null } });
  expect(meter?.preferences).toEqual([]);
});
