import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkFolder, checkLock } from "../../src/cli/doctor-disk-checks.ts";
import { checkFileHealth } from "../../src/cli/doctor-file-checks.ts";
import { acquireLock, openDatabase, openDatabaseReadOnly, toLockPath } from "../../src/database/index.ts";
import { type ExportWorld, prepareExportWorlds } from "./export-world.ts";

const openWorld = prepareExportWorlds();

/** What doctor says of a world's file, by the name of the check: its outcome and its words. */
function examine(
  { database, target }: ExportWorld,
  more: { isPersonal?: boolean; path?: string | null } = {},
) {
  const findings = checkFileHealth(database, {
    allowsNetworkFileSystem: false,
    exportPath: more.path === undefined ? target : more.path,
    exportsPersonalData: more.isPersonal ?? false,
  });
  return Object.fromEntries(findings.map(({ check, outcome, message }) => [check, `${outcome}: ${message}`]));
}

describe("doctor on the file", () => {
  it("finds a healthy one so, in four lines, and changes nothing", () => {
    const world = openWorld();
    openDatabase(world.database).close();
    world.save();
    const before = [world.names(), statSync(world.database).mtimeMs];
    expect(examine(world)).toEqual({
      file: expect.stringMatching(/^ok: 1 MB, whole$/),
      log: "ok: write-ahead log of 0 MB",
      room: expect.stringMatching(/^ok: \d+ MB free beside a file of 1 MB$/),
      export: `ok: ${world.target}, published at 2026-10-28T06:17:00.000Z`,
    });
    expect([world.names(), statSync(world.database).mtimeMs]).toEqual(before);
    expect(examine(world, { path: null }).export).toBeUndefined();
  });

  it("says nothing of one that is not there yet", () => {
    const world = openWorld();
    rmSync(world.database);
    expect(examine(world)).toEqual({});
  });

  it("finds an index that does not agree with its table, without a word of what is in them", () => {
    const world = openWorld();
    const database = openDatabase(world.database);
    database.connection.unsafeMode();
    database.execute(`PRAGMA writable_schema = ON;
      UPDATE sqlite_master SET sql = 'CREATE INDEX event_subject ON event (type)'
        WHERE name = 'event_subject';
      PRAGMA writable_schema = RESET`);
    database.close();
    const { file } = examine(world);
    expect(file).toMatch(/^fail: .* is damaged \(.*event_subject\): stop what runs on it/);
    expect(file).not.toContain("MARK");
  });

  it("tells of a reader that keeps the write-ahead log growing", () => {
    const world = openWorld();
    const database = openDatabase(world.database);
    const reader = openDatabaseReadOnly(world.database);
    reader.execute("BEGIN; SELECT count(*) FROM meter");
    reader.prepare("SELECT count(*) AS n FROM meter").get();
    database.execute("PRAGMA synchronous = OFF; CREATE TABLE heap (bytes BLOB)");
    for (let index = 0; index < 70; index += 1)
      database.execute("INSERT INTO heap VALUES (zeroblob(1000000))");
    expect(examine(world).log).toMatch(
      /^warn: the write-ahead log has grown to 6\d MB: .* end its transaction/,
    );
    const link = join(world.folder, "link.sqlite");
    symlinkSync(world.database, link);
    expect(examine({ ...world, database: link }).log).toBe(examine(world).log);
    reader.close();
    database.close();
    expect(examine(world).log).toBe("ok: write-ahead log of 0 MB");
  });
});

describe("doctor on a file that a link stands for", () => {
  it("looks at the folder and the lock of the file itself", () => {
    const world = openWorld();
    const folder = join(world.folder, "links");
    mkdirSync(folder);
    const link = join(folder, "link.sqlite");
    symlinkSync(world.database, link);
    expect(checkFolder(link)).toMatchObject({
      outcome: "ok",
      message: expect.stringContaining(world.folder),
    });
    expect(checkFolder(link).message).not.toContain(folder);
    const lock = acquireLock(toLockPath(link, "lock"), "a run is under way");
    onTestFinished(lock.release);
    expect(checkLock(link)).toMatchObject({ outcome: "warn" });
  });
});

describe("doctor on the export", () => {
  const look = (world: ExportWorld, more = {}) => examine(world, more).export;

  it("tells of one that is missing, of another database, behind, or with more in it than wanted", () => {
    const world = openWorld();
    const advice = `\`meter-sync snapshot export ${world.target}\` writes it`;
    expect(look(world)).toBe(`warn: ${world.target} is not there, though something is published: ${advice}`);
    world.save({ isPersonal: true });
    expect(look(world)).toContain("warn: ");
    expect(look(world)).toContain("carries personal data, though exports are to carry none");
    expect(look(world, { isPersonal: true })).toMatch(/^ok: /);
    const database = openDatabase(world.database);
    world.save();
    database.execute("UPDATE stream SET published_at_ms = published_at_ms + 3599999");
    expect(look(world)).toMatch(/^ok: /);
    database.execute("UPDATE stream SET published_at_ms = published_at_ms + 7200000");
    expect(look(world)).toMatch(/^warn: .* is 3 h behind the last publication/);
    database.execute("UPDATE stream SET stream_id = 'another'");
    expect(look(world)).toMatch(/^warn: .* is the export of another database/);
    database.execute("UPDATE stream SET published_at_ms = NULL");
    expect(look(world)).toBe(`ok: ${world.target} is made by the first publication`);
    database.close();
  });

  it("fails where nothing can be written, and where something else stands", () => {
    const world = openWorld();
    expect(look(world, { path: join(world.folder, "no", "x") })).toMatch(
      /^fail: .*is not there or cannot be/,
    );
    expect(look(world, { path: world.database })).toMatch(/^fail: .* is a database and no export/);
    writeFileSync(
      world.target,
      "notes of mine, which are long enough to be no database of any kind".repeat(9),
    );
    expect(look(world)).toMatch(/^fail: .*not a SQLite database/);
    rmSync(world.target);
    mkdirSync(world.target);
    expect(look(world)).toMatch(/^warn: .*is not there/);
    chmodSync(world.target, 0o700);
  });
});
