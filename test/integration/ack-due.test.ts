import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyReports } from "../../src/acknowledgement/index.ts";
import { toEnvelopeSchema } from "../../src/events/index.ts";
import { readEvents } from "../support/views.ts";
import { early, ems, hourMs, type Outbox, openOutbox } from "./told-remaps.ts";

let outbox: Outbox;

let meterCount = 0;

// One database for all: each test has meters of its own.
beforeAll(() => {
  outbox = openOutbox();
  outbox.register(ems);
});
afterAll(() => outbox.close());

/** Looks, and gives what then is known of one meter's remaps. */
function look(meterId: string, nowMs: number, more: Parameters<Outbox["find"]>[1] = {}) {
  outbox.find(nowMs, more);
  const ids = outbox.overdue().filter(({ subject }) => subject === meterId);
  const remaps = outbox.list(nowMs).filter((remap) => remap.meter_id === meterId);
  return {
    told: ids.map(({ event }) => event.data),
    states: remaps.map(({ state }) => state),
    overdue: remaps.map(({ is_overdue }) => is_overdue),
    due: remaps.map(({ due_at }) => due_at),
  };
}

function nextMeter(): string {
  meterCount += 1;
  return `m-${meterCount}`;
}

describe("a remap that nobody reports as applied", () => {
  it.each([
    ["CAISO", "2026-10-31", "2026-10-31T07:00:00Z"],
    ["CAISO", "2026-11-01", "2026-11-01T07:00:00Z"],
    ["CAISO", "2026-11-02", "2026-11-02T08:00:00Z"],
    ["CAISO", "2027-03-14", "2027-03-14T08:00:00Z"],
    ["CAISO", "2027-03-15", "2027-03-15T07:00:00Z"],
    ["WECC_PC", "2026-11-01", "2026-11-01T07:00:00Z"],
    ["ERCOT", "2026-11-01", "2026-11-01T05:00:00Z"],
    ["ERCOT", "2026-11-02", "2026-11-02T06:00:00Z"],
    ["NYISO", "2026-11-02", "2026-11-02T05:00:00Z"],
    ["PJM", "2027-03-14", "2027-03-14T05:00:00Z"],
    ["PJM", "2027-03-15", "2027-03-15T04:00:00Z"],
    ["WECC_SW", "2026-11-02", "2026-11-02T07:00:00Z"],
    ["NOWHERE", "2026-11-02", "2026-11-02T08:00:00Z"],
  ])("in %s for %s is overdue from 12 hours before %s on, and not a moment sooner", (region, from, start) => {
    const meterId = nextMeter();
    outbox.tell([{ meterId, region, from }]);
    const dueAtMs = Date.parse(start) - 12 * hourMs;
    const before = look(meterId, dueAtMs - 1);
    expect([before.overdue, before.told]).toEqual([[false], []]);
    expect(before.due).toEqual([new Date(dueAtMs).toISOString()]);
    const after = look(meterId, dueAtMs);
    expect([after.overdue, after.told.length]).toEqual([[true], 1]);
  });

  it("begins by the zone configured for its region", () => {
    const meterId = nextMeter();
    outbox.tell([{ meterId, region: "SERC", from: "2026-11-02" }]);
    const zones = { defaultZone: "America/Los_Angeles", zones: { SERC: "America/New_York" } };
    const dueAtMs = Date.parse("2026-11-02T05:00:00Z") - 12 * hourMs;
    expect(look(meterId, dueAtMs - 1, { zones }).told).toEqual([]);
    expect(look(meterId, dueAtMs, { zones }).told).toHaveLength(1);
  });

  it("is given 15 minutes from when it was told, however late that was", () => {
    const meterId = nextMeter();
    const toldAtMs = Date.parse("2026-11-01T20:00:00Z");
    outbox.tell([{ meterId, from: "2026-11-01" }], toldAtMs);
    const dueAtMs = toldAtMs + 15 * 60_000;
    expect(look(meterId, dueAtMs - 1).told).toEqual([]);
    expect(look(meterId, dueAtMs).told).toMatchObject([
      { due_at: "2026-11-01T20:15:00.000Z", lead_time_hours: -13.25 },
    ]);
  });

  it.each([0, 1, 72])("is due by the margin configured: %i hours", (hours) => {
    const meterId = nextMeter();
    outbox.tell([{ meterId, from: "2026-11-01" }]);
    const dueAtMs = Date.parse("2026-11-01T07:00:00Z") - hours * hourMs;
    const marginMs = hours * hourMs;
    expect(look(meterId, dueAtMs - 1, { marginMs }).told).toEqual([]);
    expect(look(meterId, dueAtMs, { marginMs }).told).toHaveLength(1);
  });

  it("is told as an event of its own, behind all others, in the words of the remap", () => {
    const meterId = nextMeter();
    const [remapId] = outbox.tell([{ meterId, from: "2026-11-01", to: "2026-11-03" }]);
    const remap = readEvents(outbox.database()).find(({ id }) => id === remapId);
    look(meterId, Date.parse("2026-11-01T01:00:00Z"));
    const told = readEvents(outbox.database()).at(-1);
    const run = `run-${early}`;
    expect(told).toMatchObject({ type: "group.remap.overdue", subject: meterId, partitionkey: meterId });
    expect([told?.run_id, told?.sequence]).toEqual([run, Number(remap?.sequence) + 1]);
    const event = toEnvelopeSchema("group.remap.overdue").strict().parse(told?.event);
    expect(event).toMatchObject({
      id: told?.id,
      source: "/meter-sync/acme",
      correlationid: run,
      sequence: String(told?.sequence).padStart(19, "0"),
      time: "2026-11-01T01:00:00.000Z",
    });
    expect(event.data).toEqual({
      meter_id: meterId,
      partner_reference: "WAREHOUSE 7",
      transmission_region: "CAISO",
      program: "CCA",
      remap_event_id: remapId,
      remap_sequence: String(remap?.sequence).padStart(19, "0"),
      from_market_group_ids: ["a"],
      to_market_group_ids: ["b"],
      effective_from: "2026-11-01",
      effective_to: "2026-11-03",
      state: "told",
      reason: null,
      told_at: "2026-10-20T12:00:00.000Z",
      due_at: "2026-10-31T19:00:00.000Z",
      lead_time_hours: 6,
      before: { state: "told" },
      after: { state: "overdue" },
    });
  });

  it("has an id that clock and lead time have no part in, and that differs from remap to remap", () => {
    const due = Date.parse("2026-11-01T01:00:00Z");
    const moves = [
      // First: later it would leave nothing of the others.
      { from: "2026-11-01", program: null },
      { from: "2026-11-01", to: "2026-11-01" },
      { from: "2026-11-02", to: "2026-11-02" },
      { from: "2026-11-01", program: "DSGS" },
      { from: "2026-11-01", program: null, meterId: "n" },
    ];
    const told = [24, 48].map((hours) => {
      const other = openOutbox();
      other.register(ems);
      other.tell(moves);
      other.find(due + hours * hourMs);
      const ids = other.overdue().map(({ id }) => id);
      other.close();
      return ids;
    });
    expect(new Set(told[0]).size).toBe(5);
    expect(told[1]).toEqual(told[0]);
  });
});

describe("a remap that a later one overtakes", () => {
  const late = Date.parse("2026-11-10T00:00:00Z");
  it.each([
    ["for ever, from the same day on", "2026-11-03", null, [["2026-11-03", null]], true],
    ["for ever, from an earlier day on", "2026-11-03", null, [["2026-11-02", null]], true],
    ["for ever, from a later day on only", "2026-11-03", null, [["2026-11-04", null]], false],
    ["on all of its days", "2026-11-03", "2026-11-04", [["2026-11-02", "2026-11-05"]], true],
    ["on its first day only", "2026-11-03", "2026-11-04", [["2026-11-02", "2026-11-03"]], false],
    ["before its first day only", "2026-11-03", null, [["2026-11-01", "2026-11-02"]], false],
    ["in its first days, for one without an end", "2026-11-03", null, [["2026-11-03", "2026-11-09"]], false],
    [
      "by two that follow each other",
      "2026-11-03",
      null,
      [
        ["2026-11-02", "2026-11-03"],
        ["2026-11-04", null],
      ],
      true,
    ],
    [
      "by two with a day between them",
      "2026-11-03",
      null,
      [
        ["2026-11-02", "2026-11-03"],
        ["2026-11-05", null],
      ],
      false,
    ],
  ] as const)("%s", (_, from, to, later, isSuperseded) => {
    const meterId = nextMeter();
    outbox.tell([{ meterId, from, to }]);
    look(meterId, early);
    outbox.tell(later.map((days) => ({ meterId, from: days[0], to: days[1] })));
    const { states, overdue, told } = look(meterId, late);
    expect(states).toEqual([isSuperseded ? "superseded" : "told", ...later.map(() => "told")]);
    expect(overdue).toEqual([!isSuperseded, ...later.map(() => true)]);
    expect(told).toHaveLength(later.length + (isSuperseded ? 0 : 1));
  });

  // One without a program has the groups over all programs; one with a program those of it alone.
  it.each([
    ["of the program CCA by one of DSGS", "CCA", "DSGS", "told"],
    ["of the program CCA by one without", "CCA", null, "superseded"],
    ["without a program by one of CCA", null, "CCA", "told"],
    ["without a program by one without", null, null, "superseded"],
  ])("%s", (_, program, other, state) => {
    const meterId = nextMeter();
    outbox.tell([
      { meterId, from: "2026-11-03", program },
      { meterId, from: "2026-11-03", program: other },
    ]);
    expect(look(meterId, late).states).toEqual([state, "told"]);
  });

  it("in its programs one and all, whatever else each of them was told", () => {
    const meterId = nextMeter();
    outbox.tell([
      { meterId, from: "2026-11-03", program: "CCA" },
      { meterId, from: "2026-11-04", program: "DSGS", to: "2026-11-06" },
      { meterId, from: "2026-11-03", program: "CCA", to: "2026-11-03" },
      { meterId, from: "2026-11-04", program: null },
    ]);
    expect(look(meterId, late).states).toEqual(["superseded", "superseded", "told", "told"]);
  });

  it("by one without a program, also where it was rejected before or is rejected after", () => {
    const [before = "", after = ""] = [nextMeter(), nextMeter()];
    const told = [before, after].flatMap((meterId) => outbox.tell([{ meterId, from: "2026-11-03" }]));
    const reject = (eventId = "") =>
      applyReports(outbox.database(), [{ eventId, outcome: "rejected", reason: null }], early);
    reject(told[0]);
    outbox.tell([before, after].map((meterId) => ({ meterId, from: "2026-11-03", program: null })));
    look(before, late);
    reject(told[1]);
    expect([before, after].map((meterId) => look(meterId, late).states)).toEqual([
      ["superseded", "told"],
      ["superseded", "told"],
    ]);
  });

  it("stays as it is where the other was told before, or is of another meter", () => {
    const meterId = nextMeter();
    outbox.tell([
      { meterId, from: "2026-11-03" },
      { meterId, from: "2026-11-04" },
      { meterId: nextMeter(), from: "2026-11-01" },
    ]);
    expect(look(meterId, late).states).toEqual(["told", "told"]);
  });
});
