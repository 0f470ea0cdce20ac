import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Change } from "../../src/library/index.ts";
import { buildLibrary, openLibraryWorld, tell } from "./library-world.ts";
import { meter } from "./small-database.ts";

async function collect(changes: AsyncIterable<Change>): Promise<Change[]> {
  const all: Change[] = [];
  for await (const change of changes) all.push(change);
  return all;
}

async function sequencesOf(changes: AsyncIterable<Change>): Promise<number[]> {
  return (await collect(changes)).map(({ sequence }) => sequence);
}

it("gives the changes after a sequence, of some types, as whole events, and ends", async () => {
  const world = openLibraryWorld();
  const snapshot = await world.open();
  expect(await sequencesOf(snapshot.changesAfter(0))).toEqual([1, 2, 3]);
  expect(await sequencesOf(snapshot.changesAfter(2))).toEqual([3]);
  expect(await sequencesOf(snapshot.changesAfter(3))).toEqual([]);
  expect(await sequencesOf(snapshot.changesAfter(0, { types: ["meter.*"] }))).toEqual([1, 2]);
  const [remap] = await collect(snapshot.changesAfter(1));
  expect(remap).toMatchObject({
    type: "meter.group.remapped",
    subject: meter.plain,
    event: { specversion: "1.0", sequence: "0000000000000000002", data: { kind: "moved" } },
  });
  world.publish(4);
  expect(await sequencesOf(snapshot.changesAfter(0))).toEqual([1, 2, 3]);
  snapshot.refresh();
  expect(await sequencesOf(snapshot.changesAfter(3))).toEqual([4]);
});

it("gives more than one look takes", async () => {
  const world = openLibraryWorld();
  world.writer.execute("BEGIN");
  for (let sequence = 4; sequence <= 1200; sequence += 1) tell(world.writer, sequence, {});
  world.writer.execute("UPDATE stream SET last_sequence = 1200; COMMIT");
  const expected = Array.from({ length: 1200 }, (_, index) => index + 1);
  const snapshot = await world.open();
  expect(await sequencesOf(snapshot.changesAfter(0))).toEqual(expected);
  const stop = new AbortController();
  const followed: number[] = [];
  for await (const { sequence } of snapshot.changesAfter(0, { follow: { signal: stop.signal } })) {
    followed.push(sequence);
    if (sequence === 1200) stop.abort();
  }
  expect(followed).toEqual(expected);
});

it("follows what is published, without moving the snapshot, until its signal ends it quietly", async () => {
  const world = openLibraryWorld();
  const snapshot = await world.open();
  const stop = new AbortController();
  const follow = { signal: stop.signal, everyMs: 100 };
  const seen: number[] = [];
  for await (const { sequence } of snapshot.changesAfter(2, { follow })) {
    seen.push(sequence);
    if (sequence < 6) world.publish(sequence + 1);
    else stop.abort();
  }
  expect(seen).toEqual([3, 4, 5, 6]);
  expect(snapshot.info().last_sequence).toBe(3);
});

it("ends where the signal comes while it waits, was there before, or the snapshot is closed", async () => {
  const snapshot = await openLibraryWorld().open();
  const aborted = snapshot.changesAfter(0, { follow: { signal: AbortSignal.abort() } });
  expect(await sequencesOf(aborted)).toEqual([]);
  const stop = new AbortController();
  const changes = snapshot.changesAfter(3, { follow: { signal: stop.signal, everyMs: 3_600_000 } });
  const waiting = changes.next();
  stop.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
  const { signal } = new AbortController();
  const other = snapshot.changesAfter(3, { follow: { signal, everyMs: 3_600_000 } }).next();
  snapshot.close();
  expect(await other).toEqual({ done: true, value: undefined });
});

it("follows what another process publishes", async () => {
  const world = openLibraryWorld();
  const snapshot = await world.open();
  const program = join(world.folder, "publish.mjs");
  const driver = new URL("../../node_modules/better-sqlite3/lib/index.js", import.meta.url).href;
  writeFileSync(
    program,
    `import Driver from ${JSON.stringify(driver)};
     const database = new Driver(process.argv[2]);
     process.on("message", (last) => {
       database.transaction(() => {
         database.prepare(
           "INSERT INTO event SELECT ?, 'id-' || ?, type, subject, partitionkey, time_ms, run_id, event " +
           "FROM event WHERE sequence = 2").run(last, last);
         database.prepare("UPDATE stream SET last_sequence = ?").run(last);
       })();
     });
     process.on("disconnect", () => process.exit());
     process.send("ready");`,
  );
  const child = fork(program, [world.path], { execArgv: [] });
  onTestFinished(() => void child.kill());
  await once(child, "message");
  const changes = snapshot.changesAfter(3, { follow: { everyMs: 100 } });
  for (const last of [4, 5]) {
    const next = changes.next();
    child.send(last);
    expect((await next).value?.sequence).toBe(last);
  }
  child.disconnect();
});

it("says what to do where changes after the place are gone, while following too", async () => {
  const world = openLibraryWorld();
  const snapshot = await world.open();
  const changes = snapshot.changesAfter(0, { follow: { everyMs: 100 } });
  expect((await changes.next()).value?.sequence).toBe(1);
  expect((await changes.next()).value?.sequence).toBe(2);
  expect((await changes.next()).value?.sequence).toBe(3);
  const next = changes.next();
  world.writer.execute(`BEGIN; DELETE FROM event; UPDATE stream SET pruned_sequence = 7, last_sequence = 8`);
  tell(world.writer, 8, {});
  world.writer.execute("COMMIT");
  await expect(next).rejects.toMatchObject({
    reason: "gap",
    message: expect.stringMatching(
      /after 3 are not kept any more: .* complete from 8 .*Read the snapshot again/,
    ),
  });
  snapshot.refresh();
  await expect(collect(snapshot.changesAfter(6))).rejects.toMatchObject({ reason: "gap" });
  expect(await sequencesOf(snapshot.changesAfter(7))).toEqual([8]);
  expect(await sequencesOf(snapshot.changesAfter(0))).toEqual([8]);
});

it("notices another stream in the file's place", async () => {
  const world = openLibraryWorld();
  const other = openLibraryWorld();
  other.writer.execute("UPDATE stream SET stream_id = 'stream-2'; PRAGMA wal_checkpoint(TRUNCATE)");
  const snapshot = await world.open();
  const asked = snapshot.changesAfter(0, { streamId: "stream-of-old" });
  await expect(collect(asked)).rejects.toMatchObject({ reason: "replaced" });
  const changes = snapshot.changesAfter(2, { follow: { everyMs: 100 } });
  expect((await changes.next()).value?.sequence).toBe(3);
  const next = changes.next();
  world.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  copyFileSync(other.path, `${world.path}.new`);
  renameSync(`${world.path}.new`, world.path);
  await expect(next).rejects.toMatchObject({ reason: "replaced" });
});

it("says that the file is missing where it goes while it is followed", async () => {
  const world = openLibraryWorld();
  const changes = (await world.open()).changesAfter(3, { follow: { everyMs: 100 } });
  const next = changes.next();
  renameSync(world.path, `${world.path}.away`);
  await expect(next).rejects.toMatchObject({ name: "SnapshotError", reason: "missing" });
});

it("refuses a place and an interval that are none", async () => {
  const snapshot = await openLibraryWorld().open();
  for (const sequence of [-1, 1.5, Number.NaN]) {
    expect(() => snapshot.changesAfter(sequence)).toThrow(expect.objectContaining({ reason: "argument" }));
  }
  // Node takes a wait that is longer than a timer can hold for none: it would look without a pause.
  for (const everyMs of [1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY]) {
    const ask = () => snapshot.changesAfter(0, { follow: { everyMs } });
    expect(ask).toThrow(expect.objectContaining({ reason: "argument" }));
  }
});

it("does nothing by being imported: no native part, no timer, no output", () => {
  const world = openLibraryWorld();
  const program = `
    const look = () => process.report.getReport().sharedObjects.filter((name) => /sqlite/.test(name)).length;
    const before = process.getActiveResourcesInfo().length;
    const { openSnapshot } = await import(process.argv[1]);
    const counts = [look(), process.getActiveResourcesInfo().length - before];
    using snapshot = await openSnapshot(process.argv[2]);
    process.stdout.write(JSON.stringify([...counts, look(), snapshot.info().last_sequence]));`;
  const child = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", program, buildLibrary(), world.path],
    { encoding: "utf8" },
  );
  expect(child.stderr).toBe("");
  expect(JSON.parse(child.stdout)).toEqual([0, 0, 1, 3]);
});
