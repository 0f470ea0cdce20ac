import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../src/database/index.ts";
import { type MeterSketch, toEntry } from "../support/documents.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import { lastSequence, readEvents } from "../support/views.ts";
import { dayMs, hourMs, noon } from "./small-portfolio.ts";

let leap: ScriptedLeap;
let days: Days;
beforeEach(async () => {
  leap = await openScriptedLeap(three("north"));
  days = openDays(leap);
  await days.run(noon);
});
afterEach(async () => {
  days.close();
  await leap.close();
});

function three(group: string) {
  const sketches: MeterSketch[] = [1, 2, 3].map((number) => ({
    number,
    stays: [{ group, from: "2026-11-01" }],
  }));
  return sketches.map(toEntry);
}

/** A disk on which some statements fail, from the moment on that a condition holds. */
function failOn(statement: RegExp, isDue: () => boolean = () => true): (database: Database) => Database {
  return (database) => ({
    ...database,
    prepare: (sql) => {
      if (!statement.test(sql) || !isDue()) return database.prepare(sql);
      throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    },
  });
}

function readLastRun() {
  const row = days.database
    .prepare("SELECT * FROM snapshot_runs ORDER BY started_at DESC, run_id DESC")
    .get();
  return { ...row, report: JSON.parse(String(row?.report)) } as Record<string, unknown> & {
    report: Record<string, unknown>;
  };
}

describe("an error after the publication", () => {
  const isPublished = () =>
    days.database.prepare("SELECT status FROM run ORDER BY run_key DESC LIMIT 1").get()?.status !== "running";

  it("leaves the run published, is logged, and tells no sync.failed", async () => {
    leap.entries = three("south");
    const before = lastSequence(days.database);
    const report = await days.run(noon + dayMs, {
      wrapDatabase: failOn(/^DELETE FROM staged_/, isPublished),
    });
    expect([report.status, report.exit_code]).toEqual(["published", 0]);
    expect(readLastRun()).toMatchObject({
      run_id: report.run_id,
      status: "published",
      published_at: "2026-11-11T20:00:00.000Z",
      report: { status: "published", exit_code: 0, error: null },
    });
    const told = readEvents(days.database, before);
    expect(told.at(-1)?.type).toBe("sync.published");
    expect(told.some(({ type }) => type === "sync.failed")).toBe(false);
    expect(days.logged).toContain("warn: could not clear what the run had staged");
  });

  it("does not keep the next run from reading Leap again", async () => {
    leap.entries = three("south");
    await days.run(noon + dayMs, { wrapDatabase: failOn(/^DELETE FROM staged_/, isPublished) });
    leap.entries = three("west");
    leap.forgetAsked();
    const report = await days.run(noon + dayMs + hourMs);
    expect(leap.asked.length).toBeGreaterThan(0);
    expect([report.windows.resumed, report.meters.changed]).toEqual([0, 3]);
    const names = days.database.prepare("SELECT DISTINCT market_group_name AS n FROM snapshot_group_members");
    expect(names.all()).toEqual([{ n: "west" }]);
    const left = days.database.prepare("SELECT count(*) AS n FROM staged_revision").get();
    expect(left).toEqual({ n: 0 });
  });
});

describe("a full disk", () => {
  it.each([
    ["while reading", /^INSERT INTO revision/],
    ["while planning", /INTO staged_head/],
    ["while publishing", /^UPDATE stream SET api_version/],
  ])("ends the run %s with exit code 3, in its report and in sync.failed alike", async (_, statement) => {
    leap.entries = three("south");
    const before = lastSequence(days.database);
    const failing = days.run(noon + dayMs, { wrapDatabase: failOn(statement) });
    await expect(failing).rejects.toThrow("disk is full");
    expect(readLastRun()).toMatchObject({ status: "failed", report: { status: "failed", exit_code: 3 } });
    const told = readEvents(days.database, before);
    expect(told.map(({ type }) => type)).toEqual(["sync.failed"]);
    expect(told[0]!.event.data.after).toMatchObject({ status: "failed", exit_code: 3 });
  });
});

describe("a killed run", () => {
  it("is marked as failed, with the time at which the next run found it", async () => {
    leap.entries = three("south");
    // Not even the failure is written: the process is gone.
    const gone = failOn(/^UPDATE run SET status = \?|INTO staged_head/);
    await expect(days.run(noon + dayMs, { wrapDatabase: gone })).rejects.toThrow();
    expect(readLastRun()).toMatchObject({ run_id: "run-2", status: "running", finished_at: null });
    await days.run(noon + dayMs + hourMs);
    const killed = days.database.prepare("SELECT * FROM snapshot_runs WHERE run_id = 'run-2'").get();
    expect(killed).toMatchObject({ status: "failed", finished_at: "2026-11-11T21:00:00.000Z" });
  });
});
