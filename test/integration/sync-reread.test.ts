import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LeapClient } from "../../src/leap/index.ts";
import { addDays } from "../support/calendar.ts";
import { type MeterSketch, meterId, type Stay, toEntry } from "../support/documents.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import {
  lastSequence,
  readChanges,
  readEvents,
  readGroups,
  readHorizons,
  readMembers,
  readSnapshot,
} from "../support/views.ts";
import { later } from "./later-release.ts";
import { breakAfter, dayMs, hourMs, noon, toEntryV1 } from "./small-portfolio.ts";

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

const monthly: readonly Stay[] = [
  { group: "north", from: "2026-11-01", to: "2026-11-30" },
  { group: "south", from: "2026-12-01" },
];

/** Three meters, the third of which belongs to a region with a blank too many. */
function three(stays: readonly Stay[] = monthly): MeterSketch[] {
  return [1, 2, 3].map((number) => ({ number, region: number === 3 ? "NYISO " : "CAISO", stays }));
}

/** A release that takes the blank away, and so knows the region. */
const trimming = later(({ transmissionRegion }) => ({ transmissionRegion: transmissionRegion.trim() }));

/** Rows of snapshot_groups and the members behind them, as date, group and number. */
function readBoth(): { shown: string[]; counted: string[] } {
  const shown = readGroups(days.database).map((row) => JSON.parse(row) as [string, string, unknown, number]);
  const members = new Map<string, Set<string>>();
  for (const row of readMembers(days.database)) {
    const [date, group, , meter] = JSON.parse(row) as [string, string, string, string];
    members.set(`${date} ${group}`, (members.get(`${date} ${group}`) ?? new Set()).add(meter));
  }
  return {
    shown: shown.map(([date, group, , count]) => `${date} ${group} ${count}`).sort(),
    counted: [...members].map(([key, meters]) => `${key} ${meters.size}`).sort(),
  };
}

function expectAgreement(memberCount: number): void {
  const { shown, counted } = readBoth();
  expect(shown).toEqual(counted);
  expect(readMembers(days.database).length).toBe(memberCount);
}

describe("a release that reads the region differently (I10)", () => {
  it("shows nothing of it before the publication, whichever step of the run fails", async () => {
    leap.entries = three().map(toEntry);
    await days.run(noon);
    const before = readSnapshot(days.database);
    const failing = days.run(noon + dayMs, { extractor: trimming, wrapLeap: breakAfter(0) });
    await expect(failing).rejects.toThrow("broke down");
    expect(readSnapshot(days.database)).toEqual(before);

    // The plan is whole, and the last statement of the publication fails.
    const unpublished = days.run(noon + dayMs, {
      extractor: trimming,
      wrapDatabase: (database) => ({
        ...database,
        prepare: (sql) => {
          if (sql.startsWith("UPDATE stream SET api_version")) throw new Error("cannot publish");
          return database.prepare(sql);
        },
      }),
    });
    await expect(unpublished).rejects.toThrow("cannot publish");
    expect(readSnapshot(days.database)).toEqual(before);
    const revisions = days.database.prepare("SELECT count(*) AS n FROM revision").get();
    expect(revisions).toEqual({ n: 3 });
  });

  it("shows nothing of it while the run still reads", async () => {
    leap.entries = three().map(toEntry);
    await days.run(noon);
    const before = readSnapshot(days.database);
    let looks = 0;
    const looking = (client: LeapClient): LeapClient => ({
      ...client,
      readPage: (window, token, signal) => {
        looks += 1;
        expect(readSnapshot(days.database)).toEqual(before);
        return client.readPage(window, token, signal);
      },
    });
    await days.run(noon + dayMs, { extractor: trimming, wrapLeap: looking });
    expect(looks).toBeGreaterThan(0);
    expect(readSnapshot(days.database)).not.toEqual(before);
  });

  it("leaves views that agree with each other, and tells nothing", async () => {
    leap.entries = three().map(toEntry);
    await days.run(noon);
    expectAgreement(9);
    const before = lastSequence(days.database);
    await days.run(noon + dayMs, { extractor: trimming });
    expectAgreement(9);
    expect(readHorizons(days.database).NYISO).toEqual({ first: "2026-11-11", last: "2026-11-13" });
    const row = days.database
      .prepare("SELECT transmission_region AS region FROM snapshot_meters WHERE meter_id = ?")
      .get(meterId(3));
    expect(row).toEqual({ region: "NYISO" });
    expect(readEvents(days.database, before).map(({ type }) => type)).toEqual(["sync.published"]);
  });

  it("leaves nothing behind when a run was killed before it published, and another resumes", async () => {
    leap.entries = three().map(toEntry);
    await days.run(noon);
    const killed = days.run(noon + dayMs, {
      extractor: trimming,
      wrapDatabase: (database) => ({
        ...database,
        prepare: (sql) => {
          // Neither the publication nor the failure can be written: the process is gone.
          if (/^UPDATE run SET status = \?|^UPDATE stream SET api/.test(sql)) throw new Error("killed");
          return database.prepare(sql);
        },
      }),
    });
    await expect(killed).rejects.toThrow("killed");
    const report = await days.run(noon + dayMs + hourMs, { extractor: trimming });
    expect([report.status, report.windows.resumed, report.changes]).toEqual(["published", 1, {}]);
    expectAgreement(9);
    const count = (table: string) => days.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n;
    expect([count("staged_revision"), count("revision")]).toEqual([0, 4]);
  });

  it("goes on to the next delivery period, told once", async () => {
    leap.entries = three().map(toEntry);
    await days.run(noon);
    await days.run(noon + dayMs, { extractor: trimming });
    const told: string[] = [];
    for (const day of [18, 19, 20, 21]) {
      const report = await days.run(noon + day * dayMs, { extractor: trimming });
      told.push(`${day} ${report.changes["meter.group.remapped"] ?? 0}`);
      expectAgreement(9);
    }
    expect(told).toEqual(["18 0", "19 3", "20 0", "21 0"]);
    const remaps = readChanges(days.database).filter(({ type }) => type === "meter.group.remapped");
    expect(new Set(remaps.map(({ event: { data } }) => data.effective_from))).toEqual(
      new Set(["2026-12-01"]),
    );
  });

  it("reads the participation preference anew too", async () => {
    leap.entries = three().map(toEntry);
    await days.run(noon);
    const before = lastSequence(days.database);
    const lowering = later(({ preferences }) => ({
      preferences: preferences.map((one) => ({ ...one, preference: one.preference.toLowerCase() })),
    }));
    await days.run(noon + hourMs, { extractor: lowering });
    const rows = days.database.prepare("SELECT DISTINCT participation_preference AS p FROM snapshot_meters");
    expect(rows.all()).toEqual([{ p: "participate" }]);
    expect(readChanges(days.database, before)).toEqual([]);
  });
});

describe("a v1 meter that stands as it is while a release reads its region differently", () => {
  const stays: readonly Stay[] = [{ group: "north", from: "2026-11-01" }];

  it.each([
    ["came unreadable", { enrollment: 7 }, [{}, {}, {}]],
    ["did not come", null, [{ "meter.missing": 1 }, {}, { "meter.reappeared": 1 }]],
  ])("stays in its group when it %s, and after it is back", async (_, extra, told) => {
    const answer = (day: number, odd: MeterSketch[]) => {
      const sketches = [...three(stays).slice(0, 2), ...odd];
      leap.entries = sketches.map((sketch) => toEntryV1(sketch, addDays("2026-11-10", day)));
    };
    const options = { apiVersion: "v1", extractor: trimming } as const;
    const third = three(stays)[2]!;
    answer(0, [third]);
    await days.run(noon, { apiVersion: "v1" });
    // Eight hours later its assignments do not end yet.
    for (const [place, hours] of [24, 32].entries()) {
      answer(1, extra === null ? [] : [{ ...third, extra }]);
      expect((await days.run(noon + hours * hourMs, options)).changes).toEqual(told[place]);
      expectAgreement(9);
    }
    answer(3, [third]);
    expect((await days.run(noon + 3 * dayMs, options)).changes).toEqual(told[2]);
    expectAgreement(9);
  });
});
