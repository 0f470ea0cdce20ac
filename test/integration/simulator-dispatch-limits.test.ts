import { describe, expect, test } from "vitest";
import { answerText } from "./scripted-server.ts";
import {
  call,
  group,
  groupSlot,
  groupTest,
  meter,
  meterTest,
  meterWebhook,
  startWith,
} from "./simulator-dispatch-world.ts";

describe("what a test notification is checked for", () => {
  test("every documented limit of a group's dispatch", async () => {
    const { receiver, simulator } = await startWith(answerText(""));
    const withSlot = (part: object) => ({
      group_dispatches: [{ ...group, timeslots: [{ ...groupSlot, ...part }] }],
    });
    const withGroup = (part: object) => ({ group_dispatches: [{ ...group, ...part }] });
    const id = group.meter_ids[0] ?? "";
    const cases: readonly (readonly [unknown, number])[] = [
      [withSlot({ energy_kw: 0.01, nomination_kw: 100_000, priority: 10 }), 200],
      [withSlot({ energy_kw: null, nomination_kw: null, priority: 1 }), 200],
      [withGroup({ meter_ids: [], partner_references: [] }), 200],
      [undefined, 400],
      [[], 400],
      [{ group_dispatches: [] }, 400],
      [{ meter_dispatches: [meter] }, 400],
      [withGroup({ market_group_id: "g" }), 400],
      [withGroup({ meter_ids: [id, id] }), 400],
      [withGroup({ meter_ids: ["m"] }), 400],
      [withGroup({ meter_ids: undefined }), 400],
      [withGroup({ partner_references: ["a", "a"] }), 400],
      [withGroup({ timeslots: [] }), 400],
      [withSlot({ market_group_event_id: undefined }), 400],
      [withSlot({ start_time: "2026-10-06" }), 400],
      [withSlot({ end_time: undefined }), 400],
      [withSlot({ cancelled: "no" }), 400],
      [withSlot({ energy_kw: 0.009 }), 400],
      [withSlot({ energy_kw: 100_000.01 }), 400],
      [withSlot({ nomination_kw: 0 }), 400],
      [withSlot({ performance_compensation_cap: "UP_TO_NOMINATION" }), 400],
      [withSlot({ priority: 0 }), 400],
      [withSlot({ priority: 11 }), 400],
      [withSlot({ priority: 1.5 }), 400],
      [withSlot({ is_voluntary: undefined }), 400],
      [withSlot({ dispatch_event_types: [] }), 400],
      [withSlot({ dispatch_event_types: ["15m"] }), 400],
      [withSlot({ dispatch_event_types: ["5m", "5m"] }), 400],
      [withSlot({ programs: [] }), 400],
      [withSlot({ programs: ["MOON"] }), 400],
    ];
    for (const [body, status] of cases) {
      const answer = await call(simulator, "POST", groupTest, body);
      expect([body, answer.status]).toEqual([body, status]);
      if (status === 400) expect(answer.body.error_code).toBe("DISPATCH_INVALID_INPUT");
    }
    expect(receiver.received).toHaveLength(3);
  });

  test("and of a meter's dispatch", async () => {
    const { receiver, simulator } = await startWith(answerText(""));
    await call(simulator, "PUT", meterWebhook, { url: receiver.url });
    for (const [part, status] of [
      [{}, 200],
      [{ partner_reference: null }, 200],
      [{ partner_reference: 5 }, 400],
      [{ meter_id: undefined }, 400],
      [{ timeslots: [groupSlot] }, 400],
    ] as const) {
      const answer = await call(simulator, "POST", meterTest, { meter_dispatches: [{ ...meter, ...part }] });
      expect([part, answer.status]).toEqual([part, status]);
    }
  });
});
