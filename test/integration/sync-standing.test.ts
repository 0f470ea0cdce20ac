import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addDays } from "../support/calendar.ts";
import { groupId, type MeterSketch, meterId } from "../support/documents.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import { lastSequence, readChanges, readHistory, readMembers } from "../support/views.ts";
import { breakAfter, dayMs, hourMs, noon, quarters, threeDays, toEntryV1 } from "./small-portfolio.ts";

let leap: ScriptedLeap;
let days: Days;
beforeEach(async () => {
  leap = await openScriptedLeap();
  days = openDays(leap, { apiVersion: "v1", concurrency: 1 });
});
afterEach(async () => {
  days.close();
  await leap.close();
});

const first = "2026-11-10";

/** North today and tomorrow, then south: an answer with dates of its own. */
const dated: MeterSketch = {
  number: 1,
  stays: [
    { group: "north", from: "2026-11-01", to: "2026-11-11" },
    { group: "south", from: "2026-11-12" },
  ],
};
const steady: MeterSketch = {
  number: 2,
  addedAt: "2026-11-05T00:00:00.000Z",
  stays: [{ group: "north", from: "2026-11-01" }],
};
const unreadable: MeterSketch = { ...dated, extra: { enrollment: 7 } };

/** The dates and groups that the views give the dated meter. */
function readStay(): string[] {
  return readMembers(days.database)
    .map((row) => JSON.parse(row) as string[])
    .filter((row) => row[3] === meterId(1))
    .map(([date, group]) => `${date} ${group === groupId("north") ? "north" : "south"}`);
}

describe("a known v1 meter whose document came unreadable", () => {
  it("keeps its last known groups, day after day, without a remap", async () => {
    leap.entries = [dated, steady].map((sketch) => toEntryV1(sketch, first));
    await days.run(noon);
    const history = readHistory(days.database);
    for (const day of [1, 2, 3]) {
      const today = addDays(first, day);
      leap.entries = [unreadable, steady].map((sketch) => toEntryV1(sketch, today));
      const report = await days.run(noon + day * dayMs);
      expect([report.exit_code, report.changes]).toEqual([7, {}]);
      expect(report.meters).toMatchObject({ returned: 2, unreadable: 1, absent: 0, changed: 0 });
      expect(readStay()).toEqual(
        threeDays(today).map((date) => `${date} ${date < "2026-11-12" ? "north" : "south"}`),
      );
    }
    expect(readChanges(days.database)).toEqual([]);
    expect(readHistory(days.database)).toEqual(history);
  });

  it("keeps them also when a run that resumed another did not read that answer itself", async () => {
    leap.entries = [dated, steady].map((sketch) => toEntryV1(sketch, first));
    await days.run(noon);
    leap.entries = [unreadable, steady].map((sketch) => toEntryV1(sketch, addDays(first, 1)));
    const broken = days.run(noon + dayMs, { cuts: quarters, wrapLeap: breakAfter(3) });
    await expect(broken).rejects.toThrow("broke down");
    const report = await days.run(noon + dayMs + hourMs);
    expect(report.windows.resumed).toBe(3);
    expect([report.exit_code, report.meters.unreadable, report.changes]).toEqual([7, 1, {}]);
    expect(readStay()).toEqual(["2026-11-11 north", "2026-11-12 south", "2026-11-13 south"]);
    expect(readChanges(days.database)).toEqual([]);
  });

  it("is compared with its last known groups when it can be read again", async () => {
    leap.entries = [dated, steady].map((sketch) => toEntryV1(sketch, first));
    await days.run(noon);
    leap.entries = [unreadable, steady].map((sketch) => toEntryV1(sketch, addDays(first, 1)));
    await days.run(noon + dayMs);
    leap.entries = [dated, steady].map((sketch) => toEntryV1(sketch, addDays(first, 2)));
    expect((await days.run(noon + 2 * dayMs)).changes).toEqual({});
    const moved: MeterSketch = { ...dated, stays: [{ group: "north", from: "2026-11-01" }] };
    leap.entries = [moved, steady].map((sketch) => toEntryV1(sketch, addDays(first, 2)));
    await days.run(noon + 2 * dayMs + hourMs);
    const remaps = readChanges(days.database).filter(({ type }) => type === "meter.group.remapped");
    expect(remaps.map(({ event: { data } }) => [data.effective_from, data.to_market_group_ids])).toEqual([
      ["2026-11-12", [groupId("north")]],
    ]);
  });
});

describe("v1 days looked at that move back to include today again", () => {
  const plain = (number: number, group: string): MeterSketch => ({
    number,
    stays: [{ group, from: "2026-11-01" }],
  });

  it("tell what a document said of today all along, as a revised remap", async () => {
    const today = addDays(first, 1);
    leap.entries = [plain(1, "north"), plain(2, "north")].map((sketch) => toEntryV1(sketch, first));
    await days.run(noon);
    // One stray entry beyond the third day moves the days of the whole zone on by one.
    leap.entries = [
      toEntryV1(plain(1, "south"), today),
      toEntryV1(plain(2, "north"), today, [...threeDays(today), addDays(today, 3)]),
    ];
    const ahead = await days.run(noon + dayMs);
    expect(ahead.horizons.CAISO?.first).toBe(addDays(today, 1));
    expect(readStay()[0]).toBe(`${today} north`);

    const before = lastSequence(days.database);
    leap.entries = [plain(1, "south"), plain(2, "north")].map((sketch) => toEntryV1(sketch, today));
    const back = await days.run(noon + dayMs + hourMs);
    expect(back.horizons).toEqual({ CAISO: { first: today, last: addDays(today, 2) } });
    const told = readChanges(days.database, before).filter(({ type }) => type === "meter.group.remapped");
    expect(told.map(({ event: { data } }) => data)).toMatchObject([
      { meter_id: meterId(1), kind: "moved", basis: "revised", effective_from: today, effective_to: today },
    ]);
    expect(readStay()).toEqual(threeDays(today).map((date) => `${date} south`));
    expect((await days.run(noon + dayMs + 2 * hourMs)).changes).toEqual({});
  });
});
