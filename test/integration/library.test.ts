import { chmodSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Failure } from "../../src/failure/index.ts";
import { openSnapshot, SnapshotError } from "../../src/library/index.ts";
import { saveExport } from "../../src/snapshot/index.ts";
import { laterMs, openLibraryWorld } from "./library-world.ts";
import { group, hostileReference, insert, meter, publishedAtMs } from "./small-database.ts";

/** The columns of a view, as a program without the library would find them. */
function columnsOf(world: ReturnType<typeof openLibraryWorld>, view: string): string[] {
  const rows = world.writer.connection.prepare(`PRAGMA table_info(${view})`).all() as { name: string }[];
  return rows.map(({ name }) => name).sort();
}

function keysOf(row: object | undefined): string[] {
  return Object.keys(row ?? {}).sort();
}

it("says whose snapshot it is, and how old at an instant", async () => {
  const snapshot = await openLibraryWorld().open();
  expect(snapshot.info()).toMatchObject({
    account: "default",
    stream_id: "stream-1",
    last_sequence: 3,
    first_sequence: 1,
    published_at: "2026-10-28T06:17:00.000Z",
    horizons: { CAISO: { first: "2026-10-27", last: "2026-10-29" } },
  });
  expect(snapshot.freshness(publishedAtMs + 90_000)).toEqual({
    published_at: "2026-10-28T06:17:00.000Z",
    age_ms: 90_000,
  });
});

it("has no freshness before the first publication", async () => {
  const world = openLibraryWorld();
  world.writer.execute("UPDATE stream SET published_at_ms = NULL");
  expect((await world.open()).freshness(0)).toBeNull();
});

it("finds meters by id in any case, by partner reference and by filter", async () => {
  const snapshot = await openLibraryWorld().open();
  const found = snapshot.meter(meter.plain.toUpperCase());
  expect(found).toMatchObject({
    meter_id: meter.plain,
    partner_reference: "SITE-1",
    dispatchable: true,
    tags: ["a", "b"],
    document: { meter_id: meter.plain, unheard_of: 1 },
  });
  expect(snapshot.meter("nobody")).toBeUndefined();
  const references = snapshot.metersByPartnerReference(hostileReference);
  expect(references.map(({ meter_id }) => meter_id)).toEqual([meter.hostile]);
  expect(snapshot.metersByPartnerReference("SITE")).toEqual([]);
  const ids = (filter?: Parameters<typeof snapshot.meters>[0]) =>
    [...snapshot.meters(filter)].map(({ meter_id }) => meter_id);
  expect(ids()).toEqual([meter.plain, meter.hostile, meter.missing]);
  expect(ids({ isActive: true })).toEqual([meter.plain, meter.hostile]);
  expect(ids({ isMissing: true })).toEqual([meter.missing]);
  expect(ids({ marketGroupId: group.north.toUpperCase(), limit: 1 })).toEqual([meter.plain]);
});

it("finds meters that became active since an instant, as long as what was told since is kept", async () => {
  const { writer, open } = openLibraryWorld();
  const told = { run_id: "run-2", type: "meter.enrollment.global-status.updated", subject: meter.hostile };
  const data = { before: { dispatchable: false }, after: { dispatchable: true } };
  insert(writer, "event", { ...told, sequence: 4, time_ms: laterMs, event: JSON.stringify({ data }) });
  const snapshot = await open();
  const since = (activeSinceMs: number) =>
    [...snapshot.meters({ activeSinceMs })].map(({ meter_id }) => meter_id);
  expect([since(publishedAtMs), since(laterMs), since(laterMs + 1)]).toEqual([
    [meter.hostile],
    [meter.hostile],
    [],
  ]);
  writer.execute("DELETE FROM event WHERE sequence < 4; UPDATE stream SET pruned_sequence = 3");
  snapshot.refresh();
  expect(since(laterMs)).toEqual([meter.hostile]);
  const early = /^what was told before 2026-10-29T06:17:00.000Z is not kept any more/;
  expect(() => since(laterMs - 1)).toThrow(early);
  expect(() => since(Number.NaN)).toThrow("activeSinceMs takes whole epoch milliseconds, not NaN");
});

it("tells groups, their members and a meter's groups by trade date, and what was assigned when", async () => {
  const snapshot = await openLibraryWorld().open();
  const names = (tradeDate: string) => snapshot.groups({ tradeDate }).map((row) => row.market_group_name);
  expect(names("2026-10-27")).toEqual(["NORTH"]);
  expect(names("2026-10-28")).toEqual(["NORTH", "SOUTH"]);
  expect(names("2030-01-01")).toEqual([]);
  expect(snapshot.groups()).toHaveLength(5);
  const members = snapshot.members(group.north.toUpperCase(), { tradeDate: "2026-10-28" });
  expect(members.map(({ meter_id }) => meter_id)).toEqual([meter.plain, meter.hostile]);
  expect(snapshot.members(group.north)).toHaveLength(6);
  expect(
    snapshot.groupsOf(meter.plain).map((row) => [row.trade_date, row.market_group_id, row.program]),
  ).toEqual(["2026-10-27", "2026-10-28", "2026-10-29"].map((day) => [day, group.north, "DEMAND"]));
  expect(snapshot.assignmentHistory(meter.plain)).toEqual([
    {
      program: "DEMAND",
      market_group_id: group.north,
      effective_from: "2026-10-27",
      effective_to: null,
      known_from: "2026-10-28T06:17:00.000Z",
      known_to: null,
    },
  ]);
});

it("gives rows with the columns of the views", async () => {
  const world = openLibraryWorld();
  const snapshot = await world.open();
  expect(keysOf(snapshot.meter(meter.plain))).toEqual(columnsOf(world, "snapshot_meters"));
  expect(keysOf(snapshot.groups()[0])).toEqual(columnsOf(world, "snapshot_groups"));
  expect(keysOf(snapshot.members(group.north)[0])).toEqual(columnsOf(world, "snapshot_group_members"));
  const ofMeter = [...keysOf(snapshot.assignmentHistory(meter.plain)[0]), "meter_id"].sort();
  expect(ofMeter).toEqual(columnsOf(world, "snapshot_assignment_history"));
  const { value: change } = await snapshot.changesAfter(0).next();
  expect(keysOf(change as object)).toEqual(columnsOf(world, "snapshot_events"));
});

it("stays one publication beside a job that publishes, until it is refreshed", async () => {
  const world = openLibraryWorld();
  const snapshot = await world.open();
  world.publish(4);
  expect(snapshot.info().last_sequence).toBe(3);
  expect(snapshot.groupsOf(meter.plain)[0]?.market_group_id).toBe(group.north);
  expect(snapshot.members(group.north, { tradeDate: "2026-10-28" })).toHaveLength(2);
  expect(snapshot.refresh().last_sequence).toBe(4);
  expect(snapshot.info().published_at).toBe(new Date(laterMs).toISOString());
  expect(snapshot.groupsOf(meter.plain)[0]?.market_group_id).toBe(group.south);
  expect(snapshot.members(group.north, { tradeDate: "2026-10-28" })).toHaveLength(1);
});

it("iterates within an iteration, and lets one end early", async () => {
  const snapshot = await openLibraryWorld().open();
  let pairs = 0;
  for (const one of snapshot.meters()) {
    for (const other of snapshot.meters()) pairs += snapshot.meter(other.meter_id) === undefined ? 0 : 1;
    if (one.meter_id === meter.hostile) break;
  }
  expect(pairs).toBe(6);
  expect([...snapshot.meters()]).toHaveLength(3);
});

it("does not let an iteration that a refresh or a close cut short look like it were through", async () => {
  const snapshot = await openLibraryWorld().open();
  const first = snapshot.meters();
  first.next();
  snapshot.refresh();
  expect(() => first.next()).toThrow(/refreshed while its meters were iterated: begin again/);
  const second = snapshot.meters();
  second.next();
  snapshot.close();
  expect(() => second.next()).toThrow(/is closed: open another/);
});

it("reads an export in a read-only folder, leaves nothing beside it, and sees the next", async () => {
  const world = openLibraryWorld();
  const folder = join(world.folder, "exports");
  const target = join(folder, "out.sqlite");
  mkdirSync(folder);
  const exportTo = (name: string) => {
    saveExport(world.path, join(world.folder, name), { isPersonal: false, keepCount: 1, exportedAtMs: 7 });
    renameSync(join(world.folder, name), target);
  };
  exportTo("first.sqlite");
  chmodSync(target, 0o444);
  chmodSync(folder, 0o555);
  onTestFinished(() => chmodSync(folder, 0o755));
  const snapshot = await openSnapshot(target);
  onTestFinished(() => snapshot.close());
  expect([...snapshot.meters()]).toHaveLength(3);
  expect(snapshot.meter(meter.plain)?.document).toEqual({});
  expect(readdirSync(folder)).toEqual(["out.sqlite"]);
  world.publish(4);
  chmodSync(folder, 0o755);
  exportTo("next.sqlite");
  expect(snapshot.info().last_sequence).toBe(3);
  expect(snapshot.refresh().last_sequence).toBe(4);
});

it("can be closed twice, by `using` too, and then says so", async () => {
  const world = openLibraryWorld();
  let kept: Awaited<ReturnType<typeof openSnapshot>>;
  {
    using snapshot = await openSnapshot(world.path);
    kept = snapshot;
  }
  kept.close();
  const asks = [
    kept.info,
    () => kept.meter("a"),
    () => kept.meters(),
    () => kept.changesAfter(0),
    kept.refresh,
  ];
  for (const ask of asks) {
    expect(ask).toThrow(expect.objectContaining({ reason: "closed", kind: "usage" }));
  }
});

it("says what to do about a file that it cannot read", async () => {
  const { folder, path, writer } = openLibraryWorld();
  const at = (name: string) => join(folder, name);
  const refusal = async (file: string) => {
    const error = await openSnapshot(file).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SnapshotError);
    expect(error).toBeInstanceOf(Failure);
    const { name, reason, message } = error as SnapshotError;
    return `${name} ${reason}: ${message}`;
  };
  expect(await refusal(at("none"))).toMatch(/^SnapshotError missing: no database at .*none: give the path/);
  writeFileSync(at("text"), "not a database, but text that is long enough".repeat(200));
  expect(await refusal(at("text"))).toMatch(/^SnapshotError unusable: .*not a SQLite database/);
  writer.execute("DELETE FROM stream");
  expect(await refusal(path)).toMatch(/^SnapshotError empty: no run has begun in .*try again/);
  writer.execute("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('later', 9e15)");
  expect(await refusal(path)).toMatch(/^SnapshotError unusable: .*made by a newer meter-sync: upgrade/);
  writer.execute("DELETE FROM __drizzle_migrations WHERE rowid > 1");
  expect(await refusal(path)).toMatch(/^SnapshotError unusable: .*made by an older meter-sync: run/);
});

it("keeps what it has where a refresh fails", async () => {
  const world = openLibraryWorld();
  const snapshot = await world.open();
  renameSync(world.path, `${world.path}.away`);
  expect(() => snapshot.refresh()).toThrow(expect.objectContaining({ reason: "missing" }));
  expect(snapshot.meter(meter.plain)?.meter_id).toBe(meter.plain);
});

it("refuses a trade date that is none", async () => {
  const snapshot = await openLibraryWorld().open();
  const ask = () => snapshot.groups({ tradeDate: "28.10.2026" });
  expect(ask).toThrow(expect.objectContaining({ reason: "argument" }));
});

it("refuses a number of meters that is none", async () => {
  const snapshot = await openLibraryWorld().open();
  expect([...snapshot.meters({ limit: 0 })]).toEqual([]);
  for (const limit of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => snapshot.meters({ limit })).toThrow(expect.objectContaining({ reason: "argument" }));
  }
});
