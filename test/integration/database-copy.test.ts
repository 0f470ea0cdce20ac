import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { openDatabase, openDatabaseReadOnly, openScratchDatabase } from "../../src/database/index.ts";
import { fillSmallDatabase } from "./small-database.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "database-copy-"));
  path = join(folder, "a.sqlite");
  fillSmallDatabase(path);
  return () => rmSync(folder, { recursive: true, force: true });
});

/** How many meters a private copy has; the folder holds nothing more than before. */
function copy(at = path): unknown {
  const temporary = mkdtempSync(join(tmpdir(), "database-copy-"));
  const scratch = openScratchDatabase(at, temporary);
  try {
    expect(readdirSync(temporary)).toEqual([]);
    return scratch.prepare("SELECT count(*) AS n FROM meter").get()?.n;
  } finally {
    scratch.close();
    rmSync(temporary, { recursive: true });
  }
}

it("leaves nothing beside the file, by a link neither, and not a byte of it changed", () => {
  const link = join(folder, "link.sqlite");
  symlinkSync(path, link);
  const before = readFileSync(path);
  expect([copy(), copy(link)]).toEqual([3, 3]);
  expect(readdirSync(folder)).toEqual(["a.sqlite", "link.sqlite"]);
  expect(readFileSync(path).equals(before)).toBe(true);
  openDatabaseReadOnly(path).close();
  expect(readdirSync(folder), "by reading alone").toContain("a.sqlite-wal");
});

it("keeps the log of a job that runs beside it, and what is in it", () => {
  const job = openDatabase(path);
  job.execute("INSERT INTO meter (meter_id) VALUES ('later')");
  expect(copy()).toBe(4);
  expect(readdirSync(folder)).toEqual(["a.sqlite", "a.sqlite-shm", "a.sqlite-wal"]);
  expect(job.prepare("SELECT count(*) AS n FROM meter").get()?.n).toBe(4);
  job.close();
});

it("keeps the log of another reader, however it came", () => {
  const reader = openDatabaseReadOnly(path);
  reader.execute("BEGIN");
  const look = () => reader.prepare("SELECT count(*) AS n FROM meter").get()?.n;
  expect([look(), copy(), look()]).toEqual([3, 3, 3]);
  reader.close();
});

it("copies a file that we may only read", () => {
  chmodSync(path, 0o400);
  expect(copy()).toBe(3);
});
