import { describe, expect, test } from "vitest";
import { type EventType, idsPerPartMax, toGroupEvents } from "../../../src/events/index.ts";
import { context, digest, readEvent } from "./read-events.ts";

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
