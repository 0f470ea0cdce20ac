import { describe, expect, it } from "vitest";
import { describeChange, nameSubject } from "../../../src/cli/change-words.ts";

const from = "11111111-0000-4000-8000-000000000001";
const to = "22222222-0000-4000-8000-000000000002";
const remap = {
  partner_reference: "SITE-1",
  program: "DEMAND",
  basis: "announced",
  reason: null,
  from_market_group_ids: [from],
  to_market_group_ids: [to],
  effective_from: "2026-11-01",
  effective_to: null,
  lead_time_hours: 63.4,
};

describe("a change in words", () => {
  it("tells from where to where a meter moves, from when on, and how far ahead", () => {
    expect(words(remap)).toBe(
      "DEMAND: moves from 11111111… to 22222222… from 2026-11-01 on (announced, 63 h ahead)",
    );
  });

  it("calls groups by their names where they are known", () => {
    const event = { type: "meter.group.remapped", data: remap };
    expect(describeChange(event, new Map([[to, "WEST_02"]]))).toContain("to WEST_02 from");
  });

  it("tells why a meter is left without a group", () => {
    const left = { ...remap, program: null, to_market_group_ids: [], reason: "period_ended" };
    expect(words(left)).toBe("leaves 11111111… (period ended) from 2026-11-01 on (announced, 63 h ahead)");
  });

  it("tells of a meter that Leap no longer has, and that it is back", () => {
    const gone = { ...remap, to_market_group_ids: [], reason: "missing" };
    expect(words(gone)).toContain("leaves 11111111… (missing at Leap) from 2026-11-01 on");
    expect(describeChange({ type: "meter.missing", data: {} })).toBe("Leap no longer knows it");
    expect(describeChange({ type: "meter.reappeared", data: {} })).toBe("known to Leap again");
  });

  it("tells a preference from another, and from the same in another window", () => {
    const type = "meter.enrollment.participation-status.updated";
    const idle = { preference: "IDLE", start: "2026-11-01T00:00:00.000Z", end: null };
    const later = { ...idle, start: "2026-11-03T00:00:00.000Z" };
    expect(describeChange({ type, data: { before: null, after: idle } })).toBe("preference none → IDLE");
    expect(describeChange({ type, data: { before: idle, after: later } })).toBe(
      "preference IDLE in another window: from 2026-11-03T00:00:00.000Z on",
    );
  });

  it("says of a first day that has begun how long ago that was", () => {
    const begun = { ...remap, from_market_group_ids: [], effective_to: "2026-11-01", lead_time_hours: -23.2 };
    expect(words(begun)).toBe("DEMAND: joins 22222222… on 2026-11-01 only (announced, begun 23 h ago)");
  });

  it("says of a dispatch that is not as published what is missing, and whether it is known since", () => {
    const slot = { trade_date: "2026-11-01", start_time: "2026-11-01T23:00:00.000Z", verdict: "drift" };
    const drift = { ...slot, missing_here_count: 2, missing_there_count: 0 };
    const group = (data: object) => describeChange({ type: "group.drift.detected", data });
    const when = "dispatched for 2026-11-01 (2026-11-01T23:00:00.000Z)";
    expect(group(drift)).toBe(`${when} otherwise than published: 2 missing here, 0 there`);
    expect(group({ ...drift, verdict: "late" })).toContain("(2026-11-01T23:00:00.000Z, known since)");
    expect(group({ ...drift, verdict: "unknown_group" })).toContain("while the group was not known here");
    const meter = (data: object) =>
      describeChange({ type: "meter.drift.detected", data: { ...slot, programs: ["CCA"], ...data } });
    expect(meter({ before: { market_group_ids: [from] } })).toContain("for CCA, published in only 11111111…");
    expect(meter({ before: { market_group_ids: [] } })).toContain("for CCA, published in no group");
    expect(meter({ verdict: "unknown_meter" })).toContain("while it was not known here");
  });

  it("says of what is overdue what was reported, where it was to go, and when it was due", () => {
    const { basis: _, ...move } = remap;
    const due = { ...move, due_at: "2026-10-31T19:00:00.000Z", lead_time_hours: 6.4 };
    const overdue = (data: object) => describeChange({ type: "group.remap.overdue", data });
    expect(overdue({ ...due, state: "told" })).toBe(
      "overdue, not reported as applied: DEMAND: moves from 11111111… to 22222222… from 2026-11-01 on " +
        "(due 2026-10-31T19:00:00.000Z, 6 h ahead)",
    );
    const rejected = { ...due, to_market_group_ids: [], state: "rejected", reason: "no such charger" };
    expect(overdue(rejected)).toBe(
      "overdue, rejected (no such charger): DEMAND: leaves 11111111… from 2026-11-01 on " +
        "(due 2026-10-31T19:00:00.000Z, 6 h ahead)",
    );
  });

  it("tells a group update by its numbers", () => {
    const event = {
      type: "meter.enrollment.group.updated",
      data: {
        effective_from: "2026-11-01",
        effective_to: "2026-11-02",
        added_meter_ids: ["a", "b"],
        removed_meter_ids: [],
        part: 1,
        parts: 1,
        before: { member_count: 3 },
        after: { member_count: 5, version: 7 },
      },
    };
    expect(describeChange(event)).toBe("3 → 5 members (+2 −0) 2026-11-01 to 2026-11-02, version 7");
  });

  it("names a type it has no words for", () => {
    expect(describeChange({ type: "meter.teleported", data: {} })).toBe("meter.teleported");
    expect(describeChange(null)).toBe("undefined");
  });

  it("is about whom the partner knows: by reference, by name, else by id", () => {
    expect(nameSubject({ subject: "m", data: remap })).toBe("meter SITE-1");
    expect(nameSubject({ subject: "g", data: { market_group_name: "WEST" } })).toBe("group WEST");
    expect(nameSubject({ subject: "m", data: { meter_id: "m", partner_reference: null } })).toBe("meter m");
  });
});

function words(data: object): string {
  return describeChange({ type: "meter.group.remapped", data });
}
