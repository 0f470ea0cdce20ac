import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { type Pruned, type PruneLimits, planRetention, pruneOld } from "../../src/retention/index.ts";

export const dayMs = 86_400_000;
export const nowMs = Date.parse("2026-11-10T12:00:00Z");
/** Long before anything is kept, and within it. */
export const oldMs = nowMs - 400 * dayMs;
export const youngMs = nowMs - dayMs;

const keep = { eventsMs: 30 * dayMs, revisionsMs: 30 * dayMs, historyMs: 30 * dayMs, runsMs: 30 * dayMs };

/** A file in which nothing was ever told, written row by row. */
export function openFile(): Database {
  const folder = mkdtempSync(join(tmpdir(), "retention-"));
  const path = join(folder, "retention.sqlite");
  emptyFile ??= makeEmptyFile(join(folder, "empty.sqlite"));
  writeFileSync(path, emptyFile);
  const database = openDatabase(path);
  database.connection.pragma("synchronous = OFF");
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });
  insert(database, "stream", { id: 1, stream_id: "stream-1", last_sequence: 0 });
  return database;
}

/** Made once: to migrate a new file takes longer than most tests do. */
let emptyFile: Buffer | null = null;

function makeEmptyFile(path: string): Buffer {
  const database = openDatabase(path);
  const bytes = database.connection.serialize();
  database.close();
  return bytes;
}

/** Prunes as of `nowMs`; everything stays 30 days. */
export function prune(
  database: Database,
  needs: { readonly acknowledgedBy?: readonly string[]; readonly toldSequence?: number } = {},
  limits: Partial<PruneLimits> = {},
): Pruned {
  return pruneOld(
    database,
    planRetention(keep, nowMs),
    { acknowledgedBy: needs.acknowledgedBy ?? [], toldSequence: needs.toldSequence ?? null },
    { clock: { now: () => 0 }, timeMaxMs: 1, rowCountMax: 1_000_000, ...limits },
  );
}

export function insert(database: Database, table: string, row: Readonly<Record<string, unknown>>): number {
  const names = Object.keys(row);
  const values = names.map((name) => `@${name}`).join(", ");
  const done = database.prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${values})`).run(row);
  return Number(done.lastInsertRowid);
}

/** One event, by default an old one about a meter; returns its sequence. */
export function tell(
  database: Database,
  event: {
    readonly atMs?: number;
    readonly key?: string;
    readonly runId?: string;
    readonly type?: string;
  } = {},
): number {
  const { atMs = oldMs, key = "meter-1", runId = "run-old", type = "meter.group.remapped" } = event;
  const last = Number(database.prepare("SELECT last_sequence FROM stream").get()?.last_sequence) + 1;
  const named = { subject: key, partitionkey: key, run_id: runId, type };
  insert(database, "event", { sequence: last, id: `id-${last}`, time_ms: atMs, event: "{}", ...named });
  database.prepare("UPDATE stream SET last_sequence = ?").run(last);
  return last;
}

export function addSink(
  database: Database,
  name: string,
  row: Readonly<Record<string, number | null>> = {},
): void {
  insert(database, "sink", { name, settled_sequence: 1_000_000, created_at_ms: oldMs, ...row });
}

export function addRemap(database: Database, sequence: number, state: string, meterId = "meter-1"): void {
  insert(database, "told_remap", {
    sequence,
    event_id: `id-${sequence}`,
    meter_id: meterId,
    program: "",
    effective_from: "2025-10-01",
    told_at_ms: oldMs,
    starts_at_ms: oldMs,
    state,
  });
}

let runCount = 0;

/** A run, by default one that was published long ago; returns its id. */
export function addRun(
  database: Database,
  row: Readonly<Record<string, string | number | null>> = {},
): string {
  runCount += 1;
  const runId = String(row.run_id ?? `run-${runCount}`);
  const startedAtMs = Number(row.started_at_ms ?? oldMs);
  insert(database, "run", {
    run_id: runId,
    mode: "sweep",
    status: "published",
    api_version: "v2",
    account: "default",
    host: "127.0.0.1",
    is_rehearsal: 0,
    extraction_version: 1,
    started_at_ms: startedAtMs,
    finished_at_ms: startedAtMs,
    published_at_ms: startedAtMs,
    sweep_started_at_ms: startedAtMs,
    started_at_real_ms: startedAtMs,
    report: "{}",
    ...row,
  });
  return runId;
}

export function read(database: Database, sql: string): unknown[] {
  return database
    .prepare(sql)
    .all()
    .map((row) => Object.values(row)[0]);
}
