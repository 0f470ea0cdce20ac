import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import type { JsonObject } from "../../src/meter/index.ts";
import { groupId, meterId, type MeterSketch } from "../support/documents.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import { readChanges, readEvents, readMembers, readSnapshot } from "../support/views.ts";
import { at } from "./poll-days.ts";
import { inGroup, range, toEntryAt, toLines, type Version } from "./portfolio-days.ts";
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
  toSeen,
} from "./previous-schema.ts";
import { dayMs, hourMs, noon } from "./small-portfolio.ts";

let folder: string;
let path: string;
let leap: ScriptedLeap;
let days: Days | null;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "database-upgrade-"));
  path = join(folder, "old.sqlite");
  leap = await openScriptedLeap();
  days = null;
});
afterEach(async () => {
  days?.close();
  await leap.close();
  rmSync(folder, { recursive: true });
});

/** A week apart each, so that every window of the first sweep but the first holds some; a few in New York. */
const forty = range(1, 40).map((number): MeterSketch => {
  const addedAt = new Date(Date.UTC(2026, 0, 2) + (number - 1) * 7 * dayMs).toISOString();
  const region = number > 28 ? "NYISO" : "CAISO";
  return { number, addedAt, region, stays: [{ group: "north", from: "2026-11-01" }] };
});

const toSource = (version: Version) => ({
  version,
  host: new URL(leap.url).host,
  account: leap.accountId,
});

function toOldMeters(version: Version, sketches = forty): OldMeter[] {
  return sketches.map((sketch) => {
    const { document, addedMs } = toEntryAt(version, sketch, noon);
    return { document: document as JsonObject, addedMs, groupId: groupId(sketch.stays![0]!.group!) };
  });
}

/** Forty meters, published at noon by the release before. */
function fillPublished(connection: Connection, version: Version): void {
  const meters = toOldMeters(version);
  insertStream(connection, toSource(version));
  insertRun(connection, toSource(version), 1, "published");
  insertWindows(connection, 1, meters, 5, { keepsSeen: false });
  insertFields(connection, version, meters.map(({ document }) => document));
  meters.forEach((meter, place) => {
    const key = place + 1;
    insert(connection, "meter", {
      meter_key: key,
      meter_id: meterId(key),
      head_revision_id: key,
      head_fingerprint: insertRevision(connection, version, key, key, meter),
      first_publication: 1,
      participation_preference: version === "v1" ? "Participate" : "PARTICIPATE",
      changed_at_ms: noon,
    });
    insert(connection, "assignment", {
      meter_key: key,
      program: version === "v1" ? null : "CCA",
      market_group_id: meter.groupId,
      effective_from: "2026-11-10",
      known_from_ms: noon,
    });
  });
  fillDays(connection, version, meters.length);
}

/** Groups, horizons and the one event of that publication. */
function fillDays(connection: Connection, version: Version, memberCount: number): void {
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
  insertEvent(connection, "sync.published");
}

function insertEvent(connection: Connection, type: "sync.published" | "sync.failed"): void {
  const id = "e".repeat(64);
  const event = JSON.stringify({ sequence: "0".repeat(18).concat("1"), specversion: "1.0", id, type });
  const named = { id, type, subject: "run-1", partitionkey: "sync", run_id: "run-1" };
  insert(connection, "event", { sequence: 1, ...named, time_ms: noon, event });
  insert(connection, "event_count", { type, subject: "", program: "", told: 1 });
}

/** Brings the file up to date, as the first run of this release does. */
function upgrade(version: Version): Database {
  const database = openDatabase(path);
  days = openDays(leap, { apiVersion: version, concurrency: 1 }, { database } as Days);
  database.close();
  return days.database;
}

/** A run so many hours after noon with these meters at Leap. */
async function run(version: Version, hours: number, meters = forty, mode: "sweep" | "poll" = "sweep") {
  leap.dateMs = at(hours);
  leap.entries = meters.map((sketch) => toEntryAt(version, sketch, at(hours)));
  const before = readEvents(days!.database).at(-1)!.sequence;
  const report = await days!.run(at(hours), { mode });
  return { report, told: toLines(readChanges(days!.database, before)) };
}

describe.each(["v2", "v1"] as const)("a database that the release before published from %s", (version) => {
  let connection: Connection;
  beforeEach(() => {
    connection = openPreviousSchema(path);
    fillPublished(connection, version);
  });
  afterEach(() => connection.close());

  it("shows the same through its views, and knows regions, statuses and dates added of its meters", () => {
    const old = { prepare: (sql: string) => connection.prepare(sql) } as Database;
    const before = readSnapshot(old);
    const members = readMembers(old);
    expect([members.length, before.meters!.length, before.groups!.length]).toEqual([120, 40, 3]);
    connection.close();
    const database = upgrade(version);
    expect(readSnapshot(database)).toEqual(before);
    const rows = database.prepare("SELECT * FROM meter ORDER BY meter_key").all();
    expect(rows.length).toBe(40);
    rows.forEach((row, place) => {
      const { region, addedAt } = forty[place]!;
      expect(row).toMatchObject({
        transmission_region: region,
        enrollment_status: version === "v1" ? "Active" : "ACTIVE",
        added_at_ms: version === "v1" ? null : Date.parse(addedAt!),
        is_missing: 0,
        missing_since_ms: null,
        ended_at_ms: null,
        is_absence_released: 0,
      });
    });
    const stream = database.prepare("SELECT published_at_ms, planned_at_ms FROM stream").get();
    expect(stream).toEqual({ published_at_ms: noon, planned_at_ms: noon });
  });

  it("is told nothing by its first sweep and its first poll, and has a certificate from then on", async () => {
    connection.close();
    upgrade(version);
    const { report, told } = await run(version, 24);
    expect([report.status, report.exit_code, told, report.trips]).toEqual(["published", 0, [], []]);
    expect(report.meters).toMatchObject({ returned: 40, unchanged: 40, created: 0, absent: 0, moved: 0 });
    expect(report.certificate).toMatchObject({ is_certified: true, returned: 40, documents: 40, moved: 0 });
    expect(report.certificate!.regions).toEqual({
      CAISO: { before: null, after: 28 },
      NYISO: { before: null, after: 12 },
    });
    const next = await run(version, 25);
    expect([next.told, next.report.certificate!.regions.CAISO]).toEqual([[], { before: 28, after: 28 }]);
    const polled = await run(version, 26, forty, "poll");
    expect([polled.report.mode, polled.report.status, polled.told]).toEqual(["poll", "published", []]);
    const types = readEvents(days!.database).map(({ type }) => type);
    expect(types).toEqual(["sync.published", "sync.published", "sync.published", "sync.published"]);
    expect(readMembers(days!.database).length).toBe(120);
  });

  it("can be polled at once, from where its last sweep began", async () => {
    connection.close();
    upgrade(version);
    const { report, told } = await run(version, 1, forty, "poll");
    expect([report.mode, report.status, told]).toEqual(["poll", "published", []]);
    const since = leap.asked.map(({ body }) => body.last_modified_date_time ?? body.date_last_modified);
    expect(since).toEqual([new Date(noon - hourMs / 6).toISOString()]);
  });
});
