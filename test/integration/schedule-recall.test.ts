import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recallSweeps } from "../../src/cli/schedule-jobs.ts";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { saveKilledRuns } from "../../src/snapshot/index.ts";
import { insert } from "./small-database.ts";

const nowMs = Date.UTC(2026, 9, 28, 7);
const hourMs = 3_600_000;

let folder: string;
let database: Database;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "recall-"));
  database = openDatabase(join(folder, "runs.sqlite"));
});

afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What is remembered of runs, given as hours before now and what else they were. */
function recallOf(...runs: readonly (readonly [hours: number, more?: Record<string, unknown>])[]) {
  database.execute("DELETE FROM run");
  for (const [index, [hours, more]] of runs.entries()) {
    insert(database, "run", {
      run_key: index + 1,
      run_id: `run-${index}`,
      mode: "sweep",
      status: "published",
      is_rehearsal: 0,
      // By the run's own clock, which a rehearsal sets as it likes.
      started_at_ms: 0,
      started_at_real_ms: nowMs - hours * hourMs,
      report: "{}",
      ...more,
    });
  }
  return recallSweeps(database.path, nowMs);
}

const through = (hours: number) => ({ kind: "through", atMs: nowMs - hours * hourMs });

test("the sweep that began last counts, whatever it came to", () => {
  expect(recallOf([9], [5])).toEqual(through(5));
  for (const status of ["held", "superseded", "discarded", "failed"])
    expect(recallOf([9], [5, { status }])).toEqual(through(5));
});

test("what runs still, was killed or stopped, rehearsed, or was a poll does not count", () => {
  const killed = { status: "failed", report: '{"error":"the process ended before the run did"}' };
  const stopped = { status: "failed", report: '{"error":"stopped","is_cut_short":true}' };
  for (const more of [{ status: "running" }, killed, stopped, { is_rehearsal: 1 }, { mode: "poll" }]) {
    expect(recallOf([9], [5, more])).toEqual(through(9));
    expect(recallOf([5, more])).toEqual({ kind: "never" });
  }
  expect(
    recallOf([9], [5, { ...killed, report: '{"error":"Leap answered 500","is_cut_short":false}' }]),
  ).toEqual(through(5));
});

test("a sweep of the next hours counts, as where the clock was set back; one of next week does not", () => {
  expect(recallOf([9], [-1])).toEqual(through(-1));
  expect(recallOf([9], [-7 * 24])).toEqual(through(9));
});

test("without a database, or without anything in it, there never was a sweep", () => {
  writeFileSync(join(folder, "empty.sqlite"), "");
  expect(recallSweeps(join(folder, "missing.sqlite"), nowMs)).toEqual({ kind: "never" });
  expect(recallSweeps(join(folder, "empty.sqlite"), nowMs)).toEqual({ kind: "never" });
  expect(recallOf()).toEqual({ kind: "never" });
});

test("what a process leaves that was killed is not taken for the end of its sweep", () => {
  const killed = { status: "running" };
  expect(recallOf([9], [5, killed])).toEqual(through(9));
  // As the next run finds it, and marks it.
  saveKilledRuns(database, 99, nowMs);
  expect(database.prepare("SELECT status FROM run WHERE run_key = 2").get()).toEqual({ status: "failed" });
  expect(recallSweeps(database.path, nowMs)).toEqual(through(9));
});

test("of a file that cannot be read nobody can tell, and the reason is given", () => {
  writeFileSync(join(folder, "other.sqlite"), "not a database at all, but a text".repeat(40));
  expect(recallSweeps(join(folder, "other.sqlite"), nowMs)).toEqual({
    kind: "unknown",
    why: expect.stringContaining("other.sqlite"),
  });
});
