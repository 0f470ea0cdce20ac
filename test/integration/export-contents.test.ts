import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import Driver from "better-sqlite3";
import { describe, expect, it } from "vitest";
import {
  applicationId,
  copyTables,
  openDatabase,
  openDatabaseReadOnly,
  openScratchDatabase,
} from "../../src/database/index.ts";
import { saveExport, toTableCopies } from "../../src/snapshot/index.ts";
import { findMarkers, prepareExportWorlds, readValue, readViews } from "./export-world.ts";
import { meter } from "./small-database.ts";

const openExportWorld = prepareExportWorlds();

describe("what goes into an export", () => {
  it.each([false, true])("is decided for every column of every table (personal: %s)", (isPersonal) => {
    const { database } = openExportWorld();
    const connection = new Driver(database, { readonly: true });
    const rows = connection
      .prepare(
        `SELECT t.name AS name, group_concat(c.name, ' ') AS columns
         FROM (SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%') t,
           pragma_table_info(t.name) c GROUP BY t.name`,
      )
      .all() as { name: string; columns: string }[];
    connection.close();
    const there = rows.map(({ name, columns }) => `${name}: ${columns.split(" ").sort().join(" ")}`);
    const decided = Object.entries(toTableCopies(isPersonal)).map(
      ([name, { columns }]) => `${name}: ${Object.keys(columns).sort().join(" ")}`,
    );
    expect(rows.length).toBeGreaterThan(20);
    expect(decided.sort()).toEqual(there.sort());
  });

  it("is nothing where somebody added a column and decided nothing", () => {
    const { database, folder } = openExportWorld();
    const connection = new Driver(database);
    connection.exec("ALTER TABLE meter ADD COLUMN customer TEXT");
    connection.close();
    const copy = () =>
      copyTables(database, join(folder, "copy"), toTableCopies(false), {
        exportedAtMs: 0,
        isPersonal: false,
      });
    expect(copy).toThrow("nobody decided whether meter (customer) goes into an export");
  });

  it("is what every view shows, but for the documents and the words of others", () => {
    const { database, target, save } = openExportWorld();
    expect(save()).toMatchObject({ path: target, lastSequence: 4, meterCount: 3, isPersonal: false });
    const [before, after] = [readViews(database), readViews(target)];
    expect(Object.values(before).every((rows) => rows.length > 0)).toBe(true);
    const { snapshot_meters: meters = [], snapshot_events: events = [], ...rest } = before;
    const withoutDocument = meters.map((row) => JSON.stringify({ ...JSON.parse(row), document: "{}" }));
    const withoutReason = events.map((row) => row.replace(/\\"MARK-[a-z-]*\\"/, "null"));
    expect(after).toEqual({
      ...rest,
      snapshot_meters: withoutDocument.sort(),
      snapshot_events: withoutReason.sort(),
    });
    expect(withoutReason.sort()).not.toEqual(events);
  });

  it("is what every view shows, all of it, where personal data is asked for", () => {
    const { database, target, save } = openExportWorld();
    save({ isPersonal: true });
    expect(readViews(target)).toEqual(readViews(database));
  });

  it("leaves no byte of a document, of what is staged, or of others' words", () => {
    const { database, target, save } = openExportWorld();
    expect(findMarkers(database).length).toBe(14);
    save();
    expect(findMarkers(target)).toEqual([]);
    expect(readFileSync(target).includes(meter.plain)).toBe(true);
    save({ isPersonal: true });
    expect(findMarkers(target)).toEqual([
      "head",
      "answer",
      "error",
      "sinkError",
      "reason",
      "overdue",
      "fingerprint",
    ]);
  });

  it("is the last publication while a run has more under way, committed or not", () => {
    const { database, target, save } = openExportWorld();
    const before = readViews(database);
    const writer = openDatabase(database);
    writer.execute(`INSERT INTO staged_head (run_key, meter_key, is_changed) VALUES (9, 1, 1);
      BEGIN IMMEDIATE; UPDATE stream SET last_sequence = 99; UPDATE meter SET is_missing = 1;`);
    expect(save({ isPersonal: true }).lastSequence).toBe(4);
    writer.execute("COMMIT");
    writer.close();
    expect(readViews(target)).toEqual(before);
  });
});

describe("an export", () => {
  it("is one file without a log, whole, and knows what it is", () => {
    const { database, target, save, names } = openExportWorld();
    const connection = new Driver(database);
    connection.pragma("user_version = 12");
    connection.close();
    const { bytes } = save();
    expect(statSync(target).size).toBe(bytes);
    expect(readValue(target, "PRAGMA journal_mode")).toBe("delete");
    expect(readValue(target, "PRAGMA application_id")).toBe(applicationId);
    expect(readValue(target, "PRAGMA user_version")).toBe(12);
    expect(readValue(target, "PRAGMA integrity_check")).toBe("ok");
    expect(readValue(target, "PRAGMA freelist_count")).toBe(0);
    expect(readValue(target, "SELECT exported_at_ms FROM export_mark")).toBe(7);
    expect(names()).toEqual(["a.sqlite", "out.sqlite", "out.sqlite.lock"]);
    expect(existsSync(`${target}-wal`)).toBe(false);
  });

  it("has every index of the database, so that it answers as quickly", () => {
    const { database, target, save } = openExportWorld();
    save();
    const sql =
      "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master WHERE type = 'index' ORDER BY 1)";
    expect(readValue(target, sql)).toBe(readValue(database, sql));
  });

  it("can be exported once more, and has no personal data to give where it has none", () => {
    const { target, folder, save } = openExportWorld();
    save();
    const again = join(folder, "again.sqlite");
    const ofExport = (isPersonal: boolean) =>
      saveExport(target, again, { isPersonal, keepCount: 0, exportedAtMs: 8 });
    expect(ofExport(false)).toMatchObject({ lastSequence: 4, meterCount: 3 });
    expect(readViews(again)).toEqual(readViews(target));
    expect(() => ofExport(true)).toThrow(expect.objectContaining({ kind: "usage" }));
  });

  it.each([false, true])("is no database to run on (personal: %s)", (isPersonal) => {
    const { target, folder, save } = openExportWorld();
    save({ isPersonal });
    const before = readFileSync(target);
    const refusal = expect.objectContaining({
      kind: "usage",
      message: expect.stringContaining("is an export, made to be read"),
    });
    expect(() => openDatabase(target)).toThrow(refusal);
    expect(() => openScratchDatabase(target, folder)).toThrow(refusal);
    expect(readFileSync(target).equals(before)).toBe(true);
    openDatabaseReadOnly(target).close();
  });
});
