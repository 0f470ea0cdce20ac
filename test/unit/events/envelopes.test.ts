import { describe, expect, test } from "vitest";
import {
  eventTypes,
  toDriftEvent,
  toFieldEvent,
  toGroupEvents,
  toMeterEvents,
  toOverdueEvent,
  toRunEvent,
} from "../../../src/events/index.ts";
import type { Meter, RequiredAction } from "../../../src/meter/index.ts";
import { meterV2 } from "../diff/meters.ts";
import { groupDrift, meterDrift } from "./drifts.ts";
import {
  context,
  digest,
  type MeterChange,
  makeRemap,
  nothingTold,
  overdueRemap,
  readEvent,
} from "./read-events.ts";

const action: RequiredAction = {
  party: null,
  program: null,
  deliveryPeriod: null,
  type: null,
  code: "MRKT_0002",
  deadlineMs: null,
  description: null,
};
const meter: Meter = meterV2([], {
  tags: ["roof"],
  addedAt: "2026-11-02T03:04:05.678901Z",
  requiredActions: [{ ...action, party: "leap", deadlineMs: 0 }, action],
  programStatuses: [{ program: "CCA", deliveryPeriod: null, statuses: ["ACTIVE"] }],
});
const bare = meterV2([], { partnerReference: null, meterType: null, enrollmentStatus: null });
const participate = { preference: "PARTICIPATE", startMs: 0, endMs: null };

const changes: readonly MeterChange[] = [
  { type: "meter.created", meter, preference: participate },
  { type: "meter.created", meter: bare, preference: null },
  {
    type: "meter.enrollment.global-status.updated",
    before: { status: null, dispatchable: false },
    after: { status: "ACTIVE", dispatchable: true },
  },
  {
    type: "meter.enrollment.program-status.updated",
    changes: [{ program: "CCA", deliveryPeriod: null, before: [], after: ["ACTIVE", "PENDING"] }],
  },
  { type: "meter.enrollment.participation-status.updated", before: null, after: participate },
  {
    type: "meter.enrollment.required-actions.updated",
    added: [action],
    changed: [{ before: action, after: { ...action, deadlineMs: 1000 } }],
    resolved: [action],
    outstanding: [action],
  },
  { type: "meter.partner-reference.updated", before: null, after: "DOCK" },
  { type: "meter.archived" },
  { type: "meter.restored" },
  { type: "meter.missing" },
  { type: "meter.reappeared" },
  makeRemap(),
  makeRemap({
    program: null,
    toMarketGroupIds: [],
    kind: "unassigned",
    reason: "withdrawn",
    effectiveTo: "2026-11-02",
  }),
];

const report = { run_id: "r", mode: "sweep", status: "published", exit_code: 0, checksum: null, trips: [] };

const events = [
  ...toMeterEvents(context, meter, changes, nothingTold),
  ...toGroupEvents(context, {
    marketGroupId: "g",
    marketGroupName: null,
    version: 0,
    sha256Before: digest([]),
    sha256After: digest(["m"]),
    change: {
      effectiveFrom: "2026-11-01",
      effectiveTo: null,
      added: ["m"],
      removed: [],
      before: [],
      after: ["m"],
    },
  }),
  toOverdueEvent(context, overdueRemap, nothingTold),
  toDriftEvent(context, groupDrift, nothingTold),
  toDriftEvent(context, meterDrift, nothingTold),
  toFieldEvent(context, { apiVersion: "v2", path: "a[].b", type: "enum", value: "X" }),
  toRunEvent(context, "sync.published", report, 0),
  toRunEvent(context, "sync.held", { ...report, trips: [{ rule: "r", explanation: "e" }] }, 0),
  toRunEvent(context, "sync.failed", report, 0),
];

describe("every change event", () => {
  test.each(events.map((event) => [event.type, event] as const))(
    "%s is a CloudEvent by its schema once a sequence is set in front, and says nothing more",
    (_, event) => {
      const read = readEvent(event);
      expect(read.source).toBe("/meter-sync/default");
      expect(read.time).toBe("2026-10-30T16:00:00.000Z");
      expect(read.correlationid).toBe("run-1");
      expect(read.streamid).toBe(context.streamId);
    },
  );

  test("of every type there is, is among those looked at here", () => {
    expect([...new Set(events.map(({ type }) => type))].sort()).toEqual([...eventTypes].sort());
  });

  test("of a meter has the meter as subject and partition key, in the order of its changes", () => {
    const staged = toMeterEvents(context, meter, changes, nothingTold);
    expect(staged.map(({ type }) => type)).toEqual(changes.map(({ type }) => type));
    for (const event of staged) expect([event.subject, event.partitionkey]).toEqual(["m", "m"]);
  });

  test("carries the ids of its meter as they are now", () => {
    for (const event of toMeterEvents(context, meter, changes, nothingTold)) {
      expect(readEvent(event).data).toMatchObject({
        meter_id: "m",
        partner_reference: "WAREHOUSE 7",
        transmission_region: "CAISO",
      });
    }
  });

  test("keeps an account with odd letters within its source", () => {
    const [event] = toMeterEvents(
      { ...context, account: "a/b ü" },
      meter,
      [{ type: "meter.archived" }],
      nothingTold,
    );
    expect(readEvent(event!).source).toBe("/meter-sync/a%2Fb%20%C3%BC");
  });

  test("reads as interface.md names its parts: a remap", () => {
    const [event] = toMeterEvents(context, meter, [makeRemap({ effectiveTo: "2026-11-30" })], nothingTold);
    expect(readEvent(event!).data).toEqual({
      meter_id: "m",
      partner_reference: "WAREHOUSE 7",
      transmission_region: "CAISO",
      program: "CCA",
      kind: "moved",
      basis: "announced",
      reason: null,
      from_market_group_ids: ["a"],
      to_market_group_ids: ["b"],
      effective_from: "2026-11-01",
      effective_to: "2026-11-30",
      lead_time_hours: 39,
    });
  });

  test("reads as interface.md names its parts: a moved deadline", () => {
    const staged = toMeterEvents(context, meter, changes, nothingTold);
    const event = staged.find(({ type }) => type === "meter.enrollment.required-actions.updated")!;
    expect(readEvent(event).data.changed).toMatchObject([
      { code: "MRKT_0002", deadline: "1970-01-01T00:00:01.000Z", previous_deadline: null },
    ]);
  });
});
