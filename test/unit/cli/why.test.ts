import { describe, expect, it } from "vitest";
import { type DispatchFacts, toDispatch } from "../../../src/cli/why.ts";
import type { TimeLineKind, TimeLineRow } from "../../../src/reader/index.ts";

const publishedAt = "2026-11-22T06:17:00.000Z";
const today = "2026-11-22";
const north = "11111111-0000-4000-8000-000000000001";

const meter = {
  meter_id: "aaaaaaaa-0000-4000-8000-000000000001",
  partner_reference: "SITE-1",
  transmission_region: "CAISO",
  meter_type: null,
  tags: [],
  enrollment_status: "ACTIVE",
  dispatchable: true,
  participation_preference: "PARTICIPATE",
  action_required: false,
  required_actions: [],
  is_archived: false,
  is_missing: false,
  added_at: null,
  last_changed_at: null,
};

const status = row("status", "ACTIVE (can be dispatched)");
const stay = group("NORTH (CCA)", "2026-11-01", null);

describe("a meter of which everything says yes", () => {
  it("can be dispatched, and the answer says where to look next", () => {
    const dispatch = ask({});
    expect(dispatch).toMatchObject({ can_be_dispatched: true, in_group_today: true, trade_date: today });
    expect(tell(dispatch)).toEqual([
      "for: its enrollment status is ACTIVE since 2026-11-05T06:17:00.000Z",
      "for: it is in NORTH (CCA) on 2026-11-22",
      "for: nothing in the snapshot speaks against it: was its group dispatched at all?",
      `for: who was in the group, as published by an instant: \`meter-sync group ${north} ` +
        "--trade-date 2026-11-22 --known-at INSTANT`",
      "for: which remaps were told and not applied: `meter-sync ack --list`",
    ]);
  });

  it.each([
    ["v1", "Participate"],
    ["v2", "PARTICIPATE"],
    ["none", null],
  ])("does not mind its preference: %s", (_, name) => {
    expect(codes(ask({ meter: { ...meter, participation_preference: name } }))).not.toContain("preference");
  });
});

describe("a meter that cannot be dispatched", () => {
  const waiting = { ...meter, enrollment_status: "ACTION_REQUIRED", dispatchable: false };

  it("says by its status what it waits for, from whom and by when", () => {
    const dispatch = ask({
      meter: waiting,
      timeLine: [
        { ...row("status", "ACTION_REQUIRED"), sequence: null },
        row("action", "partner: SIGN (CCA), by 2026-12-01T00:00:00.000Z", { party: "partner" }),
        row("action", "leap: REGISTER", { party: "leap" }),
        row("action", "OldReason", { party: null }),
        { ...row("action", "partner: DONE", { party: "partner" }), known_to: publishedAt },
        stay,
      ],
    });
    expect(dispatch).toMatchObject({ can_be_dispatched: false, in_group_today: true });
    expect(tell(dispatch)).toEqual([
      "against: its enrollment status is ACTION_REQUIRED (known since 2026-11-05T06:17:00.000Z), " +
        "which is none that can be dispatched",
      "against: the partner must still do: SIGN (CCA), by 2026-12-01T00:00:00.000Z",
      "against: Leap must still do: REGISTER",
      "against: still to be done: OldReason",
      "for: it is in NORTH (CCA) on 2026-11-22",
    ]);
  });

  it("says by its groups when it last was in one, when it is next, and what was told", () => {
    const dispatch = ask({
      timeLine: [
        status,
        group("LATER (CCA)", "2026-12-01", null),
        group("SOON (CCA)", "2026-11-24", "2026-11-30"),
        group("LONG GONE (CCA)", "2026-10-01", "2026-10-31"),
        group("OLD (CCA)", "2026-11-01", "2026-11-20"),
        { ...group("TAKEN BACK (CCA)", "2026-11-01", null), known_to: publishedAt },
      ],
      noGroupRemaps: [{ sequence: "0000000000000000042", reason: "period_ended", program: "CCA" }],
    });
    expect(dispatch).toMatchObject({ can_be_dispatched: false, in_group_today: false });
    expect(tell(dispatch)).toContain(
      "against: it is in no market group on 2026-11-22; as told by event 42 (period ended); " +
        "the last trade date it was in one: 2026-11-20 (OLD (CCA)); " +
        "the next trade date it is in one: 2026-11-24 (SOON (CCA))",
    );
    expect(codes(dispatch)).not.toContain("look_further");
  });

  it("says that no group is published where none is", () => {
    expect(tell(ask({ timeLine: [status] }))).toContain(
      "against: it is in no market group on 2026-11-22; no later one is published",
    );
  });

  it("counts the first and the last trade date of a group", () => {
    expect(ask({ timeLine: [group("NORTH", today, today)] }).in_group_today).toBe(true);
    expect(ask({ timeLine: [group("NORTH", "2026-11-23", null)] }).in_group_today).toBe(false);
    expect(ask({ timeLine: [group("NORTH", "2026-11-01", "2026-11-21")] }).in_group_today).toBe(false);
  });

  it("may be one that Leap no longer knows, whatever its groups", () => {
    const dispatch = ask({
      meter: { ...meter, is_missing: true },
      timeLine: [status, stay, row("missing", "Leap no longer knows it")],
    });
    expect(dispatch).toMatchObject({ can_be_dispatched: false, in_group_today: true });
    expect(tell(dispatch)).toContain("against: Leap no longer knows it since 2026-11-05T06:17:00.000Z");
  });
});

describe("what nothing follows from by itself is said all the same", () => {
  it.each([
    ["archived", { meter: { ...meter, is_archived: true } }, /^unsure: it is archived/],
    [
      "required_action",
      { timeLine: [status, stay, row("action", "leap: X", { party: "leap" })] },
      /^unsure: Leap must still do: X$/,
    ],
    ["stale", { nowMs: Date.parse("2026-11-23T09:00:00Z") }, /^unsure: what is published is 26 h 43 min old/],
    ["beyond_horizon", { lastPublishedDate: "2026-11-21" }, /^unsure: nothing is published about 2026-11-22/],
    ["held_run", { heldRun: heldRun() }, /^unsure: run run-9 is held back/],
  ])("%s", (code, facts, words) => {
    const dispatch = ask(facts);
    expect(dispatch.can_be_dispatched).toBe(true);
    expect(tell(dispatch)).toContainEqual(expect.stringMatching(words));
    expect(codes(dispatch)).toContain(code);
    expect(codes(dispatch)).not.toContain("look_further");
  });

  it("a preference, with its window where an event told it", () => {
    const idle = { ...meter, participation_preference: "IDLE" };
    const window = { start: "2026-11-20T08:00:00.000Z", end: "2026-12-01T08:00:00.000Z" };
    const told = ask({ meter: idle, timeLine: [status, stay, row("preference", "IDLE", window)] });
    expect(told.can_be_dispatched).toBe(true);
    expect(tell(told)).toContain(
      `unsure: its participation preference is IDLE from ${window.start} to ${window.end}, ` +
        "as the partner asked for",
    );
    const untold = { ...row("preference", "IDLE", { start: null, end: null }), sequence: null };
    expect(tell(ask({ meter: idle, timeLine: [status, stay, untold] }))).toContain(
      "unsure: its participation preference is IDLE (known since 2026-11-05T06:17:00.000Z), " +
        "as the partner asked for",
    );
  });

  it("a program by which it is in its group, and in which it is not active", () => {
    const pending = { program: "CCA", periods: ["NOV"], statuses: ["PENDING"] };
    const dispatch = ask({ programStatuses: [pending, { ...pending, program: "DRAM" }] });
    expect(dispatch.can_be_dispatched).toBe(true);
    expect(tell(dispatch).slice(2)).toEqual(["unsure: its status in CCA (NOV) is PENDING on 2026-11-22"]);
  });

  it("that statuses by program are not in an export, where nothing else speaks against it", () => {
    expect(tell(ask({ programStatuses: null })).at(-1)).toMatch(/^for: its statuses by program are not in/);
  });

  it("does not call a run of this morning stale, nor the last trade date published unpublished", () => {
    expect(codes(ask({ nowMs: Date.parse("2026-11-23T08:17:00Z") }))).not.toContain("stale");
    expect(codes(ask({ lastPublishedDate: today }))).not.toContain("beyond_horizon");
  });
});

function ask(facts: Partial<DispatchFacts>) {
  return toDispatch({
    meter,
    timeLine: [status, stay],
    today,
    noGroupRemaps: [],
    lastPublishedDate: "2026-11-24",
    publishedAt,
    heldRun: null,
    programStatuses: [],
    nowMs: Date.parse("2026-11-22T18:00:00Z"),
    ...facts,
  });
}

function tell({ reasons }: ReturnType<typeof toDispatch>) {
  return reasons.map(({ speaks, sentence }) => `${speaks}: ${sentence}`);
}

function codes({ reasons }: ReturnType<typeof toDispatch>) {
  return reasons.map(({ code }) => code);
}

function row(what: TimeLineKind, value: string, data: TimeLineRow["data"] = {}): TimeLineRow {
  const from = "2026-11-05T06:17:00.000Z";
  const times = { known_from: from, known_to: null, effective_from: from, effective_to: null };
  return { ...times, what, value, sequence: 7, data };
}

function group(name: string, from: string, to: string | null): TimeLineRow {
  const data = { program: "CCA", market_group_id: north, market_group_name: "NORTH" };
  return { ...row("assignment", name, data), effective_from: from, effective_to: to };
}

function heldRun() {
  return {
    run_id: "run-9",
    mode: "sweep",
    status: "held",
    started_at: publishedAt,
    finished_at: publishedAt,
    published_at: null,
    is_certified: true,
    meters_returned: 1,
    change_count: 0,
    error: null,
    trips: [],
  };
}
