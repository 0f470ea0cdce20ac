import { describe, expect, it } from "vitest";
import { parseWebhookText } from "../../src/leap/index.ts";
import { saveWebhooks } from "../../src/reconciliation/index.ts";
import {
  hourMs,
  meterId,
  openReconciliationWorld,
  otherMeterId,
  type ReconciliationWorld,
  readOtherTables,
  statusType,
  toReadMs,
  toStatusChange,
  toStatusPayload,
  toText,
  toToldMs,
} from "./reconciliation-world.ts";

const rows = (world: ReconciliationWorld) =>
  world.database
    .prepare("SELECT webhook_event_id AS id, received_at_ms AS atMs, copy_count AS n FROM leap_webhook")
    .all();

function toText1(status: string, id: string, receivedAtMs: number | null) {
  const payload = { webhook_event_type: statusType, ...toStatusPayload(status) };
  const received = receivedAtMs === null ? {} : { received_at: toText(receivedAtMs) };
  return JSON.stringify({ ...received, webhook_event_id: id, payload });
}

const keep = (world: ReconciliationWorld, ...lines: readonly string[]) =>
  saveWebhooks(world.database, parseWebhookText(lines.join("\n")).webhooks, toReadMs(9));

describe("keeping webhooks", () => {
  it("keeps each id once, with the earliest time and how often it came", () => {
    const world = openReconciliationWorld();
    const imported = keep(world, toText1("ACTIVE", "A", 2000e9), toText1("ACTIVE", "a", 1999e9));
    expect(imported).toMatchObject({ webhooks: 2, added: 1, copies: 1, conflictingCount: 0 });
    expect(rows(world)).toEqual([{ id: "a", atMs: 1999e9, n: 2 }]);
    keep(world, toText1("ACTIVE", "a", 1998e9));
    expect(rows(world)).toEqual([{ id: "a", atMs: 1998e9, n: 3 }]);
  });

  it("a file that has grown is imported again and again, and nothing counts twice", () => {
    const world = openReconciliationWorld();
    const lines = [toText1("ACTIVE", "a", 1999e9), toText1("ACTIVE", "b", null)];
    keep(world, ...lines);
    keep(world, ...lines);
    lines.push(toText1("ACTIVE", "a", 2000e9));
    for (let count = 0; count < 3; count++) keep(world, ...lines);
    expect(rows(world)).toEqual([
      { id: "a", atMs: 1999e9, n: 2 },
      { id: "b", atMs: null, n: 1 },
    ]);
  });

  it("an id that comes with other content is told, and the first capture stays", () => {
    const world = openReconciliationWorld();
    keep(world, toText1("ACTIVE", "a", 1999e9));
    const imported = keep(world, toText1("PENDING", "a", 1998e9), toText1("ACTIVE", "b", 1998e9));
    expect(imported).toMatchObject({ added: 1, conflicting: ["a"], conflictingCount: 1 });
    expect(rows(world)).toContainEqual({ id: "a", atMs: 1999e9, n: 1 });
    expect(keep(world, toText1("ACTIVE", "c", 1), toText1("PENDING", "c", 2))).toMatchObject({
      conflicting: ["c"],
    });
  });

  it("an id that came a hundred and fifty thousand times is kept like any other", () => {
    const world = openReconciliationWorld();
    const [webhook] = parseWebhookText(toText1("ACTIVE", "a", 1999e9)).webhooks;
    const copies = Array.from({ length: 150_000 }, (_, at) => ({ ...webhook!, receivedAtMs: 1999e9 + at }));
    expect(saveWebhooks(world.database, copies, toReadMs(9))).toMatchObject({ added: 1, copies: 149_999 });
    expect(rows(world)).toEqual([{ id: "a", atMs: 1999e9, n: 150_000 }]);
  });

  it("writes nothing but webhooks: what is published stays as it is, whatever they say", () => {
    const world = openReconciliationWorld();
    world.tell(2, statusType, meterId, toStatusChange("ACTIVE", "PENDING"));
    const before = readOtherTables(world.database);
    world.catch(statusType, toStatusPayload("INELIGIBLE"), toReadMs(1));
    world.catch("meter.created", { meter_id: "unheard-of", transmission_region: "CAISO" }, toReadMs(1));
    expect(world.reconcile()).toHaveLength(3);
    expect(readOtherTables(world.database)).toBe(before);
  });
});

describe("a change and its webhook", () => {
  it("are a pair, with how far the one was before the other, in bounds", () => {
    const world = openReconciliationWorld();
    const sequence = world.tell(2, statusType, meterId, toStatusChange("ACTIVE", "PENDING"));
    world.catch(statusType, toStatusPayload("PENDING"), toReadMs(2) - 2 * hourMs, "w");
    expect(world.reconcile()).toEqual([
      {
        about: "pair",
        finding: "matched",
        flags: [],
        type: statusType,
        subject: meterId,
        sequence,
        event_id: "event-1",
        changed_after: toText(toReadMs(1)),
        told_at: toText(toToldMs(2)),
        webhook_event_id: "w",
        received_at: toText(toReadMs(2) - 2 * hourMs),
        copies: 1,
        lead_seconds: 7800,
        late_by_at_least_seconds: 0,
        late_by_at_most_seconds: 22 * 3600,
        meter_ids_look_like: null,
      },
    ]);
  });

  it("one that came after it was told is late, by at least and at most so long", () => {
    const world = openReconciliationWorld();
    world.tell(2, statusType, meterId, toStatusChange("ACTIVE", "PENDING"));
    world.catch(statusType, toStatusPayload("PENDING"), toToldMs(2) + 3 * hourMs);
    expect(world.reconcile()[0]).toMatchObject({
      finding: "matched",
      flags: ["late"],
      lead_seconds: -3 * 3600,
      late_by_at_least_seconds: 3 * 3600,
      late_by_at_most_seconds: 27 * 3600 + 600,
    });
  });

  it("where nobody says when it came, they are a pair without lateness", () => {
    const world = openReconciliationWorld();
    world.tell(2, statusType, meterId, toStatusChange("ACTIVE", "PENDING"));
    world.catch(statusType, toStatusPayload("PENDING"), null);
    expect(world.reconcile()[0]).toMatchObject({ finding: "matched", lead_seconds: null, flags: [] });
  });

  it("one without a webhook is named only where the captures reach around it, and eight hours on", () => {
    const world = openReconciliationWorld();
    world.tell(2, statusType, meterId, toStatusChange("ACTIVE", "PENDING"));
    const findings = (asked: Parameters<typeof world.reconcile>[0]) => world.reconcile(asked)[0]?.finding;
    expect(findings({})).toBe("no_webhook");
    expect(findings({ fromMs: toReadMs(1) + 1 })).toBe("outside_capture");
    expect(findings({ toMs: toReadMs(1) })).toBe("outside_capture");
    expect(findings({ toMs: toToldMs(2) + 8 * hourMs })).toBe("pending");
    expect(findings({ nowMs: toToldMs(2) + 8 * hourMs })).toBe("pending");
    expect(findings({ fromMs: null, toMs: null })).toBe("outside_capture");
  });

  it("a meter that Leap did not return meanwhile changed at any time since it last did", () => {
    const world = openReconciliationWorld();
    world.tell(1, "meter.missing", meterId, { before: {}, after: {} });
    world.tell(4, "meter.reappeared", meterId, { before: {}, after: {} });
    world.tell(4, statusType, meterId, toStatusChange("ACTIVE", "PENDING"));
    world.catch(statusType, toStatusPayload("PENDING"), toReadMs(2));
    expect(world.reconcile()[0]).toMatchObject({ finding: "matched", changed_after: toText(toReadMs(0)) });
  });
});

describe("a webhook without a change", () => {
  const findings = (world: ReconciliationWorld) =>
    world.reconcile().map(({ finding, flags }) => [finding, ...flags]);

  it("says what a later sweep does not find: no change; before that sweep nobody knows", () => {
    const world = openReconciliationWorld();
    world.catch(statusType, toStatusPayload("PENDING"), toReadMs(2) + hourMs);
    world.catch(statusType, toStatusPayload("PENDING", otherMeterId), toReadMs(5) + hourMs);
    expect(findings(world)).toEqual([["no_change"], ["not_swept_yet"]]);
  });

  it("says what was known already", () => {
    const world = openReconciliationWorld();
    world.catch(statusType, toStatusPayload("ACTIVE"), toReadMs(2));
    expect(findings(world)).toEqual([["already_known"]]);
  });

  it("was overtaken: on to something else, or there and back, in whatever order they came", () => {
    const world = openReconciliationWorld();
    world.tell(2, statusType, meterId, toStatusChange("ACTIVE", "PENDING"));
    world.catch(statusType, toStatusPayload("PENDING"), toReadMs(1) + 5 * hourMs);
    world.catch(statusType, toStatusPayload("ELIGIBLE"), toReadMs(1) + 6 * hourMs);
    world.catch(statusType, toStatusPayload("ELIGIBLE", otherMeterId), toReadMs(3) + 2 * hourMs);
    world.catch(statusType, toStatusPayload("ACTIVE", otherMeterId), toReadMs(3) + 3 * hourMs);
    expect(findings(world)).toEqual([
      ["matched"],
      ["overtaken", "out_of_order"],
      ["overtaken"],
      ["overtaken"],
    ]);
  });

  it("of several of one state the last is the change's; of two unexplained the last is no change", () => {
    const world = openReconciliationWorld();
    world.tell(2, statusType, meterId, toStatusChange("ACTIVE", "PENDING"));
    for (const [hour, status] of ["PENDING", "ELIGIBLE", "PENDING"].entries())
      world.catch(statusType, toStatusPayload(status), toReadMs(1) + (hour + 1) * hourMs, `w-${hour}`);
    for (const [hour, status] of ["PENDING", "ELIGIBLE"].entries())
      world.catch(statusType, toStatusPayload(status, otherMeterId), toReadMs(1) + (hour + 1) * hourMs);
    expect(findings(world)).toEqual([
      ["matched"],
      ["overtaken"],
      ["overtaken"],
      ["overtaken"],
      ["no_change"],
    ]);
    expect(world.reconcile()[0]?.webhook_event_id).toBe("w-2");
  });

  it("is of a meter that no sweep returned, of no meter at all, or of a type never heard of", () => {
    const world = openReconciliationWorld();
    world.catch(statusType, toStatusPayload("ACTIVE", "unheard-of"), toReadMs(2));
    world.catch("connect_session.updated", { partner_reference: "SITE-1", status: "CLOSED" }, toReadMs(2));
    world.catch("meter.unheard.of", { meter_id: meterId }, toReadMs(2));
    expect(findings(world).sort()).toEqual([["not_compared"], ["not_compared"], ["unknown_meter"]]);
  });

  it("of before the first publication, or of before what is kept of events, is not compared", () => {
    const world = openReconciliationWorld();
    world.catch(statusType, toStatusPayload("PENDING"), toReadMs(0) - hourMs);
    expect(findings(world)).toEqual([["not_compared"]]);
    world.tell(3, "sync.published", "run-3", {});
    world.tell(4, "sync.published", "run-4", {});
    world.database.execute("UPDATE stream SET pruned_sequence = 1");
    world.catch(statusType, toStatusPayload("PENDING", otherMeterId), toReadMs(3) - hourMs);
    expect(findings(world)).toEqual([["not_compared"], ["not_compared"]]);
  });

  it("that came after the last sweep, soon after an earlier change was told, is not swept yet", () => {
    const world = openReconciliationWorld();
    world.tell(5, statusType, meterId, toStatusChange("ACTIVE", "PENDING"));
    world.catch(statusType, toStatusPayload("PENDING"), toReadMs(5) - hourMs);
    world.catch(statusType, toStatusPayload("ELIGIBLE"), toReadMs(5) + 5 * hourMs);
    expect(findings(world)).toEqual([["matched"], ["not_swept_yet"]]);
  });

  it("is of a meter's creation, though a sweep did not return it yet", () => {
    const world = openReconciliationWorld();
    world.tell(3, "meter.created", meterId, { meter_id: meterId });
    const created = { meter_id: meterId, transmission_region: "CAISO" };
    world.catch("meter.created", created, toReadMs(2) - hourMs);
    expect(world.reconcile()).toMatchObject([
      { finding: "matched", late_by_at_most_seconds: null, flags: [] },
    ]);
  });

  it("came again under its id: doubled", () => {
    const world = openReconciliationWorld();
    for (const atMs of [toReadMs(2), toReadMs(2) + 60_000])
      world.catch(statusType, toStatusPayload("ACTIVE"), atMs, "w");
    expect(findings(world)).toEqual([["already_known", "doubled"]]);
  });
});
