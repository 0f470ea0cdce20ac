import { parseConfig } from "../../src/config/index.ts";
import { type Database, openDatabase } from "../../src/database/index.ts";
import type { JobFacts } from "../../src/metrics/index.ts";
import { fillSmallDatabase, insert, meter, publishedAtMs } from "./small-database.ts";

const hourMs = 3_600_000;

/** So many hours after the publication of the small database. */
export const hoursLater = (hours: number) => publishedAtMs + hours * hourMs;

/** A database in which there is something of everything that metrics tell. */
export function fillRichDatabase(path: string): void {
  fillSmallDatabase(path);
  const database = openDatabase(path);
  database.execute("UPDATE event SET time_ms = time_ms + 1000 * sequence");
  database.execute("UPDATE stream SET publication = 4, last_sequence = 3, planned_at_ms = published_at_ms");
  insertRuns(database);
  insertSinks(database);
  insertRemaps(database);
  insertProof(database);
  database.close();
}

/** Of all verdicts, within the last 30 days and before; some do not count. */
function insertProof(database: Database): void {
  const days = [toDay(hoursLater(0)), toDay(hoursLater(-24 * 28)), toDay(hoursLater(-24 * 40))];
  const verdicts = ["agreed", "agreed", "late", "drift", "unknown_group", "unknown_meter", "not_judged"];
  for (const trade_date of days) {
    for (const [place, verdict] of verdicts.entries()) {
      const row = { level: "group", trade_date, verdict, is_counted: verdict === "not_judged" ? 0 : 1 };
      insert(database, "dispatch_check", { ...row, event_id: `slot-${place}` });
    }
    insert(database, "dispatch_check", { level: "group", event_id: "test", trade_date, verdict: "drift" });
  }
  for (const state of ["reported", "refused", "unsent", "uncertain"])
    insert(database, "volue_report", { report_id: state, state });
}

const toDay = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);

function insertRuns(database: Database): void {
  insertRun(database, 2, "sweep", "published", { ...sweepReport, poll_audit: audit }, 1);
  insertRun(database, 3, "poll", "published", { ...sweepReport, cursor: "2026-10-28T07:00:00.000Z" }, 2);
  insertRun(database, 4, "sweep", "held", { ...sweepReport, exit_code: 6, trips: [] }, 3);
  insertRun(database, 5, "poll", "failed", { exit_code: 3, error: "Leap could not be reached" }, 4);
  insertRun(database, 6, "sweep", "running", {}, 5);
}

const audit = { polls: 3, found: 9, missed: 3, trust_percent: 75 };
const sweepReport = {
  exit_code: 7,
  windows: { total: 5, read: 4, resumed: 1, split: 0, restarted: 0 },
  pages: 11,
  meters: { returned: 2, created: 1, changed: 0, unchanged: 1, absent: 1, rejected: 1, unreadable: 0 },
  absence: { looked_up: true, found: 0, missing: 1, ended: 0, waiting: 0, gone: 0 },
  changes: { "meter.created": 1, "meter.group.remapped": 2 },
  traffic: { requests: 13, retries: 2, throttled: 1, bytes: 4096, concurrency_lowest: 4 },
};

function insertRun(
  database: Database,
  key: number,
  mode: string,
  status: string,
  report: object,
  hours: number,
): void {
  const isRunning = status === "running";
  insert(database, "run", {
    run_key: key,
    run_id: `run-${key}`,
    mode,
    status,
    api_version: "v2",
    started_at_ms: hoursLater(hours),
    finished_at_ms: isRunning ? null : hoursLater(hours) + 90_500,
    published_at_ms: status === "published" ? hoursLater(hours) + 90_000 : null,
    is_certified: mode === "sweep" && !isRunning ? 1 : 0,
    report: JSON.stringify(report),
  });
}

function insertSinks(database: Database): void {
  insert(database, "sink", {
    name: "webhook:ems",
    settled_sequence: 2,
    settled_at_ms: hoursLater(6),
    failure_count: 2,
  });
  insert(database, "sink", { name: "webhook:gone", settled_sequence: 0, disabled_at_ms: hoursLater(7) });
  insert(database, "sink", { name: 'file:/a "b"\\c', settled_sequence: 3 });
  for (const [sequence, state] of [
    [1, "set_aside"],
    [2, "waiting"],
  ] as const) {
    insert(database, "delivery", { sink: "webhook:ems", sequence, partitionkey: meter.plain, state });
  }
}

/** By what became of them; all of them are to be applied long before the instant that is asked for. */
function insertRemaps(database: Database): void {
  const states = ["told", "told", "applied", "rejected", "superseded", "applied", "applied"];
  for (const [index, state] of states.entries()) {
    insert(database, "told_remap", {
      sequence: index + 1,
      event_id: `event-${index}`,
      state,
      told_at_ms: publishedAtMs,
      // One of those told is not due yet.
      starts_at_ms: index === 0 ? hoursLater(1000) : hoursLater(20),
    });
  }
}

export function toRichConfig(path: string) {
  const result = parseConfig({
    environment: {
      METER_SYNC_DATABASE: path,
      METER_SYNC_CONFIG: "/config.json",
      METER_SYNC_SINKS: "webhook:ems",
      METER_SYNC_ACKNOWLEDGED_BY: "webhook:ems",
    },
    readFile: () => JSON.stringify({ webhooks: { ems: { url: "https://ems.example/in", unsigned: true } } }),
    cwd: "/",
  });
  if (!result.ok) throw new Error(result.problems.join("; "));
  return result.config;
}

/** What a schedule knows: one job that goes well, one that a signal ended. */
export const richJobs: readonly JobFacts[] = [
  {
    name: "sync",
    nextRunAtMs: hoursLater(24),
    isRunning: true,
    startedAtMs: hoursLater(5),
    endedAtMs: hoursLater(4),
    lastExitCode: 6,
    endCounts: { "0": 4, "6": 1 },
    skippedCount: 2,
    madeUpCount: 1,
    deadlineCount: 0,
  },
  {
    name: "deliver",
    nextRunAtMs: null,
    isRunning: false,
    startedAtMs: hoursLater(8),
    endedAtMs: hoursLater(9),
    lastExitCode: null,
    endCounts: { SIGKILL: 1 },
    skippedCount: 0,
    madeUpCount: 0,
    deadlineCount: 1,
  },
];
