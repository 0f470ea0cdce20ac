import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "../../src/database/index.ts";
import type { JsonObject } from "../../src/meter/index.ts";
import type { RunReport } from "../../src/sync/index.ts";
import { groupId, type MeterSketch, meterId } from "../support/documents.ts";
import { type DayOptions, type Days, openDays } from "../support/run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import { lastSequence, readChanges } from "../support/views.ts";
import { at } from "./poll-days.ts";
import { range, toEntryAt, toLines, type Version } from "./portfolio-days.ts";
import {
  type Connection,
  insert,
  insertFields,
  insertRevision,
  insertRun,
  insertStream,
  insertWindows,
  type OldMeter,
  openPreviousSchema,
  type Source,
} from "./previous-schema.ts";
import { dayMs, noon } from "./small-portfolio.ts";

/** A database as the release before left it, and this release's runs on it. */
export type UpgradedDays = {
  readonly leap: ScriptedLeap;
  readonly source: Source;
  /** The old file, until it is upgraded. */
  readonly old: Connection;
  /** Brings the file up to date, as the first run of this release does. */
  readonly upgrade: () => Database;
  /** A run so many hours after noon with these meters at Leap; what it told of meters and groups. */
  readonly run: (
    hours: number,
    meters?: readonly MeterSketch[],
    options?: DayOptions,
  ) => Promise<{ readonly report: RunReport; readonly told: string[] }>;
  readonly close: () => Promise<void>;
};

export async function openUpgradedDays(version: Version): Promise<UpgradedDays> {
  const folder = mkdtempSync(join(tmpdir(), "database-upgrade-"));
  const path = join(folder, "old.sqlite");
  const leap = await openScriptedLeap();
  const old = openPreviousSchema(path);
  let days: Days | null = null;
  return {
    leap,
    old,
    source: { version, host: new URL(leap.url).host, account: leap.accountId },
    upgrade: () => {
      old.close();
      const database = openDatabase(path);
      days = openDays(leap, { apiVersion: version, concurrency: 1 }, { database } as Days);
      database.close();
      return days.database;
    },
    run: async (hours, meters = forty, options = {}) => {
      if (days === null) throw new Error("upgrade the database first");
      leap.dateMs = at(hours);
      leap.entries = meters.map((sketch) => toEntryAt(version, sketch, at(hours)));
      const before = lastSequence(days.database);
      const report = await days.run(at(hours), options);
      return { report, told: toLines(readChanges(days.database, before)) };
    },
    close: async () => {
      old.close();
      days?.close();
      await leap.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A week apart each, so that every window of a first sweep but the first holds some; twelve in New York. */
export const forty = toMeters("north");

export function toMeters(group: string): MeterSketch[] {
  return range(1, 40).map((number) => {
    const addedAt = new Date(Date.UTC(2026, 0, 2) + (number - 1) * 7 * dayMs).toISOString();
    const region = number > 28 ? "NYISO" : "CAISO";
    return { number, addedAt, region, stays: [{ group, from: "2026-11-01" }] };
  });
}

/** What Leap answered of all forty at an instant. */
export function toOldMeters(version: Version, group: string, nowMs = noon): OldMeter[] {
  return toMeters(group).map((sketch) => {
    const { document, addedMs } = toEntryAt(version, sketch, nowMs);
    return { document: document as JsonObject, addedMs, groupId: groupId(group) };
  });
}

/** Forty meters in one group, published at noon. */
export function fillPublished({ old, source }: UpgradedDays): void {
  const { version } = source;
  const meters = toOldMeters(version, "north");
  insertStream(old, source);
  insertRun(old, source, 1, "published");
  insertWindows(old, 1, meters, 5, { keepsSeen: false });
  insertFields(
    old,
    version,
    meters.map(({ document }) => document),
  );
  meters.forEach((meter, place) => {
    const key = place + 1;
    insert(old, "meter", {
      meter_key: key,
      meter_id: meterId(key),
      head_revision_id: key,
      head_fingerprint: insertRevision(old, version, key, key, meter),
      first_publication: 1,
      participation_preference: version === "v1" ? "Participate" : "PARTICIPATE",
      changed_at_ms: noon,
    });
    insert(old, "assignment", {
      meter_key: key,
      program: version === "v1" ? null : "CCA",
      market_group_id: meter.groupId,
      effective_from: "2026-11-10",
      known_from_ms: noon,
    });
  });
  fillGroup(old, version, meters.length);
  fillHorizons(old);
  insertEvent(old, "sync.published");
}

function fillGroup(connection: Connection, version: Version, memberCount: number): void {
  const north = { market_group_id: groupId("north") };
  const ids = range(1, memberCount).map((number) => `${meterId(number)}\n`);
  insert(connection, "market_group", {
    ...north,
    market_group_name: version === "v1" ? null : "north",
    version: 0,
  });
  insert(connection, "group_span", {
    ...north,
    effective_from: "2026-11-10",
    member_count: memberCount,
    members_sha256: createHash("sha256").update(ids.join("")).digest("hex"),
    programs: version === "v1" ? "[]" : '["CCA"]',
    regions: '["CAISO","NYISO"]',
  });
}

function fillHorizons(connection: Connection): void {
  for (const [region, zone] of [
    ["CAISO", "America/Los_Angeles"],
    ["NYISO", "America/New_York"],
  ] as const) {
    const own = { transmission_region: region };
    const last = { last_looked_at: "2026-11-12" };
    const shown = { today: "2026-11-10", first_looked_at: "2026-11-10", known_through: "2026-11-12" };
    insert(connection, "horizon", { ...own, zone, ...shown, ...last });
    insert(connection, "horizon_history", { ...own, publication: 1, ...last });
    for (const trade_date of ["2026-11-10", "2026-11-11", "2026-11-12"])
      insert(connection, "horizon_day", { ...own, trade_date });
  }
}

/** The one event told so far. */
export function insertEvent(connection: Connection, type: "sync.published" | "sync.failed"): void {
  const id = "e".repeat(64);
  const event = JSON.stringify({ sequence: "0".repeat(18).concat("1"), specversion: "1.0", id, type });
  const named = { id, type, subject: "run-1", partitionkey: "sync", run_id: "run-1" };
  insert(connection, "event", { sequence: 1, ...named, time_ms: noon, event });
  insert(connection, "event_count", { type, subject: "", program: "", told: 1 });
}
