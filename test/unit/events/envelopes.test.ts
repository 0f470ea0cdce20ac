import { describe, expect, test } from "vitest";
import {
  type EventType,
  eventTypes,
  idsPerPartMax,
  toFieldEvent,
  toGroupEvents,
  toMeterEvents,
  toRunEvent,
} from "../../../src/events/index.ts";
import type { Meter, RequiredAction } from "../../../src/meter/index.ts";
import { meterV2 } from "../diff/meters.ts";
import { context, digest, type MeterChange, makeRemap, nothingTold, readEvent } from "./read-events.ts";

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

describe("a group update", () => {
  /** Ids of one length, in order. */
  const names = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(6, "0")}`);

  function toEvents(before: readonly string[], after: readonly string[], version: number) {
    const [was, is] = [new Set(before), new Set(after)];
    return toGroupEvents(context, {
      marketGroupId: "g",
      marketGroupName: "NORTH",
      version,
      sha256Before: digest(before),
      sha256After: digest(after),
      change: {
        effectiveFrom: "2026-11-01",
        effectiveTo: null,
        added: after.filter((meterId) => !was.has(meterId)),
        removed: before.filter((meterId) => !is.has(meterId)),
        before,
        after,
      },
    }).map(readEvent);
  }

  type Data = {
    added_meter_ids: string[];
    removed_meter_ids: string[];
    part: number;
    parts: number;
    before: { member_count: number; members_sha256: string; version: number };
    after: { member_count: number; members_sha256: string; version: number };
  };

  test.each([
    [0, 1, 1],
    [0, 4999, 1],
    [0, 5000, 1],
    [0, 5001, 2],
    [2500, 2501, 2],
    [12_000, 1, 3],
  ])(
    "that removes %i and adds %i comes in %i parts of one version, applied to the digest after",
    (gone, come, parts) => {
      const before = [...names(3, "a"), ...names(gone, "b")];
      const after = [...names(3, "a"), ...names(come, "c")];
      const read = toEvents(before, after, 6);
      expect(read).toHaveLength(parts);
      expect(new Set(read.map(({ id }) => id)).size).toBe(parts);
      let held = [...before];
      read.forEach(({ type, subject, partitionkey, data }, index) => {
        const said = data as unknown as Data;
        expect([type, subject, partitionkey]).toEqual([
          "meter.enrollment.group.updated" as EventType,
          "g",
          "g",
        ]);
        expect([said.part, said.parts]).toEqual([index + 1, parts]);
        expect(said.added_meter_ids.length + said.removed_meter_ids.length).toBeLessThanOrEqual(5000);
        expect(said.before).toEqual({ member_count: 3 + gone, members_sha256: digest(before), version: 6 });
        expect(said.after).toEqual({ member_count: 3 + come, members_sha256: digest(after), version: 7 });
        const removed = new Set(said.removed_meter_ids);
        held = held.filter((meterId) => !removed.has(meterId)).concat(said.added_meter_ids);
      });
      expect(digest(held)).toBe((read[parts - 1]!.data as unknown as Data).after.members_sha256);
    },
  );

  test("carries at most 5000 ids", () => {
    expect(idsPerPartMax).toBe(5000);
  });

  test("told again and again between two memberships has a new id each time, as its version counts", () => {
    const there = (version: number) => toEvents(["m"], ["n"], version)[0]?.id;
    const back = (version: number) => toEvents(["n"], ["m"], version)[0]?.id;
    expect(new Set([there(0), back(1), there(2), back(3)]).size).toBe(4);
    expect(there(0)).toBe(there(0));
  });

  test("that leaves the group empty has the digest of nothing", () => {
    const [event] = toEvents(["m"], [], 1);
    expect((event!.data as unknown as Data).after).toEqual({
      member_count: 0,
      members_sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      version: 2,
    });
  });
});
