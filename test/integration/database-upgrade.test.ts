import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../src/database/index.ts";
import { readEvents, readMembers, readSnapshot } from "../support/views.ts";
import { range } from "./portfolio-days.ts";
import { fillPublished, forty, openUpgradedDays, toMeters, type UpgradedDays } from "./previous-release.ts";
import { hourMs, noon } from "./small-portfolio.ts";

let days: UpgradedDays;
afterEach(() => days.close());

describe.each(["v2", "v1"] as const)("a database that the release before published from %s", (version) => {
  beforeEach(async () => {
    days = await openUpgradedDays(version);
    fillPublished(days);
  });

  it("shows the same through its views, and knows regions, statuses and dates added of its meters", () => {
    const old = { prepare: (sql: string) => days.old.prepare(sql) } as Database;
    const before = readSnapshot(old);
    const members = readMembers(old);
    expect([members.length, before.meters!.length, before.groups!.length]).toEqual([120, 40, 3]);
    const database = days.upgrade();
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

  it("is told nothing by its first sweep and poll, and has a certificate from then on", async () => {
    const database = days.upgrade();
    const { report, told } = await days.run(24);
    expect([report.status, report.exit_code, told, report.trips]).toEqual(["published", 0, [], []]);
    expect(report.meters).toMatchObject({ returned: 40, unchanged: 40, created: 0, absent: 0, moved: 0 });
    expect(report.certificate).toMatchObject({ is_certified: true, returned: 40, documents: 40, moved: 0 });
    expect(report.certificate!.regions).toEqual({
      CAISO: { before: null, after: 28 },
      NYISO: { before: null, after: 12 },
    });
    const next = await days.run(25);
    expect([next.told, next.report.certificate!.regions.CAISO]).toEqual([[], { before: 28, after: 28 }]);
    const polled = await days.run(26, forty, { mode: "poll" });
    expect([polled.report.mode, polled.report.status, polled.told]).toEqual(["poll", "published", []]);
    const types = readEvents(database).map(({ type }) => type);
    expect(types).toEqual(["sync.published", "sync.published", "sync.published", "sync.published"]);
    expect(readMembers(database).length).toBe(120);
  });

  it("can be polled at once, from where its last sweep began", async () => {
    days.upgrade();
    const { report, told } = await days.run(1, forty, { mode: "poll" });
    expect([report.mode, report.status, told]).toEqual(["poll", "published", []]);
    const since = days.leap.asked.map(({ body }) => body.last_modified_date_time ?? body.date_last_modified);
    expect(since).toEqual([new Date(noon - hourMs / 6).toISOString()]);
  });

  it("tells what has changed since, with ids and versions that go on", async () => {
    const database = days.upgrade();
    const moved = [...toMeters("south").slice(0, 2), ...forty.slice(2)];
    const { told } = await days.run(24, moved);
    expect(told).toEqual([
      "remapped 1: north → south, 2026-11-11…, revised",
      "remapped 2: north → south, 2026-11-11…, revised",
      "group north: +0 -2, 2026-11-11…",
      "group south: +2 -0, 2026-11-11…",
    ]);
    const sequences = readEvents(database).map(({ sequence }) => sequence);
    expect(sequences).toEqual(range(1, sequences.length));
    expect((await days.run(25, moved)).told).toEqual([]);
  });

  it("is weighed by its regions at once, and its absences are told and ended like any other", async () => {
    days.upgrade();
    const held = await days.run(1, forty.slice(0, 28));
    const { trips } = held.report;
    expect(trips.map(({ rule }) => rule)).toEqual(["absent_meters", "absent_region"]);
    expect(trips[1]!.numbers).toMatchObject({ known: 12, absent: 12 });
    expect((await days.run(2, forty.slice(1))).told).toEqual(["missing 1"]);
    expect((await days.run(14, forty.slice(1))).told).toEqual([
      "remapped 1: north → none, 2026-11-11…, revised missing",
      "group north: +0 -1, 2026-11-11…",
    ]);
  });

  it("is held where all of its groups are gone, on whatever later day", async () => {
    days.upgrade();
    const none = forty.map((sketch) => ({ ...sketch, stays: [] }));
    for (const hours of [1, 24, 96]) {
      const { report } = await days.run(hours, none);
      expect([hours, report.status, report.exit_code]).toEqual([hours, "held", 6]);
    }
  });
});
