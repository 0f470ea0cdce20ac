import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  groupId,
  hourMs,
  meterId,
  openReconciliationWorld,
  otherMeterId,
  type ReconciliationWorld,
  toReadMs,
  toText,
} from "./reconciliation-world.ts";

describe("a group's change", () => {
  const type = "meter.enrollment.group.updated";
  const toSha = (...ids: readonly string[]) =>
    createHash("sha256")
      .update(
        [...ids]
          .sort()
          .map((id) => `${id}\n`)
          .join(""),
      )
      .digest("hex");
  const period = { start_date_time: "2026-11-01T07:00:00Z", end_date_time: "2026-11-30T08:00:00Z" };
  const toPayload = (...ids: readonly string[]) => ({
    market_group_id: groupId,
    market_group_name: "NORTH",
    ...period,
    meter_ids: ids,
  });
  const update = (added: readonly string[], removed: readonly string[], after: readonly string[]) => ({
    market_group_id: groupId,
    effective_from: "2026-11-03",
    effective_to: null,
    added_meter_ids: added,
    removed_meter_ids: removed,
    before: { members_sha256: "before" },
    after: { members_sha256: toSha(...after) },
  });
  const tellRemap = (world: ReconciliationWorld, data: object) =>
    world.tell(2, "meter.group.remapped", meterId, {
      basis: "revised",
      reason: null,
      from_market_group_ids: [],
      to_market_group_ids: [groupId],
      ...data,
    });

  for (const [likeness, ids] of [
    ["full", [meterId, otherMeterId]],
    ["delta", [meterId]],
    ["other", [meterId, "another"]],
  ] as const) {
    it(`is matched by group and dates, and what meter_ids looks like is said: ${likeness}`, () => {
      const world = openReconciliationWorld();
      world.tell(2, type, groupId, update([meterId], [], [meterId, otherMeterId]));
      tellRemap(world, {});
      world.catch(type, toPayload(...ids), toReadMs(2) - hourMs);
      expect(world.reconcile()).toMatchObject([{ finding: "matched", meter_ids_look_like: likeness }]);
    });
  }

  it("of other dates is none of its; one on published dates without a webhook is named", () => {
    const world = openReconciliationWorld();
    world.tell(2, type, groupId, update([meterId], [], [meterId]));
    tellRemap(world, {});
    const later = { start_date_time: "2026-10-01T07:00:00Z", end_date_time: "2026-11-02T07:00:00Z" };
    world.catch(type, { ...toPayload(meterId), ...later }, toReadMs(2) - hourMs);
    expect(world.reconcile().map(({ finding }) => finding)).toEqual(["no_webhook", "overtaken"]);
  });

  it("on dates that are new is by time; what was concluded of a missing meter, Leap does not tell", () => {
    const world = openReconciliationWorld();
    world.tell(2, type, groupId, update([meterId], [], [meterId]));
    const remap = tellRemap(world, { basis: "announced" });
    expect(world.reconcile().map(({ finding }) => finding)).toEqual(["by_time"]);
    world.database.prepare("DELETE FROM event WHERE sequence = ?").run(remap);
    tellRemap(world, { reason: "missing", from_market_group_ids: [groupId], to_market_group_ids: [] });
    expect(world.reconcile().map(({ finding }) => finding)).toEqual(["not_sent_by_leap"]);
  });

  it("told in parts and for several spans of dates is one change", () => {
    const world = openReconciliationWorld();
    const both = [meterId, otherMeterId];
    world.tell(2, type, groupId, update([meterId], [], both));
    world.tell(2, type, groupId, update([otherMeterId], [], both));
    world.tell(2, type, groupId, { ...update([], [meterId], [otherMeterId]), effective_from: "2026-12-01" });
    tellRemap(world, {});
    world.catch(type, toPayload(...both), toReadMs(2) - hourMs);
    expect(world.reconcile()).toMatchObject([{ finding: "matched", meter_ids_look_like: "full_or_delta" }]);
  });

  it("a list that came after it was told, and is another one's by what it says, is not its late one", () => {
    const world = openReconciliationWorld();
    world.tell(2, type, groupId, update([meterId], [], [meterId, otherMeterId]));
    tellRemap(world, {});
    world.catch(type, toPayload("another"), toReadMs(2) + 5 * hourMs);
    expect(world.reconcile()).toMatchObject([
      { finding: "not_compared", webhook_event_id: null },
      { finding: "overtaken", flags: [] },
    ]);
  });

  it("is not named where lists for its dates came, and nobody knows when", () => {
    const world = openReconciliationWorld();
    world.tell(2, type, groupId, update([meterId], [], [meterId, otherMeterId]));
    tellRemap(world, {});
    world.catch(type, toPayload("another"), null);
    expect(world.reconcile()[0]?.finding).toBe("not_compared");
  });

  it("may be older than a sweep that a person released though meters were absent", () => {
    const world = openReconciliationWorld();
    const trips = JSON.stringify({ trips: [{ rule: "absent_meters" }] });
    world.database.prepare("UPDATE run SET report = ? WHERE run_id = 'run-1'").run(trips);
    world.tell(1, type, groupId, update([], [otherMeterId], []));
    world.tell(2, type, groupId, update([meterId], [], [meterId]));
    tellRemap(world, {});
    world.catch(type, toPayload(meterId), toReadMs(1) - hourMs);
    const told = world.reconcile().find(({ sequence }) => sequence === 2);
    expect(told).toMatchObject({ finding: "matched", changed_after: toText(toReadMs(0)) });
  });

  it("of a period beyond all dates looked at is not swept yet", () => {
    const world = openReconciliationWorld();
    const later = { start_date_time: "2026-12-01T08:00:00Z", end_date_time: "2026-12-31T08:00:00Z" };
    world.catch(type, { ...toPayload(meterId), ...later }, toReadMs(2));
    world.catch(type, toPayload(meterId), toReadMs(3));
    expect(world.reconcile().map(({ finding }) => finding)).toEqual(["not_swept_yet", "not_compared"]);
  });
});
