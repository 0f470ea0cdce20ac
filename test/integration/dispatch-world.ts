import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { onTestFinished } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { type CheckOptions, checkDispatches } from "../../src/dispatch/index.ts";
import { toEnvelopeSchema } from "../../src/events/index.ts";
import type { Dispatch } from "../../src/leap/index.ts";
import { firstMs, meters, north, openStays, type Stay } from "./as-of-stays.ts";
import { insert } from "./small-database.ts";

export const nowMs = Date.UTC(2026, 9, 20, 12);
/** Within the third of October in Los Angeles. */
export const startMs = Date.UTC(2026, 9, 3, 22);

/** A real timeslot of the north, of both meters, unless said otherwise. */
export function toDispatch(part: Partial<Dispatch> = {}): Dispatch {
  return {
    level: "group",
    eventId: "slot-1",
    targetId: north,
    meterIds: meters,
    startMs,
    endMs: startMs + 3_600_000,
    isCancelled: false,
    isVoluntary: false,
    test: null,
    energyKw: null,
    nominationKw: null,
    priority: 2,
    compensationCap: "up-to-nomination",
    eventTypes: ["day-ahead"],
    programs: ["CCA"],
    receivedAtMs: null,
    ...part,
  };
}

export const zones = { defaultZone: "America/Los_Angeles", zones: {} };

/** What `openStays` opens, from bytes: to migrate a new file takes longer than most tests do. */
export function openPublished(stays: readonly Stay[]): Database {
  emptyFile ??= openStays([]).connection.serialize();
  const folder = mkdtempSync(join(tmpdir(), "dispatch-"));
  const path = join(folder, "dispatch.sqlite");
  writeFileSync(path, emptyFile);
  const database = openDatabase(path);
  database.connection.pragma("synchronous = OFF");
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  insertStays(database, stays);
  return database;
}

let emptyFile: Buffer | null = null;

export function insertStays(database: Database, stays: readonly Stay[]): void {
  for (const stay of stays) {
    insert(database, "assignment", {
      meter_key: stay.meter ?? 1,
      program: stay.program === undefined ? "CCA" : stay.program,
      market_group_id: stay.group ?? north,
      effective_from: stay.from ?? "2026-10-01",
      effective_to: stay.to ?? null,
      known_from_ms: stay.knownFromMs ?? firstMs,
      known_to_ms: stay.knownToMs ?? null,
    });
  }
}

/** Checks them in this process; gives the report, and the rows in short. */
export function check(
  database: Database,
  dispatches: readonly Dispatch[],
  options: Partial<CheckOptions> = {},
) {
  const report = checkDispatches(database, dispatches, {
    zones,
    askedMs: null,
    nowMs,
    isDryRun: false,
    ...options,
  });
  return { ...report, rows: report.checked.map(({ row }) => row) };
}

export function readRows(database: Database): readonly Record<string, unknown>[] {
  return database.prepare("SELECT * FROM snapshot_dispatch_checks ORDER BY trade_date, event_id").all();
}

type Told = { readonly type: string; readonly sequence: string; readonly data: Record<string, unknown> };

/** The drifts told, each held against its schema. */
export function readDrifts(database: Database): readonly Told[] {
  return database
    .prepare("SELECT type, event FROM event WHERE type LIKE '%.drift.detected' ORDER BY sequence")
    .all()
    .map((row) => {
      const type = row.type as "group.drift.detected" | "meter.drift.detected";
      return toEnvelopeSchema(type)
        .strict()
        .parse(JSON.parse(String(row.event))) as unknown as Told;
    });
}

/** The whole program in this process, at a terminal as far as errors go. */
export async function runDispatch(words: readonly string[], env: Readonly<Record<string, string>>) {
  const said = { stdout: "", stderr: "" };
  const open = (name: "stdout" | "stderr", isTTY: boolean) =>
    Object.assign(
      new Writable({
        write(chunk, _, written) {
          said[name] += String(chunk);
          written();
        },
      }),
      { isTTY },
    );
  const argv = ["node", "meter-sync", "dispatch", ...words];
  const streams = { stdin: null, stdout: open("stdout", false), stderr: open("stderr", true) };
  const shape = { argv, env, cwd: () => "/", ...streams, execPath: "node", execArgv: [] };
  const exitCode = await runCli(shape as unknown as NodeJS.Process);
  return { exitCode, ...said };
}
