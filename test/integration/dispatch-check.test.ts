import { describe, expect, it } from "vitest";
import { toKnownSteps, toStepAt } from "../../src/dispatch/known-steps.ts";
import { toMembersSha256 } from "../../src/meter/index.ts";
import { loadGroupMembersAsOf, loadGroupStays, toReader, toStaysOn } from "../../src/reader/index.ts";
import { openChance } from "../support/chance.ts";
import { firstMs, meters, north, type Stay, south, thenMs } from "./as-of-stays.ts";
import {
  check,
  insertStays,
  nowMs,
  openPublished,
  readDrifts,
  readRows,
  startMs,
  toDispatch,
  zones,
} from "./dispatch-world.ts";

const [one, two] = meters;
const both: Stay[] = [{}, { meter: 2 }];
/** The second meter came to be known in the north only after the dispatch. */
const lateStays: Stay[] = [{}, { meter: 2, knownFromMs: thenMs }];
const oneOnly: Stay[] = [{}];

describe("what was known of a group on a date", () => {
  it("is what the as-of questions answer, at every instant of random histories", () => {
    const [chance, database] = [openChance(11), openPublished([])];
    const reader = toReader(database);
    let seen = 0;
    for (let round = 0; round < 8; round++) {
      const stays = Array.from({ length: 8 }, (): Stay => {
        const knownFromMs = firstMs + chance.below(6) * 1000;
        const from = 1 + chance.below(4);
        return {
          meter: chance.hits(0.5) ? 1 : 2,
          program: chance.hits(0.5) ? "CCA" : "ELRP",
          group: chance.hits(0.7) ? north : south,
          from: `2026-10-0${from}`,
          to: chance.hits(0.5) ? null : `2026-10-0${from + chance.below(3)}`,
          knownFromMs,
          knownToMs: chance.hits(0.4) ? null : knownFromMs + chance.below(4) * 1000,
        };
      });
      database.execute("DELETE FROM assignment");
      insertStays(database, stays);
      for (const tradeDate of ["2026-10-01", "2026-10-03", "2026-10-06"]) {
        const steps = toKnownSteps(toStaysOn(loadGroupStays(reader, north), tradeDate));
        for (let knownAtMs = firstMs - 500; knownAtMs < firstMs + 12_000; knownAtMs += 500) {
          const asked = [...loadGroupMembersAsOf(reader, north, { tradeDate, knownAtMs })];
          const expected = [...new Set(asked.map(({ meter_id: id }) => id))];
          const step = toStepAt(steps, knownAtMs);
          expect([...step.toMeterIds()].sort()).toEqual(expected);
          expect([step.count, step.sha256]).toEqual([expected.length, toMembersSha256(expected)]);
          seen += expected.length;
        }
      }
    }
    expect(seen).toBeGreaterThan(200);
  });
});

describe("a dispatch that is as published", () => {
  it("is kept with its lead time, tells nothing, and is the same when it is read again (I4)", () => {
    const database = openPublished(both);
    const { rows, told } = check(database, [toDispatch()]);
    expect(told).toBe(0);
    expect(rows[0]).toMatchObject({ verdict: "agreed", toldAtMs: firstMs, sentBasis: "started" });
    const [kept] = readRows(database);
    expect(kept).toMatchObject({
      event_id: "slot-1",
      trade_date: "2026-10-03",
      market_group_id: north,
      meter_id: null,
      is_counted: 1,
      sent_at: "2026-10-03T22:00:00.000Z",
      dispatched_count: 2,
      published_count: 2,
      missing_here: "[]",
      told_at: "2026-10-01T06:17:00.000Z",
    });
    check(database, [toDispatch()], { nowMs: nowMs + 1 });
    expect(readRows(database)).toEqual([{ ...kept, checked_at: "2026-10-20T12:00:00.001Z" }]);
    const first = database.prepare("SELECT first_checked_at_ms AS first FROM dispatch_check").get();
    expect(first).toEqual({ first: nowMs });
    expect(readDrifts(database)).toEqual([]);
  });
});

describe("a dispatch that is not as published", () => {
  it("is told once, with who is missing where, in the transaction that keeps it (I1, I4)", () => {
    const database = openPublished([{}, { meter: 2, group: south }]);
    const ask = () => check(database, [toDispatch({ meterIds: [two] })]);
    expect(ask().told).toBe(1);
    const [event, ...others] = readDrifts(database);
    expect(others).toEqual([]);
    expect(event?.data).toMatchObject({
      market_group_id: north,
      market_group_name: "NORTH",
      verdict: "drift",
      trade_date: "2026-10-03",
      sent_at_basis: "started",
      missing_here_meter_ids: [two],
      missing_there_meter_ids: [one],
      told_at: null,
      before: { member_count: 1 },
      after: { member_count: 1 },
    });
    const { last_sequence: last } = database.prepare("SELECT last_sequence FROM stream").get()!;
    expect(event?.sequence).toBe(String(last).padStart(19, "0"));
    expect([ask().told, readDrifts(database).length]).toEqual([0, 1]);
  });

  it("keeps neither row nor event where the event cannot be told (I1)", () => {
    const database = openPublished(oneOnly);
    database.execute("CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT raise(ABORT, 'full'); END");
    expect(() => check(database, [toDispatch()])).toThrow();
    expect(readRows(database)).toEqual([]);
  });

  it("is late where it is known since, judged by what was known when it was sent", () => {
    const database = openPublished(lateStays);
    const sent = (receivedAtMs: number) => check(database, [toDispatch({ receivedAtMs })]).rows[0];
    expect(sent(thenMs - 1)).toMatchObject({ verdict: "late", toldAtMs: thenMs, missingHere: [two] });
    const other = openPublished(lateStays);
    const [row] = check(other, [toDispatch({ receivedAtMs: thenMs })]).rows;
    expect(row).toMatchObject({ verdict: "agreed", toldAtMs: thenMs, missingHere: [] });
    expect(readDrifts(database).map(({ data }) => data.verdict)).toEqual(["late"]);
  });

  it("tells again what comes back after it had been right: A, B, A", () => {
    const database = openPublished(oneOnly);
    const versions = [[one, two], [one], [one, two]];
    const told = versions.map((meterIds) => check(database, [toDispatch({ meterIds })]).told);
    expect(told).toEqual([1, 0, 1]);
    const ids = database.prepare("SELECT DISTINCT id FROM event").all();
    expect(ids).toHaveLength(2);
    // Another drift of the same timeslot is another event.
    expect(check(database, [toDispatch({ meterIds: [two] })]).told).toBe(1);
  });

  it("tells again what differs from what was known before, once it is known to have been sent then", () => {
    const database = openPublished([{}, { meter: 2, knownFromMs: thenMs - 4 * 86_400_000 + 1 }]);
    const told = (receivedAtMs: number) =>
      check(database, [toDispatch({ meterIds: ["other"], receivedAtMs })]).told;
    const early = thenMs - 4 * 86_400_000;
    expect([told(early + 1), told(early + 2), told(early)]).toEqual([1, 0, 1]);
    expect(readDrifts(database).map(({ data }) => data.missing_there_count)).toEqual([2, 1]);
  });

  it("is of a group that nobody knew, until it is known", () => {
    const database = openPublished([{ knownFromMs: thenMs }, { meter: 2, knownFromMs: thenMs }]);
    expect(check(database, [toDispatch()]).rows[0]?.verdict).toBe("late");
    const [row] = check(database, [toDispatch({ eventId: "slot-2", meterIds: [one] })]).rows;
    expect(row).toMatchObject({ verdict: "unknown_group", publishedCount: 0, missingHereCount: 1 });
    const nowhere = check(database, [toDispatch({ eventId: "slot-3", targetId: "nowhere" })]);
    expect(nowhere.rows[0]?.verdict).toBe("unknown_group");
    // Its meters are known, and so is the zone.
    expect(nowhere.zoneUnknown).toBe(0);
    const nobody = toDispatch({ eventId: "slot-4", targetId: "nowhere", meterIds: ["nobody"] });
    expect(check(database, [nobody]).zoneUnknown).toBe(1);
  });
});

describe("what does not count", () => {
  it.each([
    ["is cancelled", { isCancelled: true }],
    ["moves assets for a test", { test: "communication" as const }],
    ["only rings the bell", { test: "integration" as const }],
  ])("is compared and kept, and tells nothing: what %s", (_, part) => {
    const database = openPublished(oneOnly);
    expect(check(database, [toDispatch(part)]).told).toBe(0);
    expect(readRows(database)).toMatchObject([{ verdict: "drift", is_counted: 0, missing_here_count: 1 }]);
    expect(readDrifts(database)).toEqual([]);
  });

  it("is not what is voluntary", () => {
    const database = openPublished(oneOnly);
    expect(check(database, [toDispatch({ isVoluntary: true })]).told).toBe(1);
    expect(readDrifts(database)[0]?.data.is_voluntary).toBe(true);
  });

  it("is what was sent before the first publication, or of which too little is kept", () => {
    const database = openPublished(both);
    const [early] = check(database, [toDispatch({ receivedAtMs: firstMs - 1 })]).checked;
    expect(early?.row).toMatchObject({ verdict: "not_judged", isCounted: false });
    expect(early?.reason).toBe("nothing had been published when it was sent");
    const [just] = check(database, [toDispatch({ eventId: "slot-2", receivedAtMs: firstMs })]).rows;
    expect(just?.verdict).toBe("agreed");
    const other = openPublished(both);
    other.prepare("UPDATE stream SET pruned_trade_date = '2026-10-03'").run();
    const [gone] = check(other, [toDispatch()]).checked;
    expect(gone?.row.verdict).toBe("not_judged");
    expect(gone?.reason).toContain("not kept any more");
  });

  it("but what was judged stays judged when what was known is no longer kept", () => {
    const database = openPublished(both);
    check(database, [toDispatch()]);
    database.prepare("UPDATE stream SET pruned_trade_date = '2026-10-03'").run();
    check(database, [toDispatch()]);
    expect(readRows(database)).toMatchObject([{ verdict: "agreed", is_counted: 1 }]);
  });
});

it("a timeslot over midnight is compared for both dates, each with its own members", () => {
  const database = openPublished([{}, { meter: 2, to: "2026-10-03" }]);
  const midnight = Date.UTC(2026, 9, 4, 7);
  const part = { startMs: midnight - 1_800_000, endMs: midnight + 1_800_000 };
  const { rows, told } = check(database, [toDispatch(part)]);
  expect(rows.map(({ tradeDate, verdict }) => [tradeDate, verdict])).toEqual([
    ["2026-10-03", "agreed"],
    ["2026-10-04", "drift"],
  ]);
  expect(told).toBe(1);
  // The market's day is not that of UTC, nor that of another zone.
  const phoenix = { ...zones, zones: { CAISO: "America/New_York" } };
  expect(check(database, [toDispatch(part)], { zones: phoenix }).rows.map((row) => row.tradeDate)).toEqual([
    "2026-10-04",
  ]);
  expect(readRows(database)).toHaveLength(1);
});

it("a replaced timeslot leaves the dates it is on no more, and an older version changes nothing", () => {
  const database = openPublished(both);
  const dayMs = 86_400_000;
  check(database, [toDispatch({ receivedAtMs: startMs - 7_000 })]);
  const moved = toDispatch({
    startMs: startMs + dayMs,
    endMs: startMs + dayMs + 1,
    receivedAtMs: startMs - 6_000,
  });
  check(database, [moved]);
  expect(readRows(database)).toMatchObject([{ trade_date: "2026-10-04" }]);
  const { rows } = check(database, [toDispatch({ receivedAtMs: startMs - 7_000 })]);
  expect(rows.map(({ tradeDate }) => tradeDate)).toEqual(["2026-10-04"]);
  expect(readRows(database)).toMatchObject([{ trade_date: "2026-10-04" }]);
});

it("a dry run says the same, and keeps and tells nothing", () => {
  const database = openPublished(lateStays);
  const { rows, told } = check(database, [toDispatch()], { isDryRun: true });
  expect([rows[0]?.verdict, told]).toEqual(["late", 1]);
  expect([readRows(database), readDrifts(database)]).toEqual([[], []]);
});

it("nothing is compared, nor kept, before anything was published", () => {
  const database = openPublished([]);
  database.execute("DELETE FROM run");
  expect(() => check(database, [toDispatch()])).toThrow("nothing has been published yet");
});
