import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LeapClient } from "../../src/leap/index.ts";
import { addDays, localDate } from "../support/calendar.ts";
import { type MeterSketch, meterId, toEntry } from "../support/documents.ts";
import { type DayOptions, type Days, openDays } from "../support/run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import { runConfigured } from "./configured-run.ts";
import { later } from "./later-release.ts";
import { breakAfter, dayMs, hourMs, noon, quarters, toEntryV1 } from "./small-portfolio.ts";

let leap: ScriptedLeap;
let days: Days;
beforeEach(async () => {
  leap = await openScriptedLeap();
  days = openDays(leap, { concurrency: 1 });
});
afterEach(async () => {
  days.close();
  await leap.close();
});

/** Six meters, spread over the windows of a first sweep. */
function six(group: string): MeterSketch[] {
  return [1, 2, 3, 4, 5, 6].map((number) => ({
    number,
    addedAt: new Date(Date.UTC(2026, 0, 2) + number * 40 * dayMs).toISOString(),
    stays: [{ group, from: "2026-11-01" }],
  }));
}

/** A run that reads so many pages and breaks down. */
async function breakDown(nowMs: number, pageCount: number, options: DayOptions = {}): Promise<void> {
  await expect(days.run(nowMs, { ...options, wrapLeap: breakAfter(pageCount) })).rejects.toThrow(
    "broke down",
  );
}

/** The five windows of a sweep, none of them split or begun again. */
function toWindows(counts: { read: number; resumed: number }) {
  return { total: 5, split: 0, restarted: 0, ...counts };
}

function readGroupNames(): string[] {
  const rows = days.database.prepare("SELECT DISTINCT market_group_name AS name FROM snapshot_group_members");
  return rows
    .all()
    .map(({ name }) => String(name))
    .sort();
}

describe("a window that was read too long ago", () => {
  it("is read again, however many runs have failed and resumed since", async () => {
    leap.entries = six("north").map(toEntry);
    await breakDown(noon, 3);
    leap.entries = six("south").map(toEntry);
    for (const hours of [5.9, 11.8, 17.7]) await breakDown(noon + hours * hourMs, 0);
    const report = await days.run(noon + 23.6 * hourMs);
    expect(report.windows).toEqual(toWindows({ read: 5, resumed: 0 }));
    expect(readGroupNames()).toEqual(["south"]);
  });

  it("is read again alone, while one read later by a resumed run stays", async () => {
    leap.entries = six("north").map(toEntry);
    await breakDown(noon, 2);
    leap.entries = six("south").map(toEntry);
    await breakDown(noon + 4 * hourMs, 1);
    leap.entries = six("west").map(toEntry);
    leap.forgetAsked();
    const report = await days.run(noon + 7 * hourMs);
    expect(report.windows).toEqual(toWindows({ read: 4, resumed: 1 }));
    expect(leap.asked.length).toBe(4);
    expect(report.meters).toMatchObject({ returned: 6, created: 6 });
    expect(readGroupNames()).toEqual(["south", "west"]);
  });

  it("is not read again while it is young enough", async () => {
    leap.entries = six("north").map(toEntry);
    await breakDown(noon, 3);
    const report = await days.run(noon + 5.9 * hourMs);
    expect(report.windows).toEqual(toWindows({ read: 2, resumed: 3 }));
  });
});

describe("a v1 sweep", () => {
  const answer = (nowMs: number, group = "north") => {
    const today = localDate(nowMs, "America/Los_Angeles");
    leap.entries = six(group).map((sketch) => toEntryV1(sketch, today));
  };

  it("is not resumed when it began too long ago, though one of its windows is young", async () => {
    answer(noon);
    await breakDown(noon, 2, { apiVersion: "v1" });
    await breakDown(noon + 4 * hourMs, 1, { apiVersion: "v1" });
    const report = await days.run(noon + 7 * hourMs, { apiVersion: "v1" });
    expect(report.windows).toEqual(toWindows({ read: 5, resumed: 0 }));
  });

  it("tells no remap after days of runs that failed every five hours", async () => {
    answer(noon);
    await days.run(noon, { apiVersion: "v1" });
    for (let hours = 5; hours <= 35; hours += 5) {
      answer(noon + hours * hourMs);
      await breakDown(noon + hours * hourMs, hours === 5 ? 3 : 0, { apiVersion: "v1", cuts: quarters });
    }
    answer(noon + 40 * hourMs);
    const report = await days.run(noon + 40 * hourMs, { apiVersion: "v1" });
    expect(report.changes).toEqual({});
    const today = localDate(noon + 40 * hourMs, "America/Los_Angeles");
    expect(report.horizons).toEqual({ CAISO: { first: today, last: addDays(today, 2) } });
  });

  it("is never resumed after a day, where a v2 sweep may be when so configured", async () => {
    for (const apiVersion of ["v1", "v2"] as const) {
      const own = openDays(leap, { concurrency: 1, apiVersion });
      answer(noon);
      if (apiVersion === "v2") leap.entries = six("north").map(toEntry);
      await expect(own.run(noon, { wrapLeap: breakAfter(3) })).rejects.toThrow("broke down");
      if (apiVersion === "v1") answer(noon + 25 * hourMs);
      const resumed = await runPatiently(own, apiVersion, noon + 25 * hourMs);
      expect([apiVersion, resumed]).toEqual([apiVersion, apiVersion === "v1" ? 0 : 3]);
      own.close();
    }
  });

  /** A run with METER_SYNC_RESUME_WITHIN at two days; returns how many windows it took over. */
  async function runPatiently(own: Days, apiVersion: "v1" | "v2", nowMs: number): Promise<number> {
    const config = { resumeWithinMs: 2 * dayMs };
    const report = await runConfigured(leap, own, nowMs, { apiVersion, config });
    return report.windows.resumed;
  }
});

describe("windows staged under another extraction version", () => {
  it("are read again by the release that reads documents differently", async () => {
    leap.entries = six("north").map(toEntry);
    await breakDown(noon, 3);
    const report = await days.run(noon + hourMs, { extractor: later({ meterType: "NEW" }) });
    expect(report.windows).toEqual(toWindows({ read: 5, resumed: 0 }));
    const types = days.database.prepare("SELECT DISTINCT meter_type FROM snapshot_meters").all();
    expect(types).toEqual([{ meter_type: "NEW" }]);
  });
});

describe("two windows that hold the same meter", () => {
  const twice = (group: string) => {
    const entry = toEntry({ number: 1, stays: [{ group, from: "2026-11-01" }] });
    return [
      { ...entry, addedMs: Date.parse("2025-12-05T00:00:00Z") },
      { ...entry, addedMs: Date.parse("2026-11-05T00:00:00Z") },
    ];
  };

  /** The first window waits for all others; then Leap says something else. */
  function holdFirstWindow(group: string, first: "read" | "fail"): DayOptions {
    let open = () => {};
    const others = new Promise<void>((resolve) => {
      open = resolve;
    });
    const wrapLeap = (client: LeapClient): LeapClient => ({
      ...client,
      readPage: async (window, token, signal) => {
        if (window.addedFromMs !== null) return client.readPage(window, token, signal);
        await others;
        leap.entries = twice(group);
        if (first === "fail") throw new Error("the network broke down");
        return client.readPage(window, token, signal);
      },
    });
    const onProgress: DayOptions["onProgress"] = ({ step, windowsDone, windowsTotal }) => {
      if (step === "read" && windowsDone === windowsTotal - 1) open();
    };
    return { concurrency: 2, wrapLeap, onProgress };
  }

  it("are settled by the later read, not by the later window", async () => {
    leap.entries = twice("north");
    const report = await days.run(noon, holdFirstWindow("south", "read"));
    expect(report.meters).toMatchObject({ returned: 1, repeated: 1, created: 1 });
    expect(readGroupNames()).toEqual(["south"]);
  });

  it("are settled by the later read also when that is a resumed run's", async () => {
    leap.entries = twice("north");
    await expect(days.run(noon, holdFirstWindow("south", "fail"))).rejects.toThrow("broke down");
    const report = await days.run(noon + hourMs);
    expect(report.windows).toEqual(toWindows({ read: 1, resumed: 4 }));
    expect(readGroupNames()).toEqual(["south"]);
    expect((await days.run(noon + 2 * hourMs)).changes).toEqual({});
    const heads = days.database.prepare("SELECT meter_id FROM snapshot_meters").all();
    expect(heads).toEqual([{ meter_id: meterId(1) }]);
  });
});
