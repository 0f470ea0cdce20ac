import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applyReports } from "../../src/acknowledgement/index.ts";
import { loadAcknowledgementStatus, toReader } from "../../src/reader/index.ts";
import { ems, hourMs, type Outbox, openOutbox, toMoves } from "./told-remaps.ts";

const due = Date.parse("2026-11-01T01:00:00Z");
const other = "webhook:other";
let outbox: Outbox;

beforeEach(() => {
  outbox = openOutbox();
});
afterEach(() => outbox.close());

const sequences = () => outbox.list(due).map(({ sequence }) => sequence);
const nothing = { unacknowledged: 0, overdue: 0, told: 0 };
const status = (acknowledgedBy: readonly string[] = [ems]) =>
  loadAcknowledgementStatus(toReader(outbox.database()), {
    acknowledgedBy,
    marginMs: 12 * hourMs,
    nowMs: due,
  });

describe("which remaps are to be acknowledged", () => {
  it("are none where no sink is acknowledged, or none of those is registered", () => {
    outbox.register("stdout");
    outbox.tell(toMoves(3, "2026-11-01", "a"));
    expect(outbox.find(due, { acknowledgedBy: [] })).toEqual(nothing);
    expect(outbox.find(due)).toEqual(nothing);
    expect(sequences()).toEqual([]);
  });

  it("are those told since the sink began", () => {
    outbox.tell(toMoves(3, "2026-11-01", "b"));
    outbox.register(ems);
    outbox.tell(toMoves(2, "2026-11-01", "c"));
    expect(outbox.find(due).told).toBe(2);
    expect(sequences()).toEqual([4, 5]);
  });

  it("are those told before the first look as well, where the sink began long ago", () => {
    outbox.register(ems);
    outbox.tell(toMoves(3, "2026-11-01", "d"));
    expect(outbox.find(due, { acknowledgedBy: [] })).toEqual(nothing);
    expect(outbox.find(due).told).toBe(3);
  });

  it("come in with a sink that is acknowledged later, from its own beginning on, and no older ones", () => {
    outbox.tell(toMoves(2, "2026-11-01", "e"));
    outbox.register(other);
    outbox.tell(toMoves(2, "2026-11-01", "f"));
    outbox.register(ems);
    outbox.tell(toMoves(2, "2026-11-01", "g"));
    outbox.find(due);
    expect(sequences()).toEqual([5, 6]);
    expect(outbox.find(due, { acknowledgedBy: [ems, other] }).told).toBe(2);
    expect(sequences()).toEqual([3, 4, 5, 6]);
  });

  it("are not lost where a sink that begins later is acknowledged in between", () => {
    outbox.register(ems);
    outbox.tell(toMoves(1, "2026-11-01", "h"));
    outbox.find(due);
    const [, reported = ""] = outbox.tell(toMoves(2, "2026-11-01", "i"));
    outbox.register(other);
    outbox.tell(toMoves(1, "2026-11-01", "j"));
    outbox.find(due, { acknowledgedBy: [other] });
    applyReports(outbox.database(), [{ eventId: reported, outcome: "applied", reason: null }], due);
    const report = outbox.find(due);
    expect(outbox.list(due).map(({ state }) => state)).toEqual(["told", "told", "applied", "told"]);
    expect(report).toMatchObject({ unacknowledged: 3, overdue: 3 });
    expect(outbox.overdue()).toHaveLength(3);
  });

  it("are forgotten while acknowledgement is off, and found as they were left once it is on again", () => {
    outbox.register(ems);
    outbox.tell(toMoves(2, "2026-11-01", "k"));
    outbox.find(due - 24 * hourMs);
    expect(outbox.find(due, { acknowledgedBy: [] })).toEqual(nothing);
    expect(status([])).toMatchObject({ told: 0, delivered: 0, applied: 0, overdue: 0, first_overdue: [] });
    expect(outbox.overdue()).toEqual([]);
    expect(sequences()).toHaveLength(2);
    outbox.tell([{ meterId: "new", from: "2026-11-01" }]);
    expect(outbox.find(due)).toEqual({ unacknowledged: 3, overdue: 3, told: 3 });
  });

  it("are none of what was told before the sinks that are still acknowledged began", () => {
    outbox.register(other);
    outbox.tell(toMoves(2, "2026-11-01", "l"));
    outbox.find(due - 24 * hourMs, { acknowledgedBy: [other] });
    outbox.register(ems);
    expect(outbox.find(due)).toEqual(nothing);
    expect(status().told).toBe(0);
  });

  it("come in with a sink that is acknowledged later, where those before it did not want them", () => {
    outbox.register(ems);
    outbox.register(other);
    outbox.tell([
      { meterId: "a", region: "CAISO", from: "2026-11-01" },
      { meterId: "b", region: "ERCOT", from: "2026-11-01" },
    ]);
    const isWanted = (sink: string, { event }: { event: string }) =>
      JSON.parse(event).data.transmission_region === (sink === ems ? "CAISO" : "ERCOT");
    expect(outbox.find(due, { isWanted }).told).toBe(1);
    expect(outbox.find(due, { isWanted, acknowledgedBy: [ems, other] }).told).toBe(1);
    expect(outbox.list(due).map(({ meter_id }) => meter_id)).toEqual(["a", "b"]);
  });

  it("are those alone that a sink wants", () => {
    outbox.register(ems);
    outbox.tell([
      { meterId: "a", region: "CAISO", from: "2026-11-01" },
      { meterId: "b", region: "ERCOT", from: "2026-11-01" },
    ]);
    const asked: string[] = [];
    const isWanted = (sink: string, { type, event }: { type: string; event: string }) => {
      asked.push(`${sink} ${type}`);
      return JSON.parse(event).data.transmission_region === "ERCOT";
    };
    expect(outbox.find(due, { isWanted })).toEqual({ unacknowledged: 1, overdue: 1, told: 1 });
    expect(outbox.list(due).map(({ meter_id }) => meter_id)).toEqual(["b"]);
    expect(new Set(asked)).toEqual(new Set([`${ems} meter.group.remapped`]));
  });
});

describe("being delivered", () => {
  beforeEach(() => {
    outbox.register(ems);
    outbox.register(other);
    outbox.tell(toMoves(3, "2026-12-01"));
    outbox.find(due);
  });
  const states = (names: readonly string[]) => outbox.list(due, names).map(({ state }) => state);

  it("is once the place of every acknowledging sink has passed the remap", () => {
    outbox.settle(ems, 2);
    expect(states([ems])).toEqual(["delivered", "delivered", "told"]);
    expect(states([ems, other])).toEqual(["told", "told", "told"]);
    outbox.settle(other, 1);
    expect(states([ems, other])).toEqual(["delivered", "told", "told"]);
    expect(status([ems, other])).toMatchObject({ told: 2, delivered: 1, overdue: 0 });
    expect(states([])).toEqual(["told", "told", "told"]);
  });

  it("is not while the remap waits, or is set aside, behind the sink's place", () => {
    outbox.settle(ems, 3);
    outbox
      .database()
      .prepare(
        "INSERT INTO delivery (sink, sequence, partitionkey, run_id, state) VALUES (?, 2, 'm', 'r', ?)",
      )
      .run(ems, "set_aside");
    expect(states([ems])).toEqual(["delivered", "told", "delivered"]);
  });

  it("is not having acted: it is overdue all the same", () => {
    outbox.settle(ems, 3);
    const later = Date.parse("2026-12-01T00:00:00Z");
    expect(outbox.find(later)).toMatchObject({ unacknowledged: 3, overdue: 3 });
    expect(outbox.list(later).map(({ state, is_overdue }) => [state, is_overdue])).toEqual([
      ["delivered", true],
      ["delivered", true],
      ["delivered", true],
    ]);
  });
});

describe("the status", () => {
  it("counts each state, and shows the first 20 overdue ones by when they were due", () => {
    outbox.register(ems);
    const [applied = "", rejected = ""] = outbox.tell(toMoves(2, "2026-11-01"));
    outbox.tell([
      { meterId: "m-1", from: "2026-11-02" },
      { meterId: "z", from: "2026-10-25" },
    ]);
    outbox.tell(Array.from({ length: 25 }, (_, index) => ({ meterId: `n-${index}`, from: "2026-11-01" })));
    outbox.tell([{ meterId: "z", from: "2026-10-24" }]);
    applyReports(
      outbox.database(),
      [
        { eventId: applied, outcome: "applied", reason: null },
        { eventId: rejected, outcome: "rejected", reason: "no" },
      ],
      due,
    );
    outbox.settle(ems, 4);
    outbox.find(due);
    const { first_overdue: first, ...counts } = status();
    expect(counts).toEqual({
      told: 26,
      delivered: 1,
      applied: 1,
      rejected: 1,
      superseded: 1,
      overdue: 27,
    });
    expect(first).toHaveLength(20);
    expect(first[0]).toMatchObject({ meter_id: "z", effective_from: "2026-10-24", state: "told" });
    expect(first[1]).toMatchObject({
      meter_id: "m-1",
      state: "rejected",
      reason: "no",
      from_market_group_ids: ["a"],
      to_market_group_ids: ["b"],
      due_at: "2026-10-31T19:00:00.000Z",
    });
  });
});
