import { describe, expect, it } from "vitest";
import type { Database } from "../../src/database/index.ts";
import { addRun, dayMs, insert, oldMs, openFile, prune, read, tell, youngMs } from "./retention-file.ts";

/** Three versions of one meter, the last of them published. */
function openVersions(): Database {
  const database = openFile();
  const meterKey = insert(database, "meter", { meter_id: "meter-1", head_revision_id: 3 });
  for (const id of [1, 2, 3]) addRevision(database, id, meterKey);
  for (const [id, atMs] of [
    [1, oldMs],
    [2, oldMs + dayMs],
  ] as const) {
    insert(database, "replaced_revision", { revision_id: id, replaced_at_ms: atMs });
  }
  return database;
}

function addRevision(database: Database, id: number, meterKey: number): void {
  insert(database, "revision", {
    revision_id: id,
    meter_key: meterKey,
    api_version: "v2",
    fingerprint: `f${id}`,
    transmission_region: "CAISO",
    tags: "[]",
    dispatchable: 1,
    action_required: 0,
    required_actions: "[]",
    is_archived: 0,
    document: "{}",
  });
}

const revisions = (database: Database) => read(database, "SELECT revision_id FROM revision ORDER BY 1");

function hold(database: Database): void {
  const runKey = insert(database, "staged_plan", { plan: "{}" });
  addRun(database, { run_key: runKey, run_id: "run-held", status: "held", published_at_ms: null });
}

describe("earlier versions of meters", () => {
  it("go once others replaced them long enough ago; what is published and what is young stays", () => {
    const database = openVersions();
    addRevision(database, 4, 1);
    insert(database, "replaced_revision", { revision_id: 4, replaced_at_ms: youngMs });
    expect(prune(database).revisions).toBe(2);
    expect(revisions(database)).toEqual([3, 4]);
    expect(read(database, "SELECT revision_id FROM replaced_revision")).toEqual([4]);
  });

  it("stay where they are published after all", () => {
    const database = openVersions();
    database.execute("UPDATE meter SET head_revision_id = 1");
    prune(database);
    expect(revisions(database)).toEqual([1, 3]);
  });

  for (const [table, row] of [
    ["staged_revision", { window_ordinal: 0, staged_order: 1, is_own: 0 }],
    ["staged_head", { is_changed: 1 }],
  ] as const) {
    it(`stay while ${table} names them`, () => {
      const database = openVersions();
      insert(database, table, { run_key: 9, meter_key: 1, revision_id: 2, ...row });
      prune(database);
      expect(revisions(database)).toEqual([2, 3]);
      database.execute(`DELETE FROM ${table}`);
      prune(database);
      expect(revisions(database)).toEqual([3]);
    });
  }

  it("stay while a plan is held back", () => {
    const database = openVersions();
    hold(database);
    expect(prune(database).revisions).toBe(0);
    database.execute("UPDATE run SET status = 'discarded'");
    expect(prune(database).revisions).toBe(2);
  });
});

type Known = readonly [from: string, to: string | null, knownToMs: number | null];

function addAssignments(database: Database, rows: readonly Known[]): void {
  for (const [from, to, knownToMs] of rows) {
    insert(database, "assignment", {
      meter_key: 1,
      market_group_id: "group-1",
      effective_from: from,
      effective_to: to,
      known_from_ms: oldMs - dayMs,
      known_to_ms: knownToMs,
    });
  }
}

function openHorizon(today: string): Database {
  const database = openFile();
  const horizon = { transmission_region: "CAISO", zone: "America/Los_Angeles", today };
  const through = { last_looked_at: today, known_through: today };
  insert(database, "horizon", { ...horizon, first_looked_at: today, ...through });
  return database;
}

const rows = (database: Database) =>
  read(
    database,
    `SELECT effective_from || '/' || coalesce(effective_to, '') || '/' || (known_to_ms IS NULL)
     FROM assignment ORDER BY assignment_id`,
  );

describe("who was in which group", () => {
  const history: readonly Known[] = [
    ["2026-01-01", null, oldMs],
    ["2026-02-01", null, youngMs],
    ["2025-01-01", "2025-12-31", null],
    ["2026-10-01", "2026-11-01", null],
    ["2026-11-02", null, null],
  ];

  it("goes where it is known otherwise since long, or speaks of days long past alone", () => {
    const database = openHorizon("2026-11-10");
    addAssignments(database, history);
    expect(prune(database).history).toBe(2);
    expect(rows(database)).toEqual(["2026-02-01//0", "2026-10-01/2026-11-01/1", "2026-11-02//1"]);
  });

  it("is answered for from where `snapshot_info` says: what is gone before is not taken for nobody", () => {
    const database = openHorizon("2026-11-10");
    addAssignments(database, history);
    const gone = "SELECT history_known_from || ' ' || history_gone_through FROM snapshot_info";
    expect(read(database, gone)).toEqual([null]);
    prune(database);
    expect(read(database, gone)).toEqual([`${new Date(oldMs).toISOString()} 2025-12-31`]);
    // What goes later and is older takes nothing back.
    addAssignments(database, [
      ["2024-01-01", null, oldMs - dayMs],
      ["2024-01-01", "2024-12-31", null],
    ]);
    expect(prune(database).history).toBe(2);
    expect(read(database, gone)).toEqual([`${new Date(oldMs).toISOString()} 2025-12-31`]);
  });

  it("stays for as many days as were asked for, in the westernmost zone too", () => {
    const database = openHorizon("2026-11-10");
    addAssignments(database, [
      ["2026-10-01", "2026-10-10", null],
      ["2026-10-01", "2026-10-09", null],
    ]);
    expect(prune(database).history).toBe(1);
    expect(rows(database)).toEqual(["2026-10-01/2026-10-10/1"]);
  });

  it("stays near the days that the next run compares, however long nothing was published there", () => {
    const database = openHorizon("2025-12-31");
    insert(database, "horizon", {
      transmission_region: "ERCOT",
      zone: "America/Chicago",
      today: "2026-11-10",
      last_looked_at: "2026-11-12",
      known_through: "2026-11-12",
    });
    addAssignments(database, [
      ["2025-01-01", "2025-12-26", null],
      ["2025-01-01", "2025-12-27", null],
    ]);
    expect(prune(database).history).toBe(1);
    expect(rows(database)).toEqual(["2025-01-01/2025-12-27/1"]);
  });

  it("stays where nothing says which days are looked at", () => {
    const database = openFile();
    addAssignments(database, [["2025-01-01", "2025-12-26", null]]);
    expect(prune(database).history).toBe(0);
  });

  it("stays while a plan is held back", () => {
    const database = openHorizon("2026-11-10");
    addAssignments(database, history);
    hold(database);
    expect(prune(database).history).toBe(0);
  });
});

describe("a pruning that is bounded", () => {
  function openMany(): Database {
    const database = openFile();
    for (let count = 0; count < 1200; count += 1) tell(database);
    addRun(database);
    for (let count = 0; count < 3; count += 1) addRun(database, { started_at_ms: oldMs + count });
    addRun(database, { started_at_ms: youngMs });
    return database;
  }

  it("ends after so many rows, the oldest first, and the next one goes on", () => {
    const database = openMany();
    expect(prune(database, {}, { rowCountMax: 500 })).toMatchObject({ events: 500, isComplete: false });
    expect(read(database, "SELECT min(sequence) FROM event")).toEqual([501]);
    expect(prune(database)).toMatchObject({ events: 699, isComplete: true });
  });

  it("ends once its time is over, and takes of each kind in turn until then", () => {
    const database = openMany();
    let ticks = 0;
    const clock = { now: () => ticks++ };
    // One look at the clock opens it, and one comes before each chunk.
    const pruned = prune(database, {}, { clock, timeMaxMs: 6 });
    expect(pruned).toMatchObject({ events: 500, runs: 3, isComplete: false });
  });

  it("asks of no large table more than a range of an index", () => {
    const database = openMany();
    const asked = new Set<string>();
    const listening = {
      ...database,
      prepare: (sql: string) => {
        asked.add(sql);
        return database.prepare(sql);
      },
    };
    expect(prune(listening).isComplete).toBe(true);
    const plans = [...asked].flatMap((sql) => {
      const values = Object.fromEntries([...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, 1]));
      const places = sql.match(/\?/g)?.map(() => 1) ?? [];
      const explain = database.prepare(`EXPLAIN QUERY PLAN ${sql}`);
      return (places.length > 0 ? explain.all(...places) : explain.all(values)).map((row) =>
        String(row.detail),
      );
    });
    expect(plans.some((detail) => detail.startsWith("SEARCH event"))).toBe(true);
    const scanned = plans.filter((detail) =>
      /^SCAN (event|revision|assignment|meter|replaced_revision|d|t|o|m|e|r)\b/.test(detail),
    );
    expect(scanned).toEqual([]);
  });
});
