import { describe, expect, it } from "vitest";
import { checkRetention } from "../../src/cli/doctor-retention-checks.ts";
import type { Invocation } from "../../src/cli/invocation.ts";
import { pruneAfterRun } from "../../src/cli/pruning.ts";
import type { Config } from "../../src/config/index.ts";
import type { Database } from "../../src/database/index.ts";
import type { RunReport } from "../../src/sync/index.ts";
import { addRemap, addRun, addSink, dayMs, nowMs, openFile, read, tell, youngMs } from "./retention-file.ts";

const published = { status: "published", mode: "sweep", published_at: "2026-11-10T12:00:00.000Z" };
const keep = { eventsMs: 90 * dayMs, revisionsMs: null, historyMs: null, runsMs: null };

function openOld(): Database {
  const database = openFile();
  for (let count = 0; count < 3; count += 1) tell(database);
  tell(database, { atMs: youngMs });
  for (const atMs of [youngMs, nowMs]) addRun(database, { started_at_ms: atMs });
  return database;
}

/** What a run logs when it prunes by a report, at an instant of the real clock or a rehearsal's. */
function pruneBy(
  database: Database,
  report: Record<string, unknown>,
  rehearsedMs: number | null = null,
  signal = new AbortController().signal,
) {
  const logged: string[] = [];
  const note = (level: string) => (fields: unknown, message: string) =>
    void logged.push(`${level}: ${message} ${JSON.stringify(fields)}`);
  const logger = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
  const clock = { now: () => nowMs };
  const invocation = { clock, realClock: { now: () => 0 }, nowMs: rehearsedMs } as Invocation;
  const config = { keep, acknowledgedBy: [] as readonly string[] } as Config;
  pruneAfterRun(invocation, { config, database, logger, signal }, report as RunReport);
  return { logged, events: read(database, "SELECT count(*) FROM event")[0] };
}

describe("a run that has published a sweep", () => {
  it("removes what is old, and says so once", () => {
    const database = openOld();
    const { logged, events } = pruneBy(database, published);
    expect(events).toBe(1);
    expect(logged).toEqual([expect.stringContaining("info: removed what was kept long enough")]);
    expect(logged[0]).toContain('"events":3,"revisions":0,"history":0,"runs":0,"is_complete":true');
    expect(pruneBy(database, published).logged).toEqual([]);
  });

  for (const [what, report, rehearsedMs] of [
    ["a poll", { ...published, mode: "poll" }, null],
    ["a run that is held", { ...published, status: "held", published_at: null }, null],
    ["an empty start", { ...published, published_at: null }, null],
    ["a rehearsal", published, nowMs],
  ] as const) {
    it(`is what removes things: ${what} removes nothing`, () => {
      expect(pruneBy(openOld(), report, rehearsedMs)).toEqual({ logged: [], events: 4 });
    });
  }

  it("takes nothing away by a clock that leaps ahead, before a second run agrees with it", () => {
    const database = openFile();
    for (const atMs of [youngMs - 2 * dayMs, youngMs - dayMs, youngMs]) tell(database, { atMs });
    addRun(database, { started_at_ms: youngMs });
    // The clock says 2026; what is there is of the years before it leapt.
    database.execute(`UPDATE event SET time_ms = time_ms - ${1000 * dayMs}`);
    database.execute(`UPDATE run SET published_at_ms = published_at_ms - ${1000 * dayMs}`);
    addRun(database, { started_at_ms: nowMs });
    expect(pruneBy(database, published)).toEqual({ logged: [], events: 3 });
    addRun(database, { started_at_ms: nowMs });
    expect(pruneBy(database, published).events).toBe(1);
  });

  it("removes nothing where it is the first", () => {
    const database = openFile();
    for (let count = 0; count < 3; count += 1) tell(database);
    addRun(database, { started_at_ms: nowMs });
    expect(pruneBy(database, published)).toEqual({ logged: [], events: 3 });
  });

  it("goes on with nothing where it was told to stop", () => {
    const told = pruneBy(openOld(), published, null, AbortSignal.abort());
    expect(told).toEqual({ logged: [], events: 4 });
  });

  it("has published all the same where nothing can be removed", () => {
    const database = openOld();
    database.execute("DROP TABLE replaced_revision; DROP TABLE told_remap");
    const { logged, events } = pruneBy(database, published);
    expect(logged).toEqual([expect.stringContaining("warn: could not remove what is old")]);
    expect(events).toBe(4);
  });
});

describe("the doctor", () => {
  const look = (database: Database, sinks: readonly string[] = []) => {
    const config = { databasePath: database.path, keep, sinks: sinks.map((name) => ({ name })) };
    return checkRetention(config as unknown as Config, nowMs);
  };

  it("says how long things stay where nothing holds them back", () => {
    const [finding] = look(openOld());
    expect(finding).toMatchObject({ outcome: "ok", check: "retention" });
    expect(finding?.message).toContain("events stay 90 days, earlier versions of meters for good");
  });

  it("warns of a sink that is not configured any more: everything is kept for it", () => {
    const database = openOld();
    addSink(database, "webhook:gone", { settled_sequence: 4 });
    expect(look(database, ["webhook:gone"])).toMatchObject([{ outcome: "ok" }]);
    const [finding] = look(database);
    expect(finding?.outcome).toBe("warn");
    expect(finding?.message).toContain("by now 0 undelivered events and 0 dead letters");
    expect(finding?.message).toContain("meter-sync forget webhook:gone");
  });

  it("warns of what is older than it should be, and says who keeps it", () => {
    const database = openOld();
    addSink(database, "webhook:slow", { settled_sequence: 1 });
    addRemap(database, 1, "told");
    const [finding] = look(database, ["webhook:slow"]);
    expect(finding?.outcome).toBe("warn");
    expect(finding?.message).toContain("3 change events older than METER_SYNC_KEEP_EVENTS");
    expect(finding?.message).toContain("webhook:slow has not taken 2 events");
    expect(finding?.message).toContain("1 remap nobody reported applied");
  });
});
