import { describe, expect, it } from "vitest";
import type { Database } from "../../src/database/index.ts";
import { recheckUnsettled } from "../../src/dispatch/index.ts";
import { firstMs, meters, thenMs } from "./as-of-stays.ts";
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

describe("a drift looked at again", () => {
  const options = { zones, askedMs: null, nowMs, isDryRun: false };
  const learn = (database: Database) => insertStays(database, [{ meter: 2, knownFromMs: thenMs }]);

  it("becomes one that was told late once it is known, without its dispatch, and is not told again", () => {
    const database = openPublished([{}]);
    check(database, [toDispatch()]);
    expect(recheckUnsettled(database, options)).toBe(0);
    learn(database);
    expect(recheckUnsettled(database, options)).toBe(1);
    expect(readRows(database)).toMatchObject([
      { verdict: "late", told_at: "2026-10-05T06:17:00.000Z", missing_here_count: 1, is_counted: 1 },
    ]);
    expect([recheckUnsettled(database, options), readDrifts(database).length]).toEqual([0, 1]);
  });

  it("is late where who was published too much is known to be gone", () => {
    const database = openPublished([{}]);
    check(database, [toDispatch({ meterIds: [meters[1]] })]);
    learn(database);
    expect(recheckUnsettled(database, options)).toBe(0);
    database.prepare("UPDATE assignment SET known_to_ms = ? WHERE meter_key = 1").run(thenMs + 1);
    expect(recheckUnsettled(database, options)).toBe(1);
    expect(readRows(database)).toMatchObject([{ told_at: "2026-10-05T06:17:00.001Z" }]);
  });

  it("is late, too, where nobody had known the group", () => {
    const database = openPublished([]);
    check(database, [toDispatch({ meterIds: [meters[1]] })]);
    expect(readRows(database)).toMatchObject([{ verdict: "unknown_group" }]);
    learn(database);
    expect(recheckUnsettled(database, options)).toBe(1);
    expect(readRows(database)).toMatchObject([{ verdict: "late", published_count: 0 }]);
  });

  it("stays what it was where it lies too far back, or the lists of ids were cut off", () => {
    const database = openPublished([{}]);
    check(database, [toDispatch()]);
    learn(database);
    expect(recheckUnsettled(database, { ...options, nowMs: nowMs + 60 * 86_400_000 })).toBe(0);
    database.prepare("UPDATE dispatch_check SET missing_here_count = 2").run();
    expect(recheckUnsettled(database, options)).toBe(0);
  });
});

it("an older version of what was not judged says, too, why it was not", () => {
  const database = openPublished([{}]);
  const ask = (receivedAtMs: number, meterIds: readonly string[]) =>
    check(database, [toDispatch({ receivedAtMs, meterIds })]).checked;
  const early = ask(firstMs - 1, meters);
  expect(early[0]?.reason).toBe("nothing had been published when it was sent");
  expect(ask(firstMs - 2, [])).toEqual(early);
});

it("of more drifts than one check looks at again those of the newest dates come first", () => {
  const database = openPublished([{}]);
  const dayMs = 86_400_000;
  const slot = (eventId: string, days: number) =>
    toDispatch({ eventId, startMs: startMs + days * dayMs, endMs: startMs + days * dayMs + 1 });
  check(database, [slot("slot-3", 0), slot("slot-2", 1), slot("slot-1", 1)]);
  insertStays(database, [{ meter: 2, knownFromMs: thenMs }]);
  const late = () => readRows(database).filter(({ verdict }) => verdict === "late");
  expect(recheckUnsettled(database, { zones, askedMs: null, nowMs, isDryRun: false }, 2)).toBe(2);
  expect(late().map(({ trade_date: date }) => date)).toEqual(["2026-10-04", "2026-10-04"]);
});
