import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addDays, startOfDay } from "../support/calendar.ts";
import { documentV2, groupId, type MeterSketch, toEntry } from "../support/documents.ts";
import { openOracle } from "../support/oracle.ts";
import { openInspector } from "../support/publication-check.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { saysOfV2 } from "../support/says.ts";
import { openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import {
  countRows,
  lastSequence,
  readChanges,
  readEvents,
  readGroups,
  readMembers,
} from "../support/views.ts";

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

/** Ten in the morning in Los Angeles. */
const morning = (date: string) => startOfDay(date, "America/Los_Angeles") + 10 * 3_600_000;

/** What a run at this instant tells of meters and groups. */
async function tell(nowMs: number, horizonDays = 3) {
  const before = lastSequence(days.database);
  await days.run(nowMs, { horizonDays });
  return readChanges(days.database, before);
}

const monthly: MeterSketch[] = [1, 2, 3].map((number) => ({
  number,
  stays: [
    { group: "oct", from: "2026-10-01", to: "2026-10-31" },
    { group: number === 3 ? null : "nov", from: "2026-11-01", to: "2026-11-30" },
  ],
}));

describe("time alone", () => {
  it("tells the next delivery period on the day it enters the horizon, once", async () => {
    leap.entries = monthly.map(toEntry);
    const told: Record<string, string[]> = {};
    for (let date = "2026-10-25"; date <= "2026-11-03"; date = addDays(date, 1)) {
      const events = [...(await tell(morning(date))), ...(await tell(morning(date) + 3_600_000))];
      if (events.length > 0) {
        told[date] = events.map(
          ({ type, event: { data } }) => `${type} ${data.effective_from} ${data.kind ?? ""}`,
        );
      }
    }
    expect(Object.keys(told)).toEqual(["2026-10-30"]);
    expect(told["2026-10-30"]!.sort()).toEqual([
      "meter.enrollment.group.updated 2026-11-01 ",
      "meter.enrollment.group.updated 2026-11-01 ",
      "meter.group.remapped 2026-11-01 moved",
      "meter.group.remapped 2026-11-01 moved",
      "meter.group.remapped 2026-11-01 unassigned",
    ]);
    const reasons = readChanges(days.database).map(({ event: { data } }) => data.reason);
    expect(reasons.filter((reason) => reason)).toEqual(["not_assigned_yet"]);
  });

  it("tells a preference when it begins and when it ends, once each", async () => {
    const preferences = [
      { participation_preference: "PARTICIPATE", start_time: "2026-01-02T00:00:00Z" },
      {
        participation_preference: "IDLE",
        start_time: "2026-11-10T12:00:00Z",
        end_time: "2026-11-12T12:00:00Z",
      },
    ];
    leap.entries = [toEntry({ number: 1, preferences }), toEntry({ number: 2 })];
    const told: string[] = [];
    for (const time of [
      "10T11:59",
      "10T12:00",
      "10T12:00",
      "10T18:00",
      "11T12:00",
      "12T11:59",
      "12T12:00",
      "13T12:00",
    ]) {
      for (const { type, event } of await tell(Date.parse(`2026-11-${time}:00Z`))) {
        told.push(`${time} ${type} ${event.data.before.preference} ${event.data.after.preference}`);
      }
    }
    const type = "meter.enrollment.participation-status.updated";
    expect(told).toEqual([`10T12:00 ${type} PARTICIPATE IDLE`, `12T12:00 ${type} IDLE PARTICIPATE`]);
  });

  it("writes nothing but the run where nothing changed, on the same day and on the next", async () => {
    leap.entries = monthly.map(toEntry);
    await days.run(morning("2026-10-10"));
    for (const nowMs of [morning("2026-10-10") + 60_000, morning("2026-10-11")]) {
      const before = countRows(days.database);
      const heads = days.database.prepare("SELECT * FROM meter").all();
      await days.run(nowMs);
      const after = countRows(days.database);
      const grown = Object.keys(after).filter((table) => after[table] !== before[table]);
      expect(
        grown.filter((table) => !["run", "read_window", "event", "event_count"].includes(table)),
      ).toEqual([]);
      expect(days.database.prepare("SELECT * FROM meter").all()).toEqual(heads);
      expect([after.run! - before.run!, after.event! - before.event!]).toEqual([1, 1]);
    }
  });
});

describe("the days that are looked at", () => {
  async function publish(
    inspector: ReturnType<typeof openInspector>,
    oracle: ReturnType<typeof openOracle>,
    nowMs: number,
    horizonDays: number,
    sketches: readonly MeterSketch[],
  ) {
    leap.entries = sketches.map(toEntry);
    const where = `${new Date(nowMs).toISOString()}, ${horizonDays} days`;
    const report = await days.run(nowMs, { horizonDays });
    inspector.inspect(
      where,
      report,
      oracle.publish(
        nowMs,
        sketches.map((sketch) => saysOfV2(documentV2(sketch))),
        horizonDays,
      ),
    );
  }

  const moving = (day: number): MeterSketch[] => [
    {
      number: 1,
      stays: [
        { group: "a", from: "2026-10-01", to: "2026-10-29" },
        { group: "b", from: "2026-10-30" },
      ],
    },
    {
      number: 2,
      region: "NYISO",
      stays: [{ group: day % 2 === 0 ? "a" : "b", from: addDays("2026-10-25", day) }],
    },
    { number: 3, stays: [{ group: "c", from: "2026-10-01", to: addDays("2026-10-24", day) }] },
    ...(day > 2 ? [{ number: 4, stays: [{ group: "a", from: "2026-10-01" }] }] : []),
  ];

  it("keep what was published beyond a horizon of 5, then 3, then 5 days", async () => {
    const [oracle, inspector] = [openOracle(), openInspector(days.database)];
    for (const [day, horizonDays] of [5, 5, 3, 3, 3, 5, 5, 2, 7].entries()) {
      await publish(inspector, oracle, morning(addDays("2026-10-25", day)), horizonDays, moving(day));
      if (day === 0 || day === 3) inspector.beginConsumers();
    }
    expect(inspector.counts().applied).toBeGreaterThan(10);
  });

  it("begin the day after the last run's today, after three days and after a month without one", async () => {
    const [oracle, inspector] = [openOracle(), openInspector(days.database)];
    for (const day of [0, 1, 5, 36, 37]) {
      await publish(inspector, oracle, morning(addDays("2026-10-25", day)), 3, moving(day));
      if (day === 0) inspector.beginConsumers();
    }
    const leads = readEvents(days.database).flatMap(({ event: { data } }) => data.lead_time_hours ?? []);
    expect(Math.min(...leads)).toBeLessThan(-24);
  });

  it("keep what was published further ahead for a meter that has changed its region since", async () => {
    const stays = [
      { group: "a", from: "2026-10-01", to: "2026-10-27" },
      { group: "b", from: "2026-10-28" },
    ];
    const nowMs = morning("2026-10-25");
    leap.entries = [toEntry({ number: 1, region: "NYISO", stays })];
    await days.run(nowMs, { horizonDays: 5 });
    leap.entries = [toEntry({ number: 1, region: "CAISO", stays })];
    expect(await tell(nowMs, 3)).toEqual([]);
    leap.entries = [toEntry({ number: 1, region: "CAISO", stays, reference: "another" })];
    expect((await tell(nowMs, 3)).map(({ type }) => type)).toEqual(["meter.partner-reference.updated"]);
  });

  it("are those of its old region in what was published of a meter that has changed its region", async () => {
    const [oracle, inspector] = [openOracle(), openInspector(days.database)];
    // Half past ten in the evening means the next midnight in New York, and the day itself in Los Angeles.
    const toRow = (program: string, from: string, to: string) => ({
      program_identifier: program,
      enrollment_status: "ACTIVE",
      delivery_period_start_date_time: from,
      delivery_period_end_date_time: to,
      market_group_id: groupId("a"),
    });
    const until27 = toRow("CCA", "2026-10-01T04:00:00Z", "2026-10-27T02:30:00Z");
    const until30 = toRow("ELRP", "2026-10-01T04:00:00Z", "2026-10-30T04:00:00Z");
    const from27 = toRow("ELRP", "2026-10-27T02:30:00Z", "2026-10-30T04:00:00Z");
    const sketch = (region: string, ...rows: object[]): MeterSketch[] => [
      { number: 1, region, extra: { program_enrollment: rows } },
    ];
    await publish(inspector, oracle, morning("2026-10-24"), 3, sketch("NYISO", until27, until30));
    // What the shorter horizon does not look at stays published, though no document gives it any more.
    await publish(inspector, oracle, morning("2026-10-25"), 1, sketch("NYISO", until27, from27));
    const sequence = lastSequence(days.database);
    await publish(inspector, oracle, morning("2026-10-26"), 3, sketch("CAISO", until27));
    const told = readChanges(days.database, sequence).flatMap(({ event: { data } }) =>
      data.program ? [`${data.program} from ${data.effective_from}: ${data.reason}`] : [],
    );
    expect(told).toEqual(["CCA from 2026-10-27: withdrawn", "ELRP from 2026-10-26: period_ended"]);
  });

  it("show a group in snapshot_groups with the members that snapshot_group_members shows", async () => {
    leap.entries = [
      toEntry({ number: 1, region: "CAISO", stays: [{ group: "a", from: "2026-10-01" }] }),
      toEntry({ number: 2, region: "NYISO", stays: [{ group: "a", from: "2026-10-01", to: "2026-11-09" }] }),
    ];
    await days.run(Date.parse("2026-11-09T18:00:00Z"));
    // It is tomorrow in New York already, and what ended there yesterday is today's in Los Angeles.
    await days.run(Date.parse("2026-11-10T06:00:00Z"));
    const members = readMembers(days.database).map((row) => JSON.parse(row) as string[]);
    for (const row of readGroups(days.database)) {
      const [date, group, , count] = JSON.parse(row) as [string, string, unknown, number];
      const shown = new Set(
        members.filter((one) => one[0] === date && one[1] === group).map((one) => one[3]),
      );
      expect(shown.size, row).toBe(count);
    }
  });

  it("tell A, B, A, B on one date in four events with four ids", async () => {
    const sketch = (group: string): MeterSketch => ({ number: 1, stays: [{ group, from: "2026-10-01" }] });
    leap.entries = [toEntry(sketch("b"))];
    await days.run(morning("2026-10-25"));
    const ids: string[] = [];
    for (const [place, group] of ["a", "b", "a", "b"].entries()) {
      leap.entries = [toEntry(sketch(group))];
      const told = await tell(morning("2026-10-25") + place * 60_000);
      expect(told.length).toBe(3);
      ids.push(...told.map(({ id }) => id));
      expect(told.every(({ event: { data } }) => data.effective_from === "2026-10-25")).toBe(true);
    }
    expect(new Set(ids).size).toBe(12);
  });
});
