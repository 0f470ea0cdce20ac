import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase, openDatabaseReadOnly } from "../../src/database/index.ts";
import { programPath } from "../support/build-program.ts";
import { localDate } from "../support/calendar.ts";
import { type MeterSketch, toEntry } from "../support/documents.ts";
import { streamId } from "../support/run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import { readEvents } from "../support/views.ts";

const meterCount = 2000;
const hourMs = 3_600_000;
const sketches: MeterSketch[] = Array.from({ length: meterCount }, (_, index) => ({
  number: index + 1,
  addedAt: new Date(Date.UTC(2024, 6, 2) + index * 10 * hourMs).toISOString(),
  stays: [{ group: ["north", "south", "west"][index % 3]!, from: "2024-01-01" }],
}));

let leap: ScriptedLeap;
let folder: string;
beforeEach(async () => {
  leap = await openScriptedLeap(sketches.map(toEntry));
  leap.delayMs = 4;
  folder = mkdtempSync(join(tmpdir(), "meter-sync-kill-"));
  const empty = openDatabase(join(folder, "empty.sqlite"));
  empty.prepare("INSERT INTO stream (id, stream_id) VALUES (1, ?)").run(streamId);
  empty.connection.pragma("wal_checkpoint(TRUNCATE)");
  empty.close();
});
afterEach(async () => {
  leap.rewrite = null;
  await leap.close();
  rmSync(folder, { recursive: true, force: true });
});

function makeDatabase(name: string): string {
  const path = join(folder, name);
  copyFileSync(join(folder, "empty.sqlite"), path);
  return path;
}

function start(path: string): ChildProcess {
  return spawn(process.execPath, [programPath, "sync", "--baseline-events", "--quiet"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      PATH: process.env.PATH,
      METER_SYNC_DATABASE: path,
      LEAP_BASE_URL: leap.url,
      LEAP_API_KEY: leap.apiKey,
      METER_SYNC_PAGE_SIZE: "50",
      METER_SYNC_CONCURRENCY: "1",
      METER_SYNC_PORTFOLIO_START: "2024-07-01",
    },
  });
}

async function end(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode;
  return new Promise((resolve, reject) => {
    child.once("exit", (code, signal) => (code === 1 ? reject(new Error(said)) : resolve(code ?? signal)));
  });
}

/** A window as requests name it. */
const toWindow = (body: Readonly<Record<string, unknown>>) =>
  JSON.stringify([body.created_after_date_time ?? null, body.created_before_date_time ?? null]);

function readFinishedWindows(path: string): Set<string> {
  const database = openDatabaseReadOnly(path);
  const text = (ms: unknown) => (ms === null ? null : new Date(Number(ms)).toISOString());
  const rows = database.prepare("SELECT added_from_ms, added_to_ms FROM read_window WHERE is_done = 1").all();
  database.close();
  return new Set(rows.map((row) => JSON.stringify([text(row.added_from_ms), text(row.added_to_ms)])));
}

/** Everything but runs, instants and lead times, which are those of real time here. */
function readResult(path: string) {
  const database = openDatabaseReadOnly(path);
  const read = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => JSON.stringify(Object.values(row)));
  const result = {
    meters: read(
      "SELECT meter_id, partner_reference, enrollment_status, document FROM snapshot_meters ORDER BY 1",
    ),
    members: read("SELECT * FROM snapshot_group_members ORDER BY 1, 2, 5"),
    groups: read("SELECT * FROM snapshot_groups ORDER BY 1, 2"),
    history: read(
      `SELECT meter_id, program, market_group_id, effective_from, effective_to, known_to
       FROM snapshot_assignment_history ORDER BY 1`,
    ),
    info: read("SELECT api_version, account, stream_id, horizons FROM snapshot_info"),
    events: readEvents(database)
      .filter(({ type }) => type !== "sync.failed")
      .map(({ id, type, subject, event }) => {
        const { lead_time_hours: _, ...data } = event.data;
        return type === "sync.published"
          ? JSON.stringify([id, type])
          : JSON.stringify([id, type, subject, data]);
      }),
    check: read("PRAGMA integrity_check"),
  };
  database.close();
  return result;
}

/**
 * Kills the run at each of these requests in turn, or so long after the last one, then lets it come to its
 * end.
 */
async function killAndResume(
  path: string,
  moments: readonly { request: number; delayMs: number }[],
): Promise<number> {
  let spared = 0;
  for (const { request, delayMs } of moments) {
    const finished = readFinishedWindows(path);
    leap.forgetAsked();
    const child = start(path);
    leap.rewrite = () => {
      if (leap.asked.length === request && delayMs === 0) child.kill("SIGKILL");
      return undefined;
    };
    const ended = end(child);
    if (delayMs > 0) {
      while (leap.asked.length < request && child.exitCode === null) await wait(2);
      await wait(delayMs);
      child.kill("SIGKILL");
    }
    expect(["SIGKILL", 0]).toContain(await ended);
    leap.rewrite = null;
    const again = leap.asked.filter(({ body }) => finished.has(toWindow(body)));
    expect(again, `windows finished before were asked for again (I12)`).toEqual([]);
    spared += finished.size;
  }
  const finished = readFinishedWindows(path);
  leap.forgetAsked();
  expect(await end(start(path))).toBe(0);
  expect(leap.asked.filter(({ body }) => finished.has(toWindow(body)))).toEqual([]);
  return spared + finished.size;
}

describe("kill -9 of the process in the middle of a sweep of 2000 meters (I1, I12)", () => {
  it("leaves what a resumed run turns into what an undisturbed one would have made", async () => {
    const before = localDate(Date.now(), "America/Los_Angeles");
    const twin = makeDatabase("twin.sqlite");
    expect(await end(start(twin))).toBe(0);
    const requests = leap.asked.length;
    expect(requests).toBeGreaterThan(40);
    const expected = readResult(twin);
    expect(expected.events.length).toBeGreaterThan(2 * meterCount);
    let spared = 0;
    const killed = makeDatabase("killed.sqlite");
    const reading = [1, 13, 22, 8].map((request) => ({ request, delayMs: 0 }));
    spared += await killAndResume(killed, reading);
    // So long after the last page was asked for: while it is staged, planned or published.
    for (const delayMs of [40, 250]) {
      const path = makeDatabase(`late-${delayMs}.sqlite`);
      spared += await killAndResume(path, [{ request: requests, delayMs }]);
      if (localDate(Date.now(), "America/Los_Angeles") === before) expect(readResult(path)).toEqual(expected);
    }
    expect(spared).toBeGreaterThan(10);
    // At midnight in Los Angeles the twin lives in another day: then only the counts can be told.
    if (localDate(Date.now(), "America/Los_Angeles") === before) expect(readResult(killed)).toEqual(expected);
    else expect(readResult(killed).events.length).toBe(expected.events.length);
  }, 120_000);
});
