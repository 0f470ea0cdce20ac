import { describe, expect, it } from "vitest";
import { type GroupDrift, toDriftEvent } from "../../../src/events/index.ts";
import { groupDrift } from "./drifts.ts";

const context = { streamId: "stream-1", account: "default", runId: "run-1", nowMs: 1_000 };
const idOf = (part: Partial<GroupDrift> = {}, told = 0, more: Partial<typeof context> = {}) =>
  toDriftEvent({ ...context, ...more }, { ...groupDrift, ...part }, () => told).id;

describe("the id of a drift that is told", () => {
  it("is another one for another timeslot, date or drift, and for one that was told before", () => {
    const ids = [
      idOf(),
      idOf({ eventId: "slot-2" }),
      idOf({ tradeDate: "2026-11-02" }),
      idOf({ driftSha256: "2".repeat(64) }),
      idOf({ data: { ...groupDrift.data, market_group_id: "group-2" } }),
      idOf({}, 1),
      idOf({}, 0, { streamId: "stream-2" }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("is the same whatever the clock, the run and the verdict are by then", () => {
    const late = { toldAtMs: 5_500, data: { ...groupDrift.data, verdict: "late" as const } };
    expect(idOf(late, 0, { nowMs: 9_000, runId: "run-2" })).toBe(idOf());
  });
});
