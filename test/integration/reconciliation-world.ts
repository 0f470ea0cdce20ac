import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { parseWebhookText } from "../../src/leap/index.ts";
import { type Finding, openReconciliation, saveWebhooks } from "../../src/reconciliation/index.ts";
import { insert } from "./small-database.ts";

export const meterId = "aaaaaaaa-0000-4000-8000-000000000001";
export const otherMeterId = "aaaaaaaa-0000-4000-8000-000000000002";
export const groupId = "11111111-0000-4000-8000-000000000001";

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** Sweeps of a world begin at 06:00 on each of its days, and are published ten minutes later. */
const readMs = Date.parse("2026-11-01T06:00:00Z");
export const toReadMs = (day: number): number => readMs + day * dayMs;
export const toToldMs = (day: number): number => toReadMs(day) + 600_000;
export const toText = (atMs: number): string => new Date(atMs).toISOString();

/** A database of two meters and a group, swept once a day, with what a test says was told. */
export type ReconciliationWorld = {
  readonly path: string;
  readonly database: Database;
  /** Adds a change event to a day's publication; gives its sequence. */
  readonly tell: (day: number, type: string, subject: string, data: object) => number;
  /** Keeps a webhook captured at an instant, or nobody knows when. */
  readonly catch: (type: string, payload: object, receivedAtMs: number | null, id?: string) => void;
  /** Everything kept, reconciled: by default as of the tenth day, all of it captured. */
  readonly reconcile: (asked?: { fromMs?: number | null; toMs?: number | null; nowMs?: number }) => Finding[];
};

export function openReconciliationWorld(dayCount = 6): ReconciliationWorld {
  const folder = mkdtempSync(join(tmpdir(), "reconciliation-"));
  const path = join(folder, "world.sqlite");
  emptyFile ??= makeEmptyFile(join(folder, "empty.sqlite"));
  writeFileSync(path, emptyFile);
  const database = openDatabase(path);
  database.connection.pragma("synchronous = OFF");
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });
  insert(database, "stream", {
    id: 1,
    stream_id: "s",
    api_version: "v2",
    account: "default",
    publication: 1,
  });
  for (let day = 0; day < dayCount; day++) insertRun(database, day);
  insertPortfolio(database);
  let sequence = 0;
  let captureCount = 0;
  return {
    path,
    database,
    tell: (day, type, subject, data) => {
      sequence += 1;
      const row = { sequence, id: `event-${sequence}`, type, subject, partitionkey: subject };
      const event = JSON.stringify({ type, subject, data });
      insert(database, "event", { ...row, time_ms: toToldMs(day), run_id: `run-${day}`, event });
      return sequence;
    },
    catch: (type, payload, receivedAtMs, id) => {
      captureCount += 1;
      const body = {
        webhook_event_id: id ?? `webhook-${captureCount}`,
        payload: { webhook_event_type: type, ...payload },
      };
      const received = receivedAtMs === null ? {} : { received_at: toText(receivedAtMs) };
      const { webhooks, problems } = parseWebhookText(JSON.stringify({ ...received, body }));
      if (problems.length > 0) throw new Error(problems.join());
      saveWebhooks(database, webhooks, toReadMs(9));
    },
    reconcile: ({ fromMs = toReadMs(0), toMs = toReadMs(10), nowMs = toReadMs(10) } = {}) => [
      ...openReconciliation(database, { fromMs, toMs, nowMs }).toFindings(),
    ],
  };
}

/** Made once: to migrate a new file takes longer than most tests do. */
let emptyFile: Buffer | null = null;

function makeEmptyFile(path: string): Buffer {
  const database = openDatabase(path);
  const bytes = database.connection.serialize();
  database.close();
  return bytes;
}

function insertRun(database: Database, day: number): void {
  insert(database, "run", {
    run_key: day + 1,
    run_id: `run-${day}`,
    mode: "sweep",
    status: "published",
    api_version: "v2",
    account: "default",
    started_at_ms: toReadMs(day),
    sweep_started_at_ms: toReadMs(day),
    published_at_ms: toToldMs(day),
    finished_at_ms: toToldMs(day),
    started_at_real_ms: toReadMs(day),
    is_certified: 1,
    report: "{}",
  });
}

function insertPortfolio(database: Database): void {
  insert(database, "horizon", {
    transmission_region: "CAISO",
    zone: "America/Los_Angeles",
    today: "2026-11-05",
    last_looked_at: "2026-11-07",
    known_through: "2026-11-07",
  });
  insert(database, "market_group", { market_group_id: groupId, market_group_name: "NORTH", version: 1 });
  for (const [index, id] of [meterId, otherMeterId].entries()) {
    const key = { meter_key: index + 1 };
    const place = { transmission_region: "CAISO", enrollment_status: "ACTIVE" };
    insert(database, "meter", {
      ...key,
      meter_id: id,
      head_revision_id: index + 1,
      participation_preference: "PARTICIPATE",
      ...place,
    });
    insert(database, "revision", {
      revision_id: index + 1,
      ...key,
      ...place,
      api_version: "v2",
      fingerprint: "f",
      tags: "[]",
      dispatchable: 1,
      required_actions: "[]",
      document: "{}",
    });
  }
}

const facts = { partner_reference: null, transmission_region: "CAISO" };

export const statusType = "meter.enrollment.global-status.updated";

/** The data of a change of status, and a webhook of it. */
export function toStatusChange(before: string, after: string, meter = meterId) {
  const toSide = (status: string) => ({ status, dispatchable: status === "ACTIVE" });
  return { meter_id: meter, ...facts, before: toSide(before), after: toSide(after) };
}

export function toStatusPayload(status: string, meter = meterId) {
  return { meter_id: meter, transmission_region: "CAISO", global_enrollment_status: status };
}

/** Every row of every table but the one of webhooks. */
export function readOtherTables(database: Database): string {
  const tables = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'leap_webhook' ORDER BY name")
    .all();
  return JSON.stringify(tables.map(({ name }) => [name, database.prepare(`SELECT * FROM "${name}"`).all()]));
}
