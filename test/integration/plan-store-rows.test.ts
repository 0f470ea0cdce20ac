import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { loadPlanChanges, loadPlanFacts, toReader } from "../../src/reader/index.ts";
import { openChance } from "../support/chance.ts";
import { openResidentPortfolio } from "../support/resident-portfolio.ts";
import { openDays } from "../support/run-days.ts";
import { openScriptedLeap } from "../support/scripted-leap.ts";
import { countPlan, type ToldEvent, withoutFlowNames } from "./plan-count.ts";
import { fillSmallDatabase, group, insert, runId } from "./small-database.ts";

const held = "run-2";

describe("the numbers of a plan, row by row", () => {
  it("adds up the parts of a group update, and names groups that only the plan knows", () => {
    const joining = ["m-1", "m-2", "m-3", "m-4"];
    const events = [
      created("m-4"),
      ...["m-1", "m-2"].map((id) => remapped(id, [group.south], ["g-new"])),
      // Out of one program, into another.
      remapped("m-3", [group.north], []),
      ...["m-3", "m-4"].map((id) => remapped(id, [], ["g-new"])),
      ...[1, 2].map((part) =>
        updated("g-new", { added: joining.slice(part * 2 - 2, part * 2), before: 0, after: 4, part }),
      ),
    ];
    const database = openHeld(events);
    insert(database, "staged_group", { run_key: 2, market_group_id: "g-new", market_group_name: "NEW" });
    const facts = loadPlanFacts(toReader(database), held);
    expect(facts.groups).toEqual([
      expect.objectContaining({
        market_group_id: "g-new",
        members_before: 0,
        members_after: 4,
        added: 4,
        removed: 0,
        from: [
          { market_group_id: group.south, market_group_name: "SOUTH", is_new: false, meters: 2 },
          { market_group_id: null, market_group_name: null, is_new: true, meters: 1 },
          { market_group_id: group.north, market_group_name: "NORTH", is_new: false, meters: 1 },
        ],
        to: [],
      }),
    ]);
    expect(withoutFlowNames(facts)).toEqual(countPlan(events));
  });

  it("stays short: 20 updates, 10 dates, 10 ways to a group, and what is left out in numbers", () => {
    const days = Array.from({ length: 14 }, (_, index) => `2026-11-${String(index + 10)}`);
    const events = [
      ...days.flatMap((from, index) => [
        remapped(`m-${index}`, [`g-${index}`], ["g-all"], from),
        updated("g-all", { added: [`m-${index}`], before: index, after: index + 1, from }),
        updated(`g-${index}`, { removed: [`m-${index}`], before: 1, after: 0, from }),
      ]),
      ...days.map((_, index) => remapped(`n-${index}`, [`h-${index}`], ["g-last"])),
      updated("g-last", { added: days.map((_, index) => `n-${index}`), before: 0, after: 14 }),
    ];
    const facts = loadPlanFacts(toReader(openHeld(events)), held);
    expect(withoutFlowNames(facts)).toEqual(countPlan(events));
    expect(facts.groups).toHaveLength(20);
    expect(facts.groups[0]).toMatchObject({ market_group_id: "g-last", added: 14 });
    expect(facts.groups[0]?.from).toHaveLength(10);
    expect(facts.groups_left_out).toMatchObject({ updates: 9 });
    expect(facts.remaps.moved).toMatchObject({ meters: 28, later_meters: 18 });
  });

  it("counts what a run itself tells, not what is told later, of a remap of it or of a dispatch", () => {
    const database = openSmall();
    for (const type of ["group.remap.overdue", "group.drift.detected", "meter.drift.detected"]) {
      insertTold(database, { type, subject: "m-1", data: {} });
      const facts = loadPlanFacts(toReader(database), runId);
      expect(facts).toMatchObject({ events: 2, remaps: { meters: 1, events: 1 }, meters: { created: 1 } });
      database.execute("DELETE FROM event WHERE type LIKE 'group.%' OR type LIKE 'meter.drift%'");
    }
    expect(loadPlanFacts(toReader(database), "no such run")).toMatchObject({ events: 0, groups: [] });
  });

  it("takes for active what became so: not what was, nor what only got another status", () => {
    const sides = [true, false].flatMap((was) => [true, true, false].map((is) => [was, is] as const));
    const events = sides.map(([was, is], index) => ({
      type: "meter.enrollment.global-status.updated",
      subject: `m-${index}`,
      data: { before: { status: "A", dispatchable: was }, after: { status: "B", dispatchable: is } },
    }));
    const { meters } = loadPlanFacts(toReader(openHeld(events)), held);
    expect(meters).toMatchObject({ activated: 2, deactivated: 1 });
  });

  it("gives the first few changes of each type, with how many there are", () => {
    const events = ["m-1", "m-2", "m-3"].flatMap((id) => [created(id), remapped(id, [], ["g-1"])]);
    const changes = loadPlanChanges(toReader(openHeld(events)), held, 2);
    expect(changes.map(({ type, events: count }) => [type, count])).toEqual([
      ["meter.created", 3],
      ["meter.group.remapped", 3],
    ]);
    expect(changes[0]?.first).toEqual([created("m-1"), created("m-2")]);
  });

  it("takes spans with the same members for one update, and counts no meter that nothing shows", () => {
    const database = openSmall();
    insert(database, "meter", { meter_key: 9, meter_id: "staged only" });
    const spans = ["a 01 02", "a 03 04", "b 05 06", "b 08 09"].map((span) => span.split(" "));
    for (const [members, from, to] of spans) {
      const dates = { effective_from: `2026-11-${from}`, effective_to: `2026-11-${to}` };
      const who = { member_count: 7, members_sha256: members, programs: "[]", regions: "[]" };
      insert(database, "group_span", { market_group_id: "g", ...dates, ...who });
    }
    const { groups, baseline } = loadPlanFacts(toReader(database), runId, true);
    const shown = groups.filter((update) => update.market_group_id === "g");
    expect(shown.map((update) => [update.effective_from, update.effective_to])).toEqual([
      ["2026-11-01", "2026-11-04"],
      ["2026-11-05", "2026-11-06"],
      ["2026-11-08", "2026-11-09"],
    ]);
    expect(baseline?.meters).toBe(3);
  });

  it("says of a first publication what its events would say, told or not", async () => {
    const nowMs = Date.parse("2026-10-30T19:00:00Z");
    const leap = await openScriptedLeap(openResidentPortfolio(openChance(3), 30, nowMs).entries(nowMs, "v2"));
    const [silent, telling] = [openDays(leap), openDays(leap)];
    onTestFinished(async () => {
      silent.close();
      telling.close();
      await leap.close();
    });
    const quiet = await silent.run(nowMs);
    const told = await telling.run(nowMs, { baselineEvents: true });
    const facts = loadPlanFacts(toReader(silent.database), quiet.run_id, true);
    const asTold = loadPlanFacts(toReader(telling.database), told.run_id);
    const moves = asTold.groups.map((update) => ({ ...update, from: [], to: [] }));
    expect(facts).toMatchObject({ events: 0, groups: moves, groups_left_out: asTold.groups_left_out });
    expect(facts.baseline).toEqual(countBaseline(silent.database));
    expect(facts.baseline?.meters).toBe(30);
  });
});

function countBaseline(database: Database) {
  const meters = database.prepare("SELECT * FROM snapshot_meters").all();
  const members = database.prepare("SELECT * FROM snapshot_group_members").all();
  const kinds = new Map<string, number>();
  for (const { transmission_region: region, enrollment_status: status } of meters) {
    const key = JSON.stringify([region, status]);
    kinds.set(key, (kinds.get(key) ?? 0) + 1);
  }
  const standings = [...kinds].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const groupDays = database.prepare("SELECT trade_date, market_group_id FROM snapshot_groups").all();
  const shown = new Set(groupDays.map((row) => `${row.trade_date} ${row.market_group_id}`));
  const dates = [...new Set(groupDays.map((row) => String(row.trade_date)))].sort();
  const memberships = new Set(
    members
      .filter((row) => shown.has(`${row.trade_date} ${row.market_group_id}`))
      .map((row) => `${row.trade_date} ${row.market_group_id} ${row.meter_id}`),
  );
  const on = (names: ReadonlySet<string>, date: string) => [...names].filter((name) => name.startsWith(date));
  return {
    meters: meters.length,
    standings: standings.map(([key, count]) => {
      const [region, status] = JSON.parse(key);
      return { transmission_region: region, enrollment_status: status, meters: count };
    }),
    dates: dates.map((date) => ({
      trade_date: date,
      groups: on(shown, date).length,
      members: on(memberships, date).length,
    })),
  };
}

function openSmall(): Database {
  const folder = mkdtempSync(join(tmpdir(), "plan-store-"));
  const path = join(folder, "small.sqlite");
  fillSmallDatabase(path);
  const database = openDatabase(path);
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return database;
}

/** A database in which a run with these events is held back. */
function openHeld(events: readonly ToldEvent[]): Database {
  const database = openSmall();
  insert(database, "run", { run_key: 2, run_id: held, mode: "sweep", status: "held" });
  events.forEach((event, index) => {
    const { type, subject } = event;
    const body = JSON.stringify(event);
    insert(database, "staged_event", { run_key: 2, ordinal: index + 1, type, subject, body });
  });
  return database;
}

function insertTold(database: Database, event: ToldEvent): void {
  const { type, subject } = event;
  insert(database, "event", {
    sequence: 4,
    id: "4".repeat(64),
    type,
    subject,
    run_id: runId,
    event: JSON.stringify(event),
  });
}

function created(id: string): ToldEvent {
  return { type: "meter.created", subject: id, data: { meter_id: id, after: {} } };
}

function remapped(id: string, left: string[], joined: string[], from = "2026-12-01"): ToldEvent {
  const kind = left.length === 0 ? "assigned" : joined.length === 0 ? "unassigned" : "moved";
  const dates = { effective_from: from, effective_to: from === "2026-12-01" ? null : from };
  const groups = { from_market_group_ids: left, to_market_group_ids: joined };
  const data = { meter_id: id, program: "CCA", kind, reason: joined.length === 0 ? "withdrawn" : null };
  return { type: "meter.group.remapped", subject: id, data: { ...data, ...groups, ...dates } };
}

type Update = {
  readonly added?: string[];
  readonly removed?: string[];
  readonly before: number;
  readonly after: number;
  readonly from?: string;
  readonly part?: number;
};

function updated(id: string, update: Update): ToldEvent {
  const { added = [], removed = [], before, after, from = "2026-12-01", part = 1 } = update;
  return {
    type: "meter.enrollment.group.updated",
    subject: id,
    data: {
      market_group_id: id,
      market_group_name: null,
      effective_from: from,
      effective_to: from === "2026-12-01" ? null : from,
      added_meter_ids: added,
      removed_meter_ids: removed,
      part,
      before: { member_count: before },
      after: { member_count: after },
    },
  };
}
