import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AckReport, applyReports, applyThrough } from "../../src/acknowledgement/index.ts";
import { openDatabase } from "../../src/database/index.ts";
import { ems, hourMs, type Outbox, openOutbox, toMoves, zones } from "./told-remaps.ts";

const due = Date.parse("2026-11-01T01:00:00Z");
const before = due - 24 * hourMs;
let outbox: Outbox;

beforeEach(() => {
  outbox = openOutbox();
  outbox.register(ems);
});
afterEach(() => outbox.close());

const applied = (eventId = ""): AckReport => ({ eventId, outcome: "applied", reason: null });
const rejected = (eventId = "", reason: string | null = "no"): AckReport => ({
  eventId,
  outcome: "rejected",
  reason,
});
const report = (...reports: AckReport[]) => applyReports(outbox.database(), reports, before);
const state = (index = 0) => {
  const { state, reason, reported_at } = outbox.list(due)[index] ?? {};
  return [state, reason, reported_at];
};
const at = new Date(before).toISOString();
const none = { applied: 0, rejected: 0, repeated: 0, unknown: [] };

describe("a report", () => {
  it("keeps a remap from being overdue once it says that it was applied", () => {
    const [id] = outbox.tell(toMoves(2, "2026-11-01"));
    expect(report(applied(id))).toEqual({ ...none, applied: 1 });
    expect(outbox.find(due)).toEqual({ unacknowledged: 1, overdue: 1, told: 1 });
    expect(outbox.list(due).map(({ state, is_overdue }) => [state, is_overdue])).toEqual([
      ["applied", false],
      ["told", true],
    ]);
  });

  it("that it was rejected does not, and its reason is told", () => {
    const [id] = outbox.tell(toMoves(1, "2026-11-01"));
    expect(report(rejected(id, "no such charger"))).toEqual({ ...none, rejected: 1 });
    expect(outbox.find(due)).toEqual({ unacknowledged: 0, overdue: 1, told: 1 });
    expect(outbox.overdue()[0]?.event.data).toMatchObject({
      state: "rejected",
      reason: "no such charger",
      before: { state: "rejected" },
      after: { state: "overdue" },
    });
  });

  it("counts as the latest does, whichever way round, in one go or in several", () => {
    const [id] = outbox.tell(toMoves(1, "2026-11-01"));
    report(rejected(id));
    expect(state()).toEqual(["rejected", "no", at]);
    report(applied(id));
    expect(state()).toEqual(["applied", null, at]);
    expect(report(rejected(id, null), applied(id), rejected(id, "again"))).toEqual({
      ...none,
      applied: 1,
      rejected: 2,
    });
    expect(state()).toEqual(["rejected", "again", at]);
  });

  it("that says the same again changes nothing, not even when it was said", () => {
    const [one, other] = outbox.tell(toMoves(2, "2026-11-01"));
    report(applied(one), rejected(other));
    const again = applyReports(outbox.database(), [applied(one), rejected(other), applied(one)], due);
    expect(again).toEqual({ ...none, repeated: 3 });
    expect([state(0), state(1)]).toEqual([
      ["applied", null, at],
      ["rejected", "no", at],
    ]);
  });

  it("of what is no remap of ours is told as unknown, once, and the others are kept", () => {
    const [id] = outbox.tell(toMoves(1, "2026-11-01"));
    outbox.find(due);
    const overdueId = outbox.overdue()[0]?.id;
    expect(report(applied("nobody"), applied(id), rejected(overdueId), rejected("nobody"))).toEqual({
      ...none,
      applied: 1,
      unknown: ["nobody", overdueId],
    });
  });

  it("may come before anyone looked through the outbox, and where no sink is acknowledged", () => {
    const [id] = outbox.tell([{ region: "NYISO", from: "2026-11-02" }]);
    expect(report(rejected(id))).toEqual({ ...none, rejected: 1 });
    // As yet by the zone of the region, since the configuration's was not at hand.
    expect(outbox.list(due)[0]?.due_at).toBe("2026-11-01T17:00:00.000Z");
    outbox.find(due, { zones: { ...zones, zones: { NYISO: "America/Denver" } } });
    expect(outbox.list(due)[0]?.due_at).toBe("2026-11-01T19:00:00.000Z");
    expect(state()).toEqual(["rejected", "no", at]);
  });

  it("takes the zone that a region was published in where the outbox was not looked through", () => {
    const [id] = outbox.tell([{ region: "NOWHERE", from: "2026-11-02" }]);
    outbox
      .database()
      .prepare(
        `INSERT INTO horizon (transmission_region, zone, today, last_looked_at, known_through)
         VALUES ('NOWHERE', 'America/Phoenix', '2026-11-01', '2026-11-03', '2026-11-03')`,
      )
      .run();
    report(applied(id));
    expect(outbox.list(due)[0]?.due_at).toBe("2026-11-01T19:00:00.000Z");
  });

  it("that rejects a superseded remap is kept and does not bring it back, one that applied it counts", () => {
    const [first, second] = [{ from: "2026-11-01" }, { from: "2026-11-01" }].flatMap((move) =>
      outbox.tell([move]),
    );
    outbox.find(before);
    expect(report(rejected(first))).toEqual({ ...none, rejected: 1 });
    expect(state()).toEqual(["superseded", "no", at]);
    expect(report(rejected(first))).toEqual({ ...none, repeated: 1 });
    report(applied(first));
    expect(state()).toEqual(["applied", null, at]);
    report(rejected(first), applied(second));
    expect(state()).toEqual(["superseded", "no", at]);
    expect(outbox.find(due)).toEqual({ unacknowledged: 0, overdue: 0, told: 0 });
  });

  it("is not taken back by a later remap once it was applied", () => {
    const [id] = outbox.tell([{ from: "2026-11-01" }]);
    report(applied(id));
    outbox.tell([{ from: "2026-11-01" }]);
    outbox.find(due);
    expect(outbox.list(due).map(({ state }) => state)).toEqual(["applied", "told"]);
  });

  it("is kept with all others of its text, or none is", () => {
    const [id] = outbox.tell(toMoves(1, "2026-11-01"));
    outbox
      .database()
      .execute(
        "CREATE TRIGGER full BEFORE UPDATE ON told_remap WHEN NEW.reason = 'trip' " +
          "BEGIN SELECT RAISE(ABORT, 'full'); END",
      );
    expect(() => report(applied(id), rejected(id, "trip"))).toThrow("full");
    expect(outbox.list(due)).toEqual([]);
  });

  it("waits for whoever writes, and fails as the environment does where that takes too long", () => {
    const [id] = outbox.tell(toMoves(1, "2026-11-01"));
    const writer = openDatabase(outbox.path);
    outbox.database().connection.pragma("busy_timeout = 0");
    writer.execute("BEGIN IMMEDIATE");
    expect(() => report(applied(id))).toThrow(
      expect.objectContaining({
        kind: "environment",
        message: expect.stringMatching(/^cannot keep the reports: another program keeps the file locked/),
      }),
    );
    writer.execute("ROLLBACK");
    writer.close();
    expect(report(applied(id)).applied).toBe(1);
  });
});

describe("reporting everything up to a sequence", () => {
  const through = (throughSequence: number, acknowledgedBy: readonly string[] = [ems]) =>
    applyThrough(outbox.database(), { zones, acknowledgedBy, throughSequence, nowMs: before });

  it("applies what was told and rejected up to it, looked at before or not", () => {
    const [one, two] = outbox.tell(toMoves(2, "2026-11-01"));
    report(applied(one), rejected(two));
    outbox.tell(toMoves(3, "2026-11-01", "n"));
    expect(through(4)).toEqual({ ...none, applied: 3, repeated: 1 });
    expect(through(4)).toEqual({ ...none, repeated: 4 });
    expect(outbox.find(due)).toEqual({ unacknowledged: 1, overdue: 1, told: 1 });
    expect(outbox.list(due).map(({ state }) => state)).toEqual([
      ...["applied", "applied", "applied", "applied", "told"],
    ]);
  });

  it("leaves superseded ones and those before the sink began as they are", () => {
    outbox.tell([{ from: "2026-11-01" }]);
    outbox.tell([{ from: "2026-11-01" }]);
    expect(through(2)).toEqual({ ...none, applied: 1 });
    expect(outbox.list(due).map(({ state }) => state)).toEqual(["superseded", "applied"]);
    expect(through(2, [])).toEqual({ ...none, repeated: 1 });
  });

  it("refuses a sequence that nothing was told with yet", () => {
    outbox.tell(toMoves(2, "2026-11-01"));
    expect(() => through(3)).toThrow(
      expect.objectContaining({ kind: "usage", message: expect.stringContaining("the last one is 2") }),
    );
  });
});
