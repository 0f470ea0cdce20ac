import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadMetricsText } from "../../src/cli/metrics-text.ts";
import { type Database, openDatabase } from "../../src/database/index.ts";
import {
  loadAcknowledgementStatus,
  loadSinkStates,
  type SinkState,
  toReader,
} from "../../src/reader/index.ts";
import { parseExposition, toSampleMap } from "../support/prometheus-parser.ts";
import { fillRichDatabase, hoursLater, richJobs, toRichConfig } from "./metrics-database.ts";
import { publishedAtMs } from "./small-database.ts";

const folder = mkdtempSync(join(tmpdir(), "metrics-text-"));
const path = join(folder, "rich.sqlite");
const nowMs = hoursLater(30);
let text: string;
let metrics: ReadonlyMap<string, number>;
let database: Database;

beforeAll(async () => {
  fillRichDatabase(path);
  text = await loadMetricsText(toRichConfig(path), { nowMs, jobs: richJobs });
  metrics = toSampleMap(text);
  database = openDatabase(path);
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The samples of one metric, by their labels as the text has them. */
function samplesOf(name: string): Record<string, number> {
  const found = [...metrics].filter(
    ([key]) => key === `meter_sync_${name}` || key.startsWith(`meter_sync_${name}{`),
  );
  return Object.fromEntries(found.map(([key, value]) => [key.slice(`meter_sync_${name}`.length), value]));
}

/** One metric's values by the name of the sink. */
function sinksOf(of: string, name: string): Record<string, number> {
  const samples = parseExposition(of).get(`meter_sync_${name}`)?.samples ?? [];
  return Object.fromEntries(samples.map(({ labels, value }) => [labels.sink, value]));
}

/** What the text says of each sink is what the list of sinks says, which counts event by event. */
function expectSinksAsListed(of: string, from: Database): void {
  const states = loadSinkStates(toReader(from));
  const seconds = (instant: string | null) => (instant === null ? null : Date.parse(instant) / 1000);
  const expected: Record<string, (sink: SinkState) => number | null> = {
    sink_undelivered_events: ({ undelivered }) => undelivered,
    sink_set_aside_events: ({ set_aside: setAside }) => setAside,
    sink_oldest_undelivered_timestamp_seconds: ({ oldest_undelivered_at: at }) => seconds(at),
    sink_last_settled_timestamp_seconds: ({ settled_at: at }) => seconds(at),
    sink_settled_sequence: (sink) => sink.settled_sequence,
    sink_consecutive_failures: (sink) => sink.failure_count,
    sink_disabled: (sink) => Number(sink.disabled_at !== null),
  };
  for (const [name, toValue] of Object.entries(expected)) {
    const listed = states.map((sink) => [sink.name, toValue(sink)]).filter(([, value]) => value !== null);
    expect(sinksOf(of, name), name).toEqual(Object.fromEntries(listed));
  }
}

function ask(sql: string): Record<string, unknown> {
  return database.prepare(sql).get() ?? {};
}

describe("the metrics of a database", () => {
  it("are well-formed, each with a help and a type, and counters alone end in _total", () => {
    const parsed = [...parseExposition(text).values()];
    expect(parsed.length).toBeGreaterThan(50);
    for (const { name, help, type, samples } of parsed) {
      expect(name).toMatch(/^meter_sync_[a-z_]+$/);
      expect(help, name).toMatch(/^[A-Z0-9].*\.$/);
      expect(type).toBe(name.endsWith("_total") ? "counter" : "gauge");
      expect(samples.length, name).toBeGreaterThan(0);
    }
  });

  it("hold no id, and no label that Prometheus gives by itself", () => {
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
    expect(text).not.toMatch(/run-\d|SITE/);
    expect(text).not.toMatch(/[{,](job|instance)=/);
  });

  it("count meters as the view shows them", () => {
    const counts = ask(
      `SELECT count(*) AS meters, sum(dispatchable) AS dispatchable_meters, sum(is_missing) AS missing_meters,
         sum(action_required) AS action_required_meters, sum(is_archived) AS archived_meters
       FROM snapshot_meters`,
    );
    expect(counts.meters).toBe(3);
    for (const [name, value] of Object.entries(counts)) expect(samplesOf(name)).toEqual({ "": value });
  });

  it("tell of publications, sweeps and polls by their instants", () => {
    expect(samplesOf("last_publication_timestamp_seconds")).toEqual({ "": publishedAtMs / 1000 });
    expect(samplesOf("last_sweep_timestamp_seconds")).toEqual({ "": hoursLater(1) / 1000 + 90 });
    expect(samplesOf("last_poll_timestamp_seconds")).toEqual({ "": hoursLater(2) / 1000 + 90 });
    expect(samplesOf("publications_total")).toEqual({ "": 4 });
    expect(samplesOf("last_sequence")).toEqual({ "": ask("SELECT last_sequence FROM stream").last_sequence });
    expect(samplesOf("metrics_timestamp_seconds")).toEqual({ "": nowMs / 1000 });
  });

  it("tell of the last run of each mode that ended, whatever is under way", () => {
    expect(samplesOf("last_run_start_timestamp_seconds")).toEqual({
      '{mode="sweep"}': hoursLater(3) / 1000,
      '{mode="poll"}': hoursLater(4) / 1000,
    });
    expect(samplesOf("last_run_duration_seconds")).toEqual({ '{mode="sweep"}': 90.5, '{mode="poll"}': 90.5 });
    expect(samplesOf("last_run_exit_code")).toEqual({ '{mode="sweep"}': 6, '{mode="poll"}': 3 });
    expect(samplesOf("unfinished_run_start_timestamp_seconds")).toEqual({
      '{mode="sweep"}': hoursLater(5) / 1000,
    });
    const ones = Object.entries(samplesOf("last_run_status")).filter(([, value]) => value === 1);
    expect(ones.map(([labels]) => labels)).toEqual([
      '{mode="sweep",status="held"}',
      '{mode="poll",status="failed"}',
    ]);
    expect(samplesOf("last_run_certified")).toEqual({ '{mode="sweep"}': 1 });
  });

  it("tell what it counted, with a 0 for each type of change that it did not tell", () => {
    expect(samplesOf("last_run_meters")).toMatchObject({
      '{mode="sweep",outcome="returned"}': 2,
      '{mode="sweep",outcome="rejected"}': 1,
    });
    expect(samplesOf("last_run_absent_meters")).toMatchObject({ '{mode="sweep",outcome="missing"}': 1 });
    const changes = samplesOf("last_run_changes");
    expect(changes['{mode="sweep",type="meter.group.remapped"}']).toBe(2);
    expect(changes['{mode="sweep",type="meter.missing"}']).toBe(0);
    expect(Object.keys(changes).filter((key) => /sync\.|mode="poll"/.test(key))).toEqual([]);
    expect(samplesOf("last_run_windows")).toEqual({ '{mode="sweep"}': 5 });
    expect(samplesOf("last_run_requests")).toEqual({ '{mode="sweep"}': 13 });
    expect(samplesOf("last_run_received_bytes")).toEqual({ '{mode="sweep"}': 4096 });
  });

  it("say since when a run is held, and what polls are worth", () => {
    expect(samplesOf("held_run")).toEqual({ "": 1 });
    expect(samplesOf("held_run_timestamp_seconds")).toEqual({ "": hoursLater(3) / 1000 + 90.5 });
    expect(samplesOf("poll_trust_ratio")).toEqual({ "": 0.75 });
    expect(samplesOf("poll_trust_threshold_ratio")).toEqual({ "": 0.95 });
    expect(samplesOf("poll_audit_timestamp_seconds")).toEqual({ "": hoursLater(1) / 1000 + 90 });
    expect(samplesOf("poll_cursor_timestamp_seconds")).toEqual({
      "": Date.parse("2026-10-28T07:00:00Z") / 1000,
    });
  });

  it("count what sinks have still to get as they are listed", () => {
    expect(loadSinkStates(toReader(database))).toHaveLength(4);
    expectSinksAsListed(text, database);
    const undelivered = sinksOf(text, "sink_undelivered_events");
    expect(undelivered).toMatchObject({ "webhook:ems": 2, "webhook:gone": 3, 'file:/a "b"\\c': 0 });
    expect(sinksOf(text, "sink_configured")).toMatchObject({ "webhook:ems": 1, "webhook:gone": 0 });
  });

  it("count remaps as status does", () => {
    const view = { acknowledgedBy: ["webhook:ems"], marginMs: 12 * 3_600_000, nowMs };
    const status = loadAcknowledgementStatus(toReader(database), view);
    expect(samplesOf("remaps")).toEqual({
      '{state="unacknowledged"}': status.told + status.delivered,
      '{state="applied"}': status.applied,
      '{state="rejected"}': status.rejected,
      '{state="superseded"}': status.superseded,
    });
    expect([status.overdue, status.applied]).toEqual([2, 3]);
    expect(samplesOf("remaps_overdue")).toEqual({ "": status.overdue });
  });

  it("count dispatches of the last 30 trade dates by verdict, and reports nobody knows of", () => {
    expect(samplesOf("dispatches")).toEqual({
      '{verdict="agreed"}': 4,
      '{verdict="late"}': 2,
      '{verdict="drift"}': 2,
      '{verdict="unknown"}': 4,
    });
    expect(samplesOf("volue_reports_uncertain")).toEqual({ "": 1 });
  });

  it("measure the file and its disk", () => {
    const { size } = statSync(path);
    expect(samplesOf("database_size_bytes")).toEqual({ "": size });
    expect(samplesOf("wal_size_bytes")[""]).toBeGreaterThanOrEqual(0);
    expect(samplesOf("disk_free_bytes")[""]).toBeGreaterThan(0);
    expect(samplesOf("disk_free_bytes")[""]).toBeLessThan(samplesOf("disk_size_bytes")[""] ?? 0);
  });

  it("tell what a schedule knows of its jobs: a signal is a failure, being held is none", () => {
    expect(samplesOf("task_last_exit_code")).toEqual({ '{task="sync"}': 6 });
    expect(samplesOf("task_last_run_failed")).toEqual({ '{task="deliver"}': 1, '{task="sync"}': 0 });
    expect(samplesOf("task_ends_total")).toEqual({
      '{outcome="0",task="sync"}': 4,
      '{outcome="6",task="sync"}': 1,
      '{outcome="SIGKILL",task="deliver"}': 1,
    });
    expect(samplesOf("task_next_run_timestamp_seconds")).toEqual({ '{task="sync"}': hoursLater(24) / 1000 });
    expect(samplesOf("task_running")).toEqual({ '{task="deliver"}': 0, '{task="sync"}': 1 });
    expect(samplesOf("task_skipped_total")).toEqual({ '{task="deliver"}': 0, '{task="sync"}': 2 });
    expect(samplesOf("task_made_up_total")).toEqual({ '{task="deliver"}': 0, '{task="sync"}': 1 });
    expect(samplesOf("task_deadline_exceeded_total")).toEqual({ '{task="deliver"}': 1, '{task="sync"}': 0 });
  });
});

describe("without a database", () => {
  it("the metrics say so, and what there is", async () => {
    const config = toRichConfig(join(folder, "none.sqlite"));
    const none = toSampleMap(await loadMetricsText(config, { nowMs, jobs: richJobs }));
    expect(none.get("meter_sync_database_readable")).toBe(0);
    expect(none.get('meter_sync_task_running{task="sync"}')).toBe(1);
    expect(none.get("meter_sync_disk_free_bytes")).toBeGreaterThan(0);
    expect([...none.keys()].filter((key) => /meters|sync_last_|sink|database_size/.test(key))).toEqual([]);
  });
});

describe("counting", () => {
  it("leaves out events that are kept no more", async () => {
    database.execute("DELETE FROM event WHERE sequence = 1; DELETE FROM delivery WHERE sequence = 1");
    const later = await loadMetricsText(toRichConfig(path), { nowMs, jobs: [] });
    expect(sinksOf(later, "sink_undelivered_events")).toMatchObject({ "webhook:gone": 2 });
    expectSinksAsListed(later, database);
    database.execute("DELETE FROM event; DELETE FROM delivery");
    expectSinksAsListed(await loadMetricsText(toRichConfig(path), { nowMs, jobs: [] }), database);
  });

  it("the portfolio follows every publication, though it is done once for each", async () => {
    const config = toRichConfig(path);
    const read = async () =>
      toSampleMap(await loadMetricsText(config, { nowMs, jobs: [] })).get("meter_sync_missing_meters");
    const before = await read();
    database.execute("UPDATE meter SET is_missing = 1");
    expect(await read()).toBe(before);
    database.execute("UPDATE stream SET publication = publication + 1");
    expect(await read()).toBe(3);
  });
});
