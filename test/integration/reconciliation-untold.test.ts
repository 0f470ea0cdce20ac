import { describe, expect, it } from "vitest";
import {
  hourMs,
  meterId,
  openReconciliationWorld,
  otherMeterId,
  toReadMs,
  toText,
} from "./reconciliation-world.ts";

describe("changes that Leap need not tell", () => {
  const preferenceType = "meter.enrollment.participation-status.updated";
  const toPreference = (before: object | null, after: object | null) => ({
    meter_id: meterId,
    before,
    after,
  });
  const idle = { preference: "IDLE", start: toText(toReadMs(3)), end: toText(toReadMs(4) + hourMs) };
  const usual = { preference: "PARTICIPATE", start: "2026-01-01T00:00:00.000Z", end: null };

  it("a preference that begins, and one that ends: by time; its webhook may have come days before", () => {
    const world = openReconciliationWorld(7);
    world.tell(3, preferenceType, meterId, toPreference(usual, idle));
    world.tell(5, preferenceType, meterId, toPreference(idle, usual));
    expect(world.reconcile().map(({ finding }) => finding)).toEqual(["by_time", "by_time"]);
    const set = { participation_preference: "IDLE", start_time: idle.start, end_time: idle.end };
    world.catch(
      preferenceType,
      { meter_id: meterId, transmission_region: "CAISO", ...set },
      toReadMs(0) + hourMs,
    );
    expect(world.reconcile().map(({ finding }) => finding)).toEqual(["matched", "by_time"]);
  });

  it("a preference that was in force from before on is told by Leap when it is set", () => {
    const world = openReconciliationWorld();
    world.tell(3, preferenceType, meterId, toPreference(null, usual));
    expect(world.reconcile().map(({ finding }) => finding)).toEqual(["no_webhook"]);
  });

  it("one after the last sweep is not swept yet, one that was over before a sweep is overtaken", () => {
    const world = openReconciliationWorld();
    const set = (start: number, end: number) => ({
      meter_id: meterId,
      participation_preference: "IDLE",
      start_time: toText(start),
      end_time: toText(end),
    });
    world.catch(preferenceType, set(toReadMs(8), toReadMs(9)), toReadMs(2));
    world.catch(preferenceType, set(toReadMs(3) + hourMs, toReadMs(3) + 2 * hourMs), toReadMs(2) + 1);
    expect(world.reconcile().map(({ finding }) => finding)).toEqual(["not_swept_yet", "overtaken"]);
  });

  it("what Leap itself has to do has no webhook; what the partner has to do has", () => {
    const world = openReconciliationWorld();
    const type = "meter.enrollment.required-actions.updated";
    const action = (party: string) => ({
      party,
      program: "P",
      delivery_period: null,
      type: "T",
      code: "C",
      deadline: null,
    });
    const toData = (party: string) => ({
      added: [action(party)],
      changed: [],
      resolved: [],
      outstanding: [action(party)],
    });
    world.tell(2, type, meterId, toData("leap"));
    world.tell(2, type, otherMeterId, toData("partner"));
    expect(world.reconcile().map(({ finding }) => finding)).toEqual(["not_sent_by_leap", "no_webhook"]);
    const told = { program_identifier: "P", action_type: "T", action_code: "C" };
    world.catch(
      type,
      { meter_id: otherMeterId, required_actions: { partner: [told] } },
      toReadMs(2) - hourMs,
    );
    expect(world.reconcile().map(({ finding }) => finding)).toEqual(["not_sent_by_leap", "matched"]);
  });
});
