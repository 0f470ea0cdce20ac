import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkFileHealth } from "../../src/cli/doctor-file-checks.ts";
import { openDatabase } from "../../src/database/index.ts";
import { type CliWorld, first, openCliWorld, second, third } from "../integration/cli-world.ts";
import { readValue, readViews } from "../integration/export-world.ts";

const hasCommand = spawnSync("sqlite3", ["--version"]).status === 0;

let world: CliWorld;
let exported: string;
beforeAll(async () => {
  world = await openCliWorld(30);
  exported = join(world.folder, "readers.sqlite");
});
afterAll(() => world.close());

function sync(now: string, more: Record<string, string> = {}) {
  world.leap.setNow(Date.parse(now));
  const sinks = `file:${join(world.folder, "events.ndjson")}`;
  return world.run(["sync", "--now", now], {
    METER_SYNC_SINKS: sinks,
    METER_SYNC_EXPORT: exported,
    ...more,
  });
}

const readSpool = () =>
  readFileSync(join(world.folder, "events.ndjson"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { sequence: string; streamid: string });

const settings = { allowsNetworkFileSystem: false, exportPath: null, exportsPersonalData: false };
const examine = () => checkFileHealth(world.database, settings)[0];

/** The story of one database, told in the order in which it happens. */
describe("a database over its life", () => {
  const backup = () => join(world.folder, "backup.sqlite");
  const copy = () => join(world.folder, "copy.sqlite");
  let today: readonly { sequence: string; streamid: string }[];

  it("is exported with every publication, before anything of it is delivered", async () => {
    expect((await sync(first)).exitCode).toBe(0);
    const { exitCode, messages } = await sync(second);
    expect([exitCode, messages.filter((message) => message === "exported for readers").length]).toEqual([
      0, 1,
    ]);
    today = readSpool();
    expect(readValue(exported, "SELECT last_sequence FROM snapshot_info")).toBe(
      Number(today.at(-1)?.sequence),
    );
    const { snapshot_groups: groups, snapshot_group_members: members } = readViews(world.database);
    expect(readViews(exported)).toMatchObject({ snapshot_groups: groups, snapshot_group_members: members });
    expect(readValue(`${exported}.1`, "SELECT published_at FROM snapshot_info")).toBe(
      "2026-10-28T06:17:00.000Z",
    );
    // With nothing under way the log is back in the file.
    expect(statSync(`${world.database}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });

  it.skipIf(!hasCommand)("is backed up by sqlite3 while a run writes (skipped without sqlite3)", () => {
    const writer = openDatabase(world.database);
    writer.execute("BEGIN IMMEDIATE; UPDATE stream SET last_sequence = 999");
    const { status, stderr } = spawnSync("sqlite3", [world.database, `.backup '${backup()}'`]);
    writer.execute("ROLLBACK");
    writer.close();
    expect([status, String(stderr)]).toEqual([0, ""]);
    expect(readViews(backup())).toEqual(readViews(world.database));
    copyFileSync(world.database, copy());
    expect(readViews(copy())).toEqual(readViews(backup()));
  });

  it("that was damaged in the middle is found so by doctor and by a run, which tells nothing", async () => {
    copyFileSync(world.database, copy());
    expect(examine()).toMatchObject({ outcome: "ok", check: "file" });
    const bytes = readFileSync(world.database);
    bytes.fill(0xa5, Math.floor(bytes.length * 0.3), Math.floor(bytes.length * 0.7));
    writeFileSync(world.database, bytes);
    const damaged = expect.objectContaining({
      outcome: "fail",
      exitCode: 3,
      message: expect.stringMatching(/is damaged.*restore a backup \(docs\/files\.md\)/),
    });
    expect(examine()).toEqual(damaged);
    const { exitCode, messages } = await sync(third);
    expect([exitCode, messages.at(-1)]).toEqual([3, expect.stringMatching(/damaged; restore a backup/)]);
    expect(readSpool()).toEqual(today);
    truncateSync(world.database, Math.floor(bytes.length / 2));
    expect(examine()).toEqual(damaged);
    truncateSync(world.database, 50);
    expect(examine()).toEqual(damaged);
  });

  it("goes on where its backup ended, as the same stream where nothing was told since", async () => {
    for (const ending of ["", "-wal", "-shm"]) rmSync(`${world.database}${ending}`, { force: true });
    copyFileSync(hasCommand ? backup() : copy(), world.database);
    expect(examine()).toMatchObject({ outcome: "ok" });
    expect((await sync(third)).exitCode).toBe(0);
    const told = readSpool();
    expect(told.slice(0, today.length)).toEqual(today);
    expect(told.map(({ sequence }) => Number(sequence))).toEqual(told.map((_, place) => place + 1));
    expect(new Set(told.map(({ streamid }) => streamid)).size).toBe(1);
    today = told;
  });

  it("that is an export is refused, whatever is to write to it", async () => {
    for (const words of [["sync", "--now", third], ["deliver"]]) {
      const before = readFileSync(exported);
      const { exitCode, messages } = await world.run(["--database", exported, ...words], {
        METER_SYNC_SINKS: `file:${join(world.folder, "events.ndjson")}`,
      });
      expect([exitCode, messages.at(-1)]).toEqual([
        2,
        expect.stringContaining("is an export, made to be read"),
      ]);
      expect(readFileSync(exported).equals(before)).toBe(true);
    }
  });
});
