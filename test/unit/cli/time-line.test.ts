import { describe, expect, it } from "vitest";
import { type TimeLineFacts, toTimeLine } from "../../../src/reader/time-line.ts";
import type { TimeLineEvent } from "../../../src/reader/time-line-facts.ts";

const [first, second, third] = ["2026-10-28", "2026-10-29", "2026-10-30"].map(
  (day) => `${day}T06:17:00.000Z`,
) as [string, string, string];
const north = "11111111-0000-4000-8000-000000000001";

const meter = {
  meter_id: "aaaaaaaa-0000-4000-8000-000000000001",
  partner_reference: null,
  transmission_region: "CAISO",
  meter_type: null,
  tags: [],
  enrollment_status: "ACTIVE",
  dispatchable: true,
  participation_preference: null,
  action_required: false,
  required_actions: [],
  is_archived: false,
  is_missing: false,
  added_at: null,
  last_changed_at: null,
};

const stay = {
  program: "CCA",
  market_group_id: north,
  market_group_name: "NORTH",
  effective_from: "2026-10-27",
  effective_to: null,
  known_from: first,
  known_to: null,
};

const action = { party: "partner", program: "CCA", delivery_period: null, type: "SIGN", code: null };

describe("a time line", () => {
  it("is one of all kinds, by when it became known, then by when it is effective", () => {
    const preference = { preference: "IDLE", start: "2026-10-20T00:00:00.000Z", end: null };
    const rows = read({
      assignments: [
        { ...stay, known_to: third },
        { ...stay, effective_to: "2026-10-31", known_from: third },
      ],
      events: [
        event(1, second, "meter.enrollment.participation-status.updated", {
          before: null,
          after: preference,
        }),
        event(2, second, "meter.enrollment.global-status.updated", {
          before: { status: "PENDING", dispatchable: false },
          after: { status: "ACTIVE", dispatchable: true },
        }),
        event(3, third, "meter.group.remapped", {
          program: "CCA",
          from_market_group_ids: [north],
          to_market_group_ids: [],
          effective_from: "2026-11-01",
          effective_to: null,
          reason: "period_ended",
        }),
      ],
      meter: { ...meter, participation_preference: "IDLE" },
    });
    expect(rows.map(toShort)).toEqual([
      [first, third, "2026-10-27", null, "assignment", "NORTH (CCA)", null],
      [first, second, first, second, "status", "PENDING (cannot be dispatched)", null],
      [second, null, "2026-10-20T00:00:00.000Z", null, "preference", "IDLE", 1],
      [second, null, second, null, "status", "ACTIVE (can be dispatched)", 2],
      [third, null, "2026-10-27", "2026-10-31", "assignment", "NORTH (CCA)", 3],
      [third, null, "2026-11-01", null, "unassigned", "not in NORTH (CCA), period ended", 3],
    ]);
  });

  it("tells an action by its deadline, until that moves or it is done, whatever its description", () => {
    const update = (sequence: number, at: string, data: object) =>
      event(sequence, at, "meter.enrollment.required-actions.updated", {
        added: [],
        changed: [],
        resolved: [],
        outstanding: [],
        ...data,
      });
    const [may, june] = ["2026-05-01T00:00:00.000Z", "2026-06-01T00:00:00.000Z"];
    const moved = { ...action, deadline: june, description: "otherwise" };
    const rows = read({
      events: [
        update(1, second, { changed: [{ ...moved, previous_deadline: may }], outstanding: [moved] }),
        update(2, third, { resolved: [moved] }),
      ],
    });
    expect(rows.filter(({ what }) => what === "action").map(toShort)).toEqual([
      [first, second, first, second, "action", `partner: SIGN (CCA), by ${may}`, null],
      [second, third, second, third, "action", `partner: SIGN (CCA), by ${june}`, 1],
    ]);
  });

  it("leaves out an assignment that another publication of the same instant took back", () => {
    const rows = read({ assignments: [{ ...stay, known_from: second, known_to: second }, stay] });
    expect(rows.filter(({ what }) => what === "assignment").map(({ known_from }) => known_from)).toEqual([
      first,
    ]);
  });

  it("begins with what a meter was created with", () => {
    const after = {
      transmission_region: "CAISO",
      enrollment_status: "PENDING",
      dispatchable: false,
      partner_reference: "SITE 1",
      is_archived: true,
      participation_preference: { preference: "PARTICIPATE", start: null, end: null },
      required_actions: [{ ...action, deadline: null }],
      program_statuses: [{ program: "CCA", delivery_period: "OCT", statuses: ["PENDING"] }],
    };
    const rows = read({
      events: [event(5, second, "meter.created", { before: null, after })],
      meter: {
        ...meter,
        enrollment_status: "PENDING",
        dispatchable: false,
        is_archived: true,
        partner_reference: "SITE 1",
        participation_preference: "PARTICIPATE",
        required_actions: [{ ...action, deadline: null, description: "sign here" }],
      },
    });
    expect(rows.map(({ what, value }) => [what, value])).toEqual([
      ["created", "new meter in CAISO"],
      ["archived", "archived"],
      ["reference", "SITE 1"],
      ["status", "PENDING (cannot be dispatched)"],
      ["program status", "CCA OCT: PENDING"],
      ["preference", "PARTICIPATE"],
      ["action", "partner: SIGN (CCA)"],
    ]);
    expect(new Set(rows.map(({ known_from, sequence }) => `${known_from} ${sequence}`)).size).toBe(1);
  });

  it("reads a meter that was missing at a switch of the API from its return on", () => {
    const rows = read({
      readAnew: [{ at: second, isSwitch: true }],
      events: [
        event(1, first, "meter.missing", { before: { is_missing: false }, after: { is_missing: true } }),
        event(2, third, "meter.reappeared", { before: { is_missing: true }, after: { is_missing: false } }),
      ],
    });
    expect(rows.filter(({ what }) => what === "status").map(({ known_from }) => known_from)).toEqual([third]);
    expect(rows.filter(({ what }) => what === "missing").map(toShort)).toEqual([
      [first, third, first, third, "missing", "Leap no longer knows it", 1],
    ]);
  });

  it("takes the window of a preference from an event, and none where no event told it", () => {
    const now = { ...meter, participation_preference: "IDLE" };
    const [row] = read({ meter: now }).filter(({ what }) => what === "preference");
    expect(row).toMatchObject({ effective_from: first, data: { start: null, end: null } });
  });

  it("says of a remap to no group only until a later one is about the same days", () => {
    const remap = (sequence: number, at: string, groups: readonly string[], from: string) =>
      event(sequence, at, "meter.group.remapped", {
        program: "CCA",
        from_market_group_ids: groups.length === 0 ? [north] : [],
        to_market_group_ids: groups,
        effective_from: from,
        effective_to: null,
        reason: null,
      });
    const rows = read({
      events: [remap(1, second, [], "2026-10-29"), remap(2, third, [north], "2026-11-02")],
      assignments: [stay],
    });
    const unassigned = rows.filter(({ what }) => what === "unassigned");
    expect(unassigned.map(({ known_from, known_to }) => [known_from, known_to])).toEqual([[second, third]]);
  });

  it("ends what was said of one program where a version of the API is read that has none", () => {
    const data = { from_market_group_ids: [north], to_market_group_ids: [], effective_from: "2026-10-29" };
    const lost = (program: string | null) =>
      read({
        events: [event(1, second, "meter.group.remapped", { ...data, program })],
        readAnew: [{ at: third, isSwitch: true }],
      }).find(({ what }) => what === "unassigned")?.known_to;
    expect([lost("CCA"), lost(null)]).toEqual([third, null]);
  });
});

function read(facts: Partial<TimeLineFacts>) {
  return toTimeLine({
    meter,
    assignments: [],
    events: [],
    beginsAt: first,
    publishedAt: third,
    readAnew: [],
    ...facts,
  });
}

function event(sequence: number, at: string, type: string, data: object): TimeLineEvent {
  return { sequence, at, type, data: { ...data } };
}

function toShort(row: ReturnType<typeof read>[number]) {
  const { known_from, known_to, effective_from, effective_to, what, value, sequence } = row;
  return [known_from, known_to, effective_from, effective_to, what, value, sequence];
}
