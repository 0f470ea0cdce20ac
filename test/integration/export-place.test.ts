import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { acquireLock, openDatabase, placeFile } from "../../src/database/index.ts";
import { prepareExportWorlds, readValue } from "./export-world.ts";
import { fillSmallDatabase } from "./small-database.ts";

const openWorld = prepareExportWorlds();

/** Which export of several a file is. */
const numberOf = (path: string) => readValue(path, "SELECT exported_at_ms FROM export_mark");

const childPath = new URL("export-child.ts", import.meta.url).pathname;

describe("an export takes the place of the one before", () => {
  it("which stays beside it, the newest as FILE.1, as many as are to be kept", () => {
    const { target, save, names } = openWorld();
    for (const exportedAtMs of [1, 2, 3, 4, 5]) save({ keepCount: 3, exportedAtMs });
    const numbers = () =>
      names()
        .filter((name) => /^out\.sqlite(\.\d+)?$/.test(name))
        .map((name) => numberOf(join(target, "..", name)));
    expect(numbers()).toEqual([5, 4, 3, 2]);
    save({ keepCount: 1, exportedAtMs: 6 });
    expect(numbers()).toEqual([6, 5]);
    save({ keepCount: 0, exportedAtMs: 7 });
    expect(numbers()).toEqual([7]);
  });

  it("and of those before none stays that carries personal data, where the new one has none", () => {
    const { folder, save, names } = openWorld();
    for (const [at, isPersonal] of [true, false, true, true].entries())
      save({ isPersonal, keepCount: 3, exportedAtMs: at });
    expect(names()).toEqual(expect.arrayContaining(["out.sqlite.1", "out.sqlite.2"]));
    save({ isPersonal: false, keepCount: 3, exportedAtMs: 9 });
    const left = names().filter((name) => /^out\.sqlite(\.\d+)?$/.test(name));
    expect(left.map((name) => numberOf(join(folder, name)))).toEqual([9, 1]);
    for (const name of left)
      expect(readValue(join(folder, name), "SELECT is_personal FROM export_mark"), name).toBe(0);
  });

  it("so that the one that a reader has open is whole for as long as it is", () => {
    const { target, save } = openWorld();
    save({ exportedAtMs: 1, keepCount: 0 });
    const before = statSync(target).ino;
    save({ exportedAtMs: 2, keepCount: 0 });
    expect(statSync(target).ino).not.toBe(before);
    save({ exportedAtMs: 3, keepCount: 1 });
    // Never missing: its first name is only taken from it by the next one's.
    expect(numberOf(`${target}.1`)).toBe(2);
  });

  it("and fills the gap that a crash left, losing none", () => {
    const { target, save } = openWorld();
    for (const exportedAtMs of [1, 2, 3]) save({ keepCount: 3, exportedAtMs });
    rmSync(`${target}.1`);
    save({ keepCount: 3, exportedAtMs: 4 });
    expect([`${target}.1`, `${target}.2`].map(numberOf)).toEqual([3, 1]);
  });

  it("once, where a crash came between its second name and the next one's first", () => {
    const { target, save, names } = openWorld();
    save({ keepCount: 3, exportedAtMs: 1 });
    linkSync(target, `${target}.1`);
    writeFileSync(`${target}.meter-sync-new`, "half of it");
    writeFileSync(`${target}.meter-sync-old`, "half of it");
    save({ keepCount: 3, exportedAtMs: 2 });
    expect(numberOf(`${target}.1`)).toBe(1);
    expect(names()).toEqual(["a.sqlite", "out.sqlite", "out.sqlite.1", "out.sqlite.lock"]);
  });

  it("where a link leads, and leaves the link", () => {
    const { folder, target, save } = openWorld();
    mkdirSync(join(folder, "real"));
    save({ exportedAtMs: 1 }, join(folder, "real", "x.sqlite"));
    symlinkSync(join(folder, "real", "x.sqlite"), target);
    save({ exportedAtMs: 2 });
    expect(lstatSync(target).isSymbolicLink()).toBe(true);
    expect(numberOf(join(folder, "real", "x.sqlite"))).toBe(2);
  });

  it("where a link leads whose export was moved away, and leaves the link", () => {
    const { folder, target, save } = openWorld();
    mkdirSync(join(folder, "real"));
    symlinkSync("real/y.sqlite", join(folder, "z.sqlite"));
    symlinkSync("z.sqlite", target);
    save({ exportedAtMs: 3 });
    expect(lstatSync(target).isSymbolicLink()).toBe(true);
    expect(numberOf(join(folder, "real", "y.sqlite"))).toBe(3);
  });

  it("with a mode for others to read, unless it carries personal data", () => {
    const { target, save } = openWorld();
    const mask = process.umask(0o022);
    onTestFinished(() => void process.umask(mask));
    const mode = () => (statSync(target).mode & 0o777).toString(8);
    save();
    expect(mode()).toBe("644");
    save({ isPersonal: true });
    expect(mode()).toBe("640");
    process.umask(0o077);
    save();
    expect(mode()).toBe("600");
  });
});

describe("an export that does not come about", () => {
  it("leaves the one before as it was, and nothing beside it", () => {
    const { database, target, save, names } = openWorld();
    save({ exportedAtMs: 1 });
    const before = names();
    const options = { keepCount: 1, mode: 0o644, databasePath: database };
    const fail = (code: string) => () =>
      placeFile(target, options, (path) => {
        expect(statSync(path).mode & 0o777).toBe(0o600);
        writeFileSync(path, "half of it");
        throw Object.assign(new Error(code), { code });
      });
    const failure = (advice: string) =>
      expect.objectContaining({ kind: "environment", message: expect.stringContaining(advice) });
    expect(fail("ENOSPC")).toThrow(failure(`cannot export to ${target}: the disk is full`));
    expect(fail("EIO")).toThrow(failure("EIO; check the disk"));
    expect(names()).toEqual(before);
    expect(numberOf(target)).toBe(1);
  });

  it("says that another one is under way", () => {
    const { target, save } = openWorld();
    const lock = acquireLock(`${target}.lock`, "taken");
    expect(save).toThrow(
      expect.objectContaining({ kind: "locked", message: expect.stringContaining("another export") }),
    );
    lock.release();
    save();
  });

  const isRoot = process.getuid?.() === 0 && spawnSync("unshare", ["-m", "true"]).status === 0;

  it.skipIf(!isRoot)("for want of room says so (skipped where no file system can be mounted)", () => {
    const { database, folder } = openWorld();
    const place = join(folder, "small");
    mkdirSync(place);
    const script = [
      'mount -t tmpfs -o size=500k tmpfs "$1"',
      '"$2" "$3" "$4" "$1/out.sqlite" 1 2; echo "exit $?"; ls "$1"',
    ].join("\n");
    const words = ["-m", "sh", "-c", script, "sh", place, process.execPath, childPath, database];
    const { stdout } = spawnSync("unshare", words, { encoding: "utf8" });
    expect(stdout).toContain("up\n0\nenvironment: cannot write the copy");
    expect(stdout).toContain("the disk is full; free some space");
    expect(stdout).toMatch(/exit 9\nout.sqlite\nout.sqlite(.1\nout.sqlite)?.lock\n$/);
  });
});

describe("an export is refused", () => {
  const refusal = (words: string) =>
    expect.objectContaining({ kind: "usage", message: expect.stringContaining(words) });

  it.each([
    "",
    "-wal",
    "-shm",
    "-journal",
    ".lock",
    ".deliver.lock",
    ".metrics.lock",
    ".volue.lock",
    ".told",
  ])("where the database's own file%s stands or will stand", (ending) => {
    const { database, save, names } = openWorld();
    const before = [names(), readFileSync(database)];
    expect(() => save({}, `${database}${ending}`)).toThrow(refusal("belongs to the database itself"));
    expect([names(), readFileSync(database)]).toEqual(before);
  });

  it("where a link of either kind leads to the database, or an earlier one would be written over it", () => {
    const { database, folder, save } = openWorld();
    symlinkSync(database, join(folder, "soft"));
    linkSync(database, join(folder, "hard"));
    symlinkSync(folder, join(folder, "folder"));
    renameSync(database, join(folder, "b.sqlite.1"));
    symlinkSync(join(folder, "b.sqlite.1"), database);
    for (const place of ["soft", "hard", "folder/b.sqlite.1", "b.sqlite"]) {
      expect(() => save({}, join(folder, place)), place).toThrow(refusal("belongs to the database itself"));
    }
  });

  it("where something else stands: nothing is written over that is no export", () => {
    const { database, folder, save, names } = openWorld();
    const [live, backup, words, empty] = ["live", "backup", "words", "empty"].map((n) => join(folder, n));
    fillSmallDatabase(live!);
    const open = openDatabase(live!);
    open.prepare("VACUUM INTO ?").run(backup);
    writeFileSync(words!, "notes of mine");
    writeFileSync(empty!, "");
    const before = names();
    for (const place of [live!, backup!, words!, empty!]) {
      expect(() => save({}, place), place).toThrow(refusal("is no export of meter-sync"));
    }
    expect(names()).toEqual(before);
    open.close();
    expect(() => save({}, live!)).toThrow(refusal("is no export of meter-sync"));
    // Looking at a database of somebody's leaves nothing beside it.
    expect(existsSync(`${live}-wal`) || existsSync(`${live}-shm`)).toBe(false);
    writeFileSync(join(folder, "new.1"), "notes of mine");
    expect(() => save({}, join(folder, "new"))).toThrow(refusal("new.1 is there and is no export"));
    expect(readFileSync(join(folder, "new.1"), "utf8")).toBe("notes of mine");
    expect(readValue(database, "SELECT count(*) FROM meter")).toBe(4);
  });

  it("where its lock would be the database: that would be taken out of its journal mode", () => {
    const { database, folder, save } = openWorld();
    renameSync(database, join(folder, "b.lock"));
    symlinkSync(join(folder, "b.lock"), database);
    openDatabase(database).close();
    expect(() => save({}, join(folder, "b"))).toThrow(refusal("b.lock belongs to the database itself"));
    expect(readValue(database, "PRAGMA journal_mode")).toBe("wal");
  });

  it("where the folder is missing, or the name is that of one, or none that can be", () => {
    const { folder, save } = openWorld();
    symlinkSync("round", join(folder, "round"));
    expect(() => save({}, join(folder, "round"))).toThrow(refusal("links lead in a circle"));
    const tooLong = expect.objectContaining({ kind: "environment", fields: { code: "ENAMETOOLONG" } });
    expect(() => save({}, join(folder, "x".repeat(300)))).toThrow(tooLong);
    expect(() => save({}, join(folder, "no", "x.sqlite"))).toThrow(refusal("there is no folder"));
    expect(() => save({}, folder)).toThrow(refusal("is a folder; name a file in it"));
    chmodSync(folder, 0o700);
  });
});
