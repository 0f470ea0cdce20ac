import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeReport } from "../../src/cli/report-file.ts";
import { loadReportState } from "../../src/cli/report-mark.ts";
import { reportAfterRun } from "../../src/cli/reporting.ts";
import { toRunExit } from "../../src/cli/sync-output.ts";
import { openDatabase } from "../../src/database/index.ts";
import { Failure } from "../../src/failure/index.ts";
import { toReader } from "../../src/reader/index.ts";
import { first, openCliWorld, second, third } from "./cli-world.ts";
import { prepareExportWorlds } from "./export-world.ts";
import { insert } from "./small-database.ts";

const openWorld = prepareExportWorlds();
type Run = Parameters<typeof reportAfterRun>;

/** What follows a run in a world: its report, and what was logged. */
function openRuns(change: Partial<Run[1]["config"]> = {}, signal = new AbortController().signal) {
  const world = openWorld();
  const database = openDatabase(world.database);
  onTestFinished(() => database.close());
  const logged: string[] = [];
  const note = (level: string) => (_: unknown, message: string) => void logged.push(`${level}: ${message}`);
  const logger = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
  const reportPath = join(world.folder, "report.html");
  const config = {
    databasePath: world.database,
    reportPath,
    exportPath: null,
    metricsPath: null,
    sinks: [],
    acknowledgedBy: [],
    ackMarginHours: 12,
    ...change,
  };
  let nowMs = Date.UTC(2026, 9, 28, 7);
  const clock = { now: () => (nowMs += 1000) };
  const write = (report: object) =>
    reportAfterRun(
      { clock, realClock: clock } as Run[0],
      { database, logger, config, signal } as unknown as Run[1],
      {
        status: "published",
        mode: "sweep",
        changes: {},
        meters: { created: 0, changed: 0 },
        ...report,
      } as Run[2],
    );
  return {
    world,
    database,
    logged,
    reportPath,
    write,
    /** Whether this run wrote it anew. */
    writes: async (report: object) => {
      const before = existsSync(reportPath) ? statSync(reportPath).ino : null;
      await write(report);
      return existsSync(reportPath) && statSync(reportPath).ino !== before;
    },
  };
}

describe("after a run", () => {
  it("that published, or is held back, the report is written, and said in one line", async () => {
    const { write, logged, reportPath, writes } = openRuns();
    expect(await write({})).toBeNull();
    expect(logged).toEqual(["info: wrote the report"]);
    expect(readFileSync(reportPath, "utf8")).toMatch(/^<!doctype html>[\s\S]*2026-10-28T07:00/i);
    for (const run of [{ status: "held" }, { status: "held", mode: "poll" }, { status: "failed" }]) {
      expect(await writes(run), run.status).toBe(true);
    }
  });

  it("of any other outcome, that was told to stop, or where nobody asked, none is", async () => {
    for (const status of ["discarded", "superseded"]) {
      expect(await openRuns().writes({ status }), status).toBe(false);
    }
    expect(await openRuns({}, AbortSignal.abort()).writes({})).toBe(false);
    expect(await openRuns({ reportPath: null }).writes({})).toBe(false);
  });

  it("of polling that changed nothing it stays for an hour, unless it shows something else", async () => {
    const { writes, database, reportPath } = openRuns();
    const poll = { mode: "poll" };
    expect([await writes(poll), await writes(poll)]).toEqual([true, false]);
    expect(await writes({ ...poll, changes: { "meter.created": 1 } })).toBe(true);
    expect(await writes({ ...poll, meters: { created: 0, changed: 1 } })).toBe(true);
    expect(await writes({ mode: "sweep" })).toBe(true);
    const unseen = [
      "INSERT INTO horizon_day VALUES ('CAISO', '2026-10-30')",
      "UPDATE stream SET stream_id = 'another'",
      // An earlier run was killed, or could not write it.
      `INSERT INTO event SELECT 100, 'x', 'group.remap.overdue', subject, partitionkey, time_ms, run_id, event
         FROM event LIMIT 1`,
      "UPDATE stream SET published_at_ms = published_at_ms + 3600000",
    ];
    for (const change of unseen) {
      database.execute(change);
      expect([await writes(poll), await writes(poll)], change).toEqual([true, false]);
    }
    database.execute("UPDATE stream SET published_at_ms = published_at_ms + 3599999");
    expect(await writes(poll)).toBe(false);
    writeFileSync(reportPath, "");
    expect(await writes(poll)).toBe(true);
    // What failed is told no longer than until a poll went well.
    const run = { mode: "poll", started_at_ms: 0, report: "{}" };
    insert(database, "run", { ...run, run_id: "f", status: "failed" });
    expect(await writes({ status: "failed" })).toBe(true);
    expect(readFileSync(reportPath, "utf8")).toContain("the last run failed");
    insert(database, "run", { ...run, run_id: "p", status: "published" });
    expect([await writes(poll), await writes(poll)]).toEqual([true, false]);
  });

  it("never takes for shown what was published while it was made", () => {
    const { database } = openRuns();
    const publish = () => database.execute("UPDATE stream SET stream_id = 'published meanwhile'");
    const connection = new Proxy(database.connection, {
      get: (target, key) =>
        key === "transaction"
          ? (body: () => unknown) => {
              const facts = target.transaction(body);
              return { deferred: () => [facts.deferred(), publish()][0] };
            }
          : Reflect.get(target, key),
    });
    const busy = new Proxy(database, {
      get: (target, key) => (key === "connection" ? connection : Reflect.get(target, key)),
    });
    const config = { acknowledgedBy: [], ackMarginHours: 12 } as unknown as Parameters<typeof makeReport>[1];
    const { text } = makeReport(toReader(busy), config, Date.UTC(2026, 9, 28, 7));
    expect(text).not.toContain("published meanwhile");
    expect(text).not.toContain(loadReportState(toReader(database)));
    expect(makeReport(toReader(database), config, 0).text).toContain(loadReportState(toReader(database)));
  });

  it("that cannot write it that is told and given back, and the one that stood stands", async () => {
    const { write, logged, reportPath, world } = openRuns();
    await write({});
    rmSync(reportPath);
    mkdirSync(reportPath);
    expect(await write({})).toMatchObject({ kind: "usage" });
    rmSync(reportPath, { recursive: true });
    writeFileSync(reportPath, "somebody's own");
    expect(await write({})).toMatchObject({ kind: "usage" });
    expect(logged.slice(1)).toEqual([
      expect.stringMatching(
        /^error: cannot write the report to .* is a folder; .*; what was published stands$/,
      ),
      expect.stringMatching(/^error: cannot write the report to .* no report of meter-sync; .* stands$/),
    ]);
    expect(readFileSync(reportPath, "utf8")).toBe("somebody's own");
    rmSync(reportPath);
    rmSync(world.database);
    // Whatever it is, a page for people does not end a run.
    expect(await write({})).toBeInstanceOf(Failure);
  });

  it("its failure is what the run ends with, where nothing graver is", async () => {
    const exit = (code: number, more: object) =>
      toRunExit(
        {} as Parameters<typeof toRunExit>[0],
        { exit_code: code } as Parameters<typeof toRunExit>[1],
        {
          pass: { delivery: null, acknowledgement: null, overdueFailure: null },
          exportFailure: null,
          ...more,
        } as Parameters<typeof toRunExit>[2],
        false,
      );
    const reportFailure = new Failure("environment", "no room");
    expect(await exit(0, { reportFailure })).toBe(3);
    expect(await exit(6, { reportFailure })).toBe(6);
    expect(await exit(0, { reportFailure: null })).toBe(0);
    expect(await exit(0, { reportFailure, exportFailure: new Failure("usage", "no folder") })).toBe(2);
  });
});

it("a run delivers and exports where the report cannot be written, and ends with 3", async () => {
  const world = await openCliWorld(20);
  onTestFinished(() => world.close());
  const path = join(world.folder, "report.html");
  const sync = (now: string, report: string, more: Record<string, string> = {}) => {
    world.leap.setNow(Date.parse(now));
    return world.run(["sync", "--now", now], {
      METER_SYNC_REPORT: report,
      METER_SYNC_EXPORT: join(world.folder, "copy.sqlite"),
      METER_SYNC_SINKS: `file:${join(world.folder, "events.ndjson")}`,
      ...more,
    });
  };
  const failed = await sync(first, "/proc/report.html");
  expect(failed.exitCode, failed.stderr).toBe(3);
  expect(failed.messages).toContainEqual(
    expect.stringMatching(/^cannot write the report .* published stands$/),
  );
  expect(readFileSync(join(world.folder, "events.ndjson"), "utf8")).toContain("sync.published");
  expect(existsSync(join(world.folder, "copy.sqlite"))).toBe(true);
  const wrote = await sync(second, path);
  expect(wrote.exitCode, wrote.stderr).toBe(0);
  expect(readFileSync(path, "utf8")).toContain(JSON.parse(wrote.stdout).run_id);
  const refused = await sync(third, path, { LEAP_API_KEY: "wrong" });
  expect(refused.exitCode, refused.stderr).toBe(2);
  expect(readFileSync(path, "utf8")).toContain("This needs a person: the last run failed");
});
