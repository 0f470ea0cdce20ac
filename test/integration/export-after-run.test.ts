import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkpointAfterRun, isLogTooLarge } from "../../src/cli/checkpointing.ts";
import { exportAfterRun, isNothingNew } from "../../src/cli/exporting.ts";
import { openDatabase, openDatabaseReadOnly } from "../../src/database/index.ts";
import { type ExportWorld, prepareExportWorlds, readValue } from "./export-world.ts";

const openWorld = prepareExportWorlds();
const none = { created: 0, changed: 0 };

type Run = Parameters<typeof exportAfterRun>;

/** What follows a run in a world: its export, and what was logged. */
function openRuns(world: ExportWorld, more: Partial<Run[1]["config"]> = {}) {
  const database = openDatabase(world.database);
  onTestFinished(() => database.close());
  const logged: string[] = [];
  const note = (level: string) => (_: unknown, message: string) => void logged.push(`${level}: ${message}`);
  const logger = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
  const config = { exportPath: world.target, exportKeepCount: 1, exportsPersonalData: false, ...more };
  let nowMs = 0;
  const invocation = { realClock: { now: () => (nowMs += 10) } } as Run[0];
  return {
    database,
    logger,
    logged,
    export: (report: object) =>
      exportAfterRun(
        invocation,
        { database, logger, config } as Run[1],
        {
          status: "published",
          mode: "sweep",
          changes: {},
          meters: none,
          ...report,
        } as Run[2],
      ),
    exportedAt: () => readValue(world.target, "SELECT exported_at_ms FROM export_mark"),
  };
}

describe("after a run", () => {
  it("what was published is exported, and said in one line", () => {
    const world = openWorld();
    const runs = openRuns(world);
    expect(runs.export({})).toBeNull();
    expect(runs.logged).toEqual(["info: exported for readers"]);
    expect([runs.exportedAt(), world.names().length]).toEqual([10, 3]);
    runs.export({});
    expect([runs.exportedAt(), world.names()]).toEqual([
      30,
      ["a.sqlite", "out.sqlite", "out.sqlite.1", "out.sqlite.lock"],
    ]);
  });

  it.each(["held", "failed", "discarded", "superseded"])("that is %s nothing is exported", (status) => {
    const world = openWorld();
    const runs = openRuns(world);
    expect(runs.export({ status })).toBeNull();
    expect([runs.logged, world.names()]).toEqual([[], ["a.sqlite"]]);
  });

  it("nothing is exported where nobody asked for it", () => {
    const world = openWorld();
    const runs = openRuns(world, { exportPath: null });
    expect(runs.export({})).toBeNull();
    expect([runs.logged, world.names()]).toEqual([[], ["a.sqlite"]]);
  });

  it("that cannot be exported it is told and given back, and the export that stood stands", () => {
    const world = openWorld();
    const folder = join(world.folder, "readers");
    mkdirSync(folder);
    const runs = openRuns(world, { exportPath: join(folder, "x.sqlite") });
    runs.export({});
    runs.database.execute("ALTER TABLE meter ADD COLUMN customer TEXT");
    expect(runs.export({})).toMatchObject({ kind: "environment" });
    rmSync(folder, { recursive: true });
    expect(runs.export({})).toMatchObject({ kind: "usage" });
    expect(runs.logged.slice(1)).toEqual([
      expect.stringMatching(/^error: cannot export to .*nobody decided whether meter \(customer\)/),
      expect.stringMatching(/^error: cannot export to .*there is no folder .*; what was published stands$/),
    ]);
  });

  it("of polling that changed nothing the export stays, unless the views have changed without a word", () => {
    const runs = openRuns(openWorld());
    const exported = (report: object) => {
      const before = runs.logged.length;
      runs.export(report);
      return runs.logged.length > before;
    };
    const poll = { mode: "poll" };
    // There is none yet.
    expect(exported(poll)).toBe(true);
    expect(exported(poll)).toBe(false);
    expect(exported({ ...poll, changes: { "meter.created": 1 } })).toBe(true);
    expect(exported({ ...poll, meters: { created: 0, changed: 1 } })).toBe(true);
    expect(exported({ ...poll, meters: { created: 1, changed: 0 } })).toBe(true);
    expect(exported({ mode: "sweep" })).toBe(true);
    runs.database.execute("INSERT INTO horizon_day VALUES ('CAISO', '2026-10-30')");
    expect([exported(poll), exported(poll)]).toEqual([true, false]);
    runs.database.execute("UPDATE stream SET stream_id = 'another'");
    expect([exported(poll), exported(poll)]).toEqual([true, false]);
    runs.database.execute("UPDATE stream SET published_at_ms = published_at_ms + 3599999");
    expect(exported(poll)).toBe(false);
    runs.database.execute("UPDATE stream SET published_at_ms = published_at_ms + 1");
    expect([exported(poll), exported(poll)]).toEqual([true, false]);
  });

  it("of polling the export is made up for that an earlier run could not write", () => {
    const world = openWorld();
    const runs = openRuns(world);
    const poll = { mode: "poll" };
    runs.export({});
    // Published, with changes, by runs that were killed or found the disk full before they had exported.
    for (const change of [
      `INSERT INTO event SELECT 100, 'x', 'meter.created', subject, partitionkey, time_ms, run_id, event
         FROM event LIMIT 1`,
      "UPDATE meter SET head_revision_id = (SELECT max(revision_id) + 1 FROM revision) WHERE meter_key = 1",
    ]) {
      runs.database.execute(`PRAGMA foreign_keys = OFF; ${change}; PRAGMA foreign_keys = ON`);
      const before = runs.exportedAt();
      runs.export(poll);
      expect(runs.exportedAt()).not.toBe(before);
    }
    runs.database.execute(
      `INSERT INTO event SELECT 101, 'y', 'sync.published', subject, partitionkey, time_ms, run_id, event
         FROM event LIMIT 1`,
    );
    const before = runs.exportedAt();
    runs.export(poll);
    expect(runs.exportedAt()).toBe(before);
  });

  it("that went back in time nothing is taken for unchanged", () => {
    const report = { mode: "poll", changes: {}, meters: none } as Parameters<typeof isNothingNew>[0];
    expect(isNothingNew(report, { exportMs: 5, databaseMs: 5 })).toBe(true);
    expect(isNothingNew(report, { exportMs: 6, databaseMs: 5 })).toBe(false);
    expect(isNothingNew(report, { exportMs: null, databaseMs: 5 })).toBe(false);
  });
});

describe("the write-ahead log", () => {
  const megabyte = 1024 * 1024;

  it("is too large beyond 64 MB and a fifth of the file", () => {
    const large = (logBytes: number, fileBytes: number) =>
      isLogTooLarge({ logBytes: logBytes * megabyte, fileBytes: fileBytes * megabyte });
    expect([large(64, 1), large(65, 1), large(65, 324), large(65, 325), large(200, 999)]).toEqual([
      false,
      true,
      true,
      false,
      true,
    ]);
  });

  it("is brought back into the file; a reader of an old state is told of once that makes it grow", () => {
    const world = openWorld();
    const { database, logger, logged } = openRuns(world);
    database.connection.pragma("synchronous = OFF");
    const logBytes = () => statSync(`${world.database}-wal`).size;
    const fill = (count: number) => {
      database.execute("CREATE TABLE IF NOT EXISTS heap (bytes BLOB)");
      const insert = database.prepare("INSERT INTO heap VALUES (zeroblob(?))");
      for (let index = 0; index < count; index += 1) insert.run(megabyte);
    };
    fill(2);
    expect(logBytes()).toBeGreaterThan(2 * megabyte);
    checkpointAfterRun({ database, logger });
    expect([logBytes(), logged]).toEqual([0, []]);

    const reader = openDatabaseReadOnly(world.database);
    reader.execute("BEGIN; SELECT count(*) FROM meter");
    reader.prepare("SELECT count(*) AS n FROM heap").get();
    fill(1);
    checkpointAfterRun({ database, logger });
    expect(logged).toEqual([]);
    fill(64);
    checkpointAfterRun({ database, logger });
    expect(logged).toEqual([expect.stringMatching(/^warn: the write-ahead log has grown to 6\d MB/)]);
    expect(Number(database.connection.pragma("busy_timeout", { simple: true }))).toBe(5000);
    reader.close();
    checkpointAfterRun({ database, logger });
    expect([logBytes(), logged.length]).toEqual([0, 1]);
  });
});
