import { expect, it } from "vitest";
import { laterMs, openLibraryWorld } from "./library-world.ts";
import { group, insert, meter, publishedAtMs } from "./small-database.ts";

const tradeDate = "2026-10-28";

/** The plain meter goes south, which is known from a later instant on. */
function openMovedWorld() {
  const world = openLibraryWorld();
  world.writer.prepare("UPDATE assignment SET known_to_ms = ? WHERE meter_key = 1").run(laterMs);
  insert(world.writer, "assignment", {
    meter_key: 1,
    program: "DEMAND",
    market_group_id: group.south,
    effective_from: "2026-10-27",
    known_from_ms: laterMs,
  });
  return world;
}

it("answers who was in which group as known at an instant", async () => {
  const snapshot = await openMovedWorld().open();
  const before = { tradeDate, knownAtMs: laterMs - 1 };
  const after = { tradeDate, knownAtMs: laterMs };
  const idsIn = (id: string, of: typeof before) => snapshot.members(id, of).map((row) => row.meter_id);
  expect(idsIn(group.north.toUpperCase(), before)).toEqual([meter.plain, meter.hostile]);
  expect(idsIn(group.north, after)).toEqual([meter.hostile]);
  expect(idsIn(group.south, after)).toEqual([meter.plain, meter.missing]);
  const groupIdsOf = (of: typeof before) =>
    snapshot.groupsOf(meter.plain, of).map((row) => row.market_group_id);
  expect(groupIdsOf(before)).toEqual([group.north]);
  expect(groupIdsOf(after)).toEqual([group.south]);
  const counts = (of: typeof before) =>
    snapshot.groups(of).map((row) => [row.market_group_name, row.member_count]);
  expect(counts(before)).toEqual([
    ["NORTH", 2],
    ["SOUTH", 1],
  ]);
  expect(counts(after)).toEqual([
    ["NORTH", 1],
    ["SOUTH", 2],
  ]);
  expect(counts({ tradeDate, knownAtMs: publishedAtMs - 1 })).toEqual([]);
  expect(snapshot.groupsOf(meter.plain, { tradeDate }).map((row) => row.trade_date)).toEqual([tradeDate]);
});

it("says what to ask instead where the history is gone, or the question is not whole", async () => {
  const world = openMovedWorld();
  world.writer.prepare("UPDATE stream SET pruned_known_at_ms = ?").run(laterMs);
  const snapshot = await world.open();
  const refused = (message: RegExp) =>
    expect.objectContaining({ reason: "argument", message: expect.stringMatching(message) });
  const of = { tradeDate, knownAtMs: laterMs - 1 };
  for (const ask of [
    () => snapshot.groups(of),
    () => snapshot.members(group.north, of),
    () => snapshot.groupsOf(meter.plain, of),
  ]) {
    expect(ask).toThrow(refused(/not kept any more: ask as known at 2026-10-29/));
  }
  expect(() => snapshot.groups({ knownAtMs: laterMs })).toThrow(refused(/needs a tradeDate beside it/));
  expect(() => snapshot.groups({ tradeDate, knownAtMs: 1.5 })).toThrow(refused(/whole epoch milliseconds/));
});

it("refuses a trade date that no calendar has: what is open would hold on it", async () => {
  const snapshot = await openMovedWorld().open();
  for (const day of ["2026-02-30", "2026-99-99", "2026-10-28T00:00Z", "9999-12-32", ""]) {
    const ask = () => snapshot.groups({ tradeDate: day, knownAtMs: laterMs });
    expect(ask, day).toThrow(expect.objectContaining({ reason: "argument" }));
  }
  expect(snapshot.groups({ tradeDate: "2028-02-29", knownAtMs: laterMs })).not.toEqual([]);
});
