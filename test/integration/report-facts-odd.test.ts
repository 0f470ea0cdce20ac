import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { loadReportFacts, openReader, type ReportFacts, toReader } from "../../src/reader/index.ts";
import { saveKilledRuns } from "../../src/snapshot/index.ts";
import { judgeFacts } from "./report-judge.ts";
import { fillSmallDatabase, insert } from "./small-database.ts";
import { hourMs } from "./told-remaps.ts";

const dayMs = 24 * hourMs;
const nowMs = Date.parse("2026-10-30T12:00:00Z");
const view = { acknowledgedBy: [] as readonly string[], marginMs: 12 * hourMs, nowMs };

/** Facts that the judge has nothing to say against. */
function loadJudged(database: Database, asked = view): ReportFacts {
  const facts = loadReportFacts(toReader(database), asked);
  judgeFacts(facts, database, asked);
  return facts;
}

function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "report-facts-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function openSmall(): { readonly database: Database; readonly path: string } {
  const path = join(openFolder(), "small.sqlite");
  fillSmallDatabase(path);
  const database = openDatabase(path);
  onTestFinished(() => database.close());
  return { database, path };
}

describe("a file in which little is known", () => {
  it("has nothing to show before any run has begun in it", () => {
    const path = join(openFolder(), "empty.sqlite");
    openDatabase(path).close();
    const reader = openReader(path);
    onTestFinished(reader.close);
    judgeFacts(loadReportFacts(reader, view), reader.database, view);
    expect(loadReportFacts(reader, view)).toMatchObject({
      status: { info: null, last_run: null },
      enrollment: { standing: [], moves: [], days: [] },
      actions: { meters: 0, counts: [], others: 0, first: [] },
      groups: { trade_dates: [], totals: [], groups: [], others: 0 },
      remaps: { from_trade_date: "2026-10-30", remaps: 0, flows: [], others: 0 },
      runs: [],
    });
  });

  it("shows a run under way without an end, and the meters without any horizon", () => {
    const { database } = openSmall();
    database.execute("DELETE FROM horizon; DELETE FROM horizon_day");
    insert(database, "run", { run_id: "now", status: "running", started_at_ms: nowMs, report: "{}" });
    const facts = loadJudged(database);
    expect(
      facts.runs.map(({ run_id, duration_ms, changes }) => [run_id, duration_ms, Object.keys(changes)]),
    ).toEqual([
      ["now", null, []],
      ["run-1", 0, ["meter.created", "meter.group.remapped"]],
    ]);
    expect(facts.enrollment.standing).toHaveLength(2);
    expect(facts.remaps.flows).toEqual([]);
  });

  it("does not know how long a run took that was killed, or that a person released", () => {
    const { database } = openSmall();
    insert(database, "run", {
      run_key: 2,
      run_id: "killed",
      status: "running",
      started_at_ms: nowMs - dayMs,
      report: "{}",
    });
    saveKilledRuns(database, 3, nowMs);
    const run = { status: "published", started_at_ms: nowMs - 5 * hourMs, finished_at_ms: nowMs };
    const released = JSON.stringify({ is_released: true, finished_at: new Date(nowMs).toISOString() });
    insert(database, "run", { ...run, run_key: 3, run_id: "released", report: released });
    const { runs } = loadJudged(database);
    expect(runs.map(({ run_id, duration_ms }) => [run_id, duration_ms])).toEqual([
      ["released", null],
      ["killed", null],
      ["run-1", 0],
    ]);
  });

  it("tells of moves since its first event where earlier ones were removed", () => {
    const { database } = openSmall();
    const told = database.prepare("UPDATE event SET time_ms = ? WHERE sequence = ?");
    for (const [sequence, days] of [40, 3, 2].entries()) told.run(nowMs - days * dayMs, sequence + 1);
    expect(loadJudged(database).enrollment.moves_since).toBe("2026-09-30T12:00:00.000Z");
    database.execute("DELETE FROM event WHERE sequence = 1; UPDATE stream SET pruned_sequence = 1");
    expect(loadJudged(database).enrollment.moves_since).toBe("2026-10-27T12:00:00.000Z");
    // As early as a remap of today can have been told.
    told.run(nowMs - 32 * dayMs, 2);
    expect(loadJudged(database).enrollment.moves_since).toBe("2026-09-30T12:00:00.000Z");
  });
});

describe("what counts as past, and as since", () => {
  it("is a deadline that has come, and an event told 30 days ago to the millisecond", () => {
    const { database } = openSmall();
    const deadlines = [nowMs - 1, nowMs, nowMs + 1].map((ms) => new Date(ms).toISOString());
    const actions = [...deadlines, null].map((deadline) => ({ party: "leap", code: "c", deadline }));
    database
      .prepare("UPDATE revision SET action_required = 1, required_actions = ? WHERE revision_id = 1")
      .run(JSON.stringify([...actions, { ...actions[0], program: "other" }]));
    database.execute("DELETE FROM event");
    insertStatusEvents(database, [nowMs - 30 * dayMs - 1, nowMs - 30 * dayMs, nowMs, nowMs]);
    const { actions: facts, enrollment } = loadJudged(database);
    const none = { party: null, code: null, deadline: null, is_past: false, meters: 1 };
    const leap = { ...none, party: "leap", code: "c" };
    // The other meter that needs action lists nothing, and this one has nothing to do that is not Leap's.
    expect(facts.counts).toEqual([
      { ...leap, deadline: "2026-10-30", is_past: true },
      { ...leap, deadline: "2026-10-30" },
      none,
      leap,
    ]);
    expect(facts.first.map(({ code, deadline }) => [code, deadline])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(enrollment.moves.map(({ day, was_dispatchable: was, meters }) => [day, was, meters])).toEqual([
      ["2026-09-30", false, 1],
      ["2026-10-30", false, 1],
      ["2026-10-30", true, 1],
    ]);
  });
});

/** The first two by one run, the others each by its own. */
function insertStatusEvents(database: Database, instants: readonly number[]): void {
  for (const [index, timeMs] of instants.entries()) {
    const before = { status: null, dispatchable: index === 3 };
    const data = { before, after: { status: "ACTIVE", dispatchable: true } };
    insert(database, "event", {
      sequence: 100 + index,
      id: `status-${index}`,
      type: "meter.enrollment.global-status.updated",
      subject: "m",
      time_ms: timeMs,
      run_id: `status-run-${Math.max(index, 1)}`,
      event: JSON.stringify({ data }),
    });
  }
}

it("belongs to one publication, also where no transaction was begun", () => {
  const { database, path } = openSmall();
  const before = loadReportFacts(toReader(database), view);
  const other = openDatabase(path);
  onTestFinished(() => other.close());
  let asked = 0;
  const prepare = (sql: string) => {
    asked += 1;
    // Once the first question has been answered, another process publishes.
    if (asked === 2)
      other.execute("DELETE FROM event; DELETE FROM meter; DELETE FROM run; DELETE FROM horizon_day");
    return database.prepare(sql);
  };
  const seen = loadReportFacts(toReader({ ...database, prepare }), view);
  expect(seen).toEqual(before);
  expect(loadReportFacts(toReader(database), view).enrollment.standing).toEqual([]);
});
