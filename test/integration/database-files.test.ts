import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Driver from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { beforeEach, describe, expect, it } from "vitest";
import {
  acquireLock,
  applicationId,
  openDatabase,
  openDatabaseReadOnly,
  toLockPath,
} from "../../src/database/index.ts";

const migrationsFolder = new URL("../../drizzle", import.meta.url).pathname;

let folder: string;
let path: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "database-files-")));
  path = join(folder, "a.sqlite");
  return () => rmSync(folder, { recursive: true, force: true });
});

/** A SQLite file of somebody else. */
function fill(sql: string): void {
  const connection = new Driver(path);
  connection.exec(sql);
  connection.close();
}

const migrationsTable =
  "CREATE TABLE __drizzle_migrations (id INTEGER PRIMARY KEY, hash text NOT NULL, created_at numeric);";

/** Every file of the folder, and what it holds. */
function readFolder(): string[] {
  return readdirSync(folder)
    .sort()
    .map(
      (name) =>
        `${name} ${createHash("sha256")
          .update(readFileSync(join(folder, name)))
          .digest("hex")}`,
    );
}

describe("a SQLite file that another program made with drizzle", () => {
  const rows = (count: number) =>
    Array.from(
      { length: count },
      (_, place) => `INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('x', ${1000 + place});`,
    ).join("");
  const known = readMigrationFiles({ migrationsFolder }).length;

  it.each([
    ["as few migrations", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);", known - 1, ""],
    ["as many migrations", "CREATE TABLE users (id INTEGER); CREATE TABLE event (id INTEGER);", known, ""],
    ["more migrations", "CREATE TABLE users (id INTEGER);", known + 1, ""],
    ["a table and no migration", "CREATE TABLE users (id INTEGER);", 0, ""],
    ["migrations and no table", "", known, ""],
    ["an id of its own", "CREATE TABLE users (id INTEGER);", known, "PRAGMA application_id = 7;"],
    ["a write-ahead log", "CREATE TABLE users (id INTEGER);", known, "PRAGMA journal_mode = WAL;"],
  ])("is refused with %s, and stays byte for byte as it was", (_, tables, count, pragma) => {
    fill(pragma + migrationsTable + tables + rows(count));
    const before = readFolder();
    const refusal = expect.objectContaining({
      kind: "usage",
      message: expect.stringContaining("is not a meter-sync database"),
    });
    expect(() => openDatabase(path)).toThrow(refusal);
    expect(readFolder()).toEqual(before);
    // SQLite itself leaves an empty log beside a file with one that it may only read.
    expect(() => openDatabaseReadOnly(path)).toThrow(refusal);
    expect(readFolder()[0]).toBe(before[0]);
  });
});

describe("a database of ours", () => {
  it("is made in a file where the migrator was killed before its first table", () => {
    fill(migrationsTable);
    const database = openDatabase(path);
    expect(database.connection.pragma("application_id", { simple: true })).toBe(applicationId);
    expect(database.prepare("SELECT count(*) AS n FROM snapshot_meters").get()).toEqual({ n: 0 });
    database.close();
    openDatabase(path).close();
  });

  it("bears its id as soon as it has a table, and none where the first migration is undone", () => {
    const connection = new Driver(path);
    const readId = () => connection.pragma("application_id", { simple: true });
    const [tables] = readMigrationFiles({ migrationsFolder });
    const ids: unknown[] = [];
    connection.exec("BEGIN");
    for (const statement of tables!.sql) {
      connection.exec(statement);
      ids.push(readId());
    }
    expect(new Set(ids)).toEqual(new Set([applicationId]));
    connection.exec("ROLLBACK");
    expect(readId()).toBe(0);
    migrate(drizzle(connection), { migrationsFolder });
    expect(readId()).toBe(applicationId);
    connection.close();
  });
});

describe("the lock of a database", () => {
  const realLock = () => join(folder, "a.sqlite.lock");

  it("stands beside the file itself, whichever link leads there", () => {
    openDatabase(path).close();
    mkdirSync(join(folder, "links"));
    symlinkSync(path, join(folder, "links", "b.sqlite"));
    symlinkSync(folder, join(folder, "links", "folder"));
    expect(toLockPath(path, "lock")).toBe(realLock());
    expect(toLockPath(join(folder, "links", "b.sqlite"), "lock")).toBe(realLock());
    expect(toLockPath(join(folder, "links", "folder", "a.sqlite"), "lock")).toBe(realLock());
    expect(toLockPath(join(folder, "links", "b.sqlite"), "deliver.lock")).toBe(`${path}.deliver.lock`);
  });

  it("has the same path before the file is made and after", () => {
    mkdirSync(join(folder, "links"));
    symlinkSync(folder, join(folder, "links", "folder"));
    const linked = join(folder, "links", "folder", "a.sqlite");
    expect(toLockPath(linked, "lock")).toBe(realLock());
    openDatabase(linked).close();
    expect(toLockPath(linked, "lock")).toBe(realLock());
    const fresh = join(folder, "made", "later", "a.sqlite");
    expect(toLockPath(fresh, "lock")).toBe(`${fresh}.lock`);
  });

  it("is taken once, by the file or by a link to it", () => {
    openDatabase(path).close();
    symlinkSync(path, join(folder, "b.sqlite"));
    const lock = acquireLock(toLockPath(path, "lock"), "another run is under way");
    const second = () =>
      acquireLock(toLockPath(join(folder, "b.sqlite"), "lock"), "another run is under way");
    expect(second).toThrow(expect.objectContaining({ kind: "locked" }));
    lock.release();
    second().release();
  });
});

it("tells who cannot write beside a database to read an export", () => {
  openDatabase(path).close();
  // What keeps everybody from making the log, root too.
  mkdirSync(`${path}-wal`);
  const message = expect.stringMatching(/folder cannot be written.* read an export of it/);
  expect(() => openDatabaseReadOnly(path)).toThrow(expect.objectContaining({ kind: "environment", message }));
});
