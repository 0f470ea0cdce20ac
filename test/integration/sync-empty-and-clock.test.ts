import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { meterId, toEntry } from "../support/documents.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import { dayMs, noon, refuse, six, sketch, types } from "../support/six-meters.ts";
import { readChanges, readEvents, readSnapshot } from "../support/views.ts";

let leap: ScriptedLeap;
let days: Days;
beforeEach(async () => {
  leap = await openScriptedLeap();
  days = openDays(leap);
});
afterEach(async () => {
  days.close();
  await leap.close();
});

describe("a sweep that returns no meter", () => {
  it("is held where meters are known, says so, and the next one publishes", async () => {
    leap.entries = six.map(toEntry);
    await days.run(noon);
    const before = readSnapshot(days.database);
    leap.entries = [];
    const held = await days.run(noon + dayMs);
    expect([held.status, held.exit_code, held.trips.map(({ rule }) => rule)]).toEqual([
      "held",
      6,
      ["empty_sweep"],
    ]);
    expect(held.published_at).toBeNull();
    expect(readSnapshot(days.database)).toEqual(before);
    expect(types(readEvents(days.database))).toEqual(["sync.published", "sync.held"]);
    leap.entries = [sketch(1, "south"), ...six.slice(1)].map(toEntry);
    const clean = await days.run(noon + dayMs);
    expect([clean.status, clean.exit_code]).toEqual(["published", 0]);
    const told = readEvents(days.database).slice(2);
    expect(types(told).sort()).toEqual([
      "meter.enrollment.group.updated",
      "meter.enrollment.group.updated",
      "meter.group.remapped",
      "sync.published",
    ]);
    expect(told.map(({ sequence }) => sequence)).toEqual([3, 4, 5, 6]);
    const runs = days.database.prepare("SELECT status FROM snapshot_runs ORDER BY run_id").all();
    expect(runs.map(({ status }) => status)).toEqual(["published", "superseded", "published"]);
  });

  it("is no baseline where none is known: the first sweep with a meter is", async () => {
    const empty = await days.run(noon);
    expect([empty.status, empty.exit_code, empty.published_at, empty.is_baseline]).toEqual([
      "published",
      0,
      null,
      false,
    ]);
    expect(empty.warnings.length).toBe(1);
    expect(readEvents(days.database)).toEqual([]);
    const row = days.database.prepare("SELECT status, published_at FROM snapshot_runs").get();
    expect(row).toEqual({ status: "published", published_at: null });
    leap.entries = six.map(toEntry);
    const first = await days.run(noon + dayMs);
    expect([first.is_baseline, first.exit_code]).toEqual([true, 0]);
    expect(types(readEvents(days.database))).toEqual(["sync.published"]);
  });

  it("tells every meter and group of the baseline from count 0 where that is asked for", async () => {
    leap.entries = six.map(toEntry);
    await days.run(noon, { baselineEvents: true });
    const told = readEvents(days.database);
    expect(types(told).filter((type) => type === "meter.created").length).toBe(6);
    const remaps = told.filter(({ type }) => type === "meter.group.remapped");
    expect(remaps.map(({ event: { data } }) => [data.kind, data.from_market_group_ids])).toEqual(
      six.map(() => ["assigned", []]),
    );
    const [update, ...others] = told.filter(({ type }) => type === "meter.enrollment.group.updated");
    expect(others).toEqual([]);
    expect(update!.event.data).toMatchObject({
      before: { member_count: 0, version: 0 },
      after: { member_count: 6, version: 1 },
      added_meter_ids: six.map(({ number }) => meterId(number)),
      effective_from: "2026-11-10",
      effective_to: null,
    });
  });
});

describe("a clock that went back", () => {
  it("by half an hour plans as of the last publication", async () => {
    leap.entries = six.map(toEntry);
    // Just after midnight in Los Angeles; half an hour earlier it is yesterday.
    const justAfter = Date.parse("2026-11-10T08:10:00Z");
    await days.run(justAfter);
    leap.entries = [sketch(1, "south"), ...six.slice(1)].map(toEntry);
    const report = await days.run(justAfter - 30 * 60_000);
    expect([report.exit_code, report.published_at]).toEqual([0, "2026-11-10T08:10:00.000Z"]);
    const told = readChanges(days.database);
    expect(
      told
        .filter(({ type }) => type === "meter.group.remapped")
        .map(({ event: { data } }) => data.effective_from),
    ).toEqual(["2026-11-10"]);
    expect(
      readEvents(days.database).every(
        ({ event }) => "time" in event && event.time === "2026-11-10T08:10:00.000Z",
      ),
    ).toBe(true);
  });

  it("by two hours ends with exit 3, and nothing has changed", async () => {
    leap.entries = six.map(toEntry);
    await days.run(noon);
    const events = readEvents(days.database).length;
    expect((await refuse(days, noon - 2 * 3_600_000)).kind).toBe("environment");
    expect(readEvents(days.database).length).toBe(events);
  });
});
