import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type Database, inTransaction, openDatabase } from "../../src/database/index.ts";
import { loadReportFacts, type ReportFacts, toReader } from "../../src/reader/index.ts";
import { type Chance, openChance } from "../support/chance.ts";
import { judgeFacts } from "./report-judge.ts";
import { insert } from "./small-database.ts";

const nowMs = Date.parse("2026-10-30T12:00:00Z");
const view = { acknowledgedBy: [], marginMs: 0, nowMs };
const dates = ["2026-10-30", "2026-10-31", "2026-11-01"];

it("shows the first of each list, and the sum of what is left out, in an order without ties", () => {
  const facts = loadFacts(1);
  expect([
    facts.remaps.flows.length,
    facts.actions.counts.length,
    facts.actions.first.length,
    facts.groups.groups.length,
    facts.runs.length,
  ]).toEqual([200, 200, 50, 100, 30]);
  const { remaps, actions, groups } = facts;
  expect(remaps.others_of_last_date).toBeGreaterThan(0);
  expect(Math.min(remaps.others, actions.others, groups.others)).toBeGreaterThan(20);
});

it("shows the same whatever the order of the rows", () => {
  const { status: _, ...facts } = loadFacts(1);
  expect(loadFacts(2)).toMatchObject(facts);
});

/** Of the same rows, written in an order of their own. */
function loadFacts(seed: number): ReportFacts {
  const folder = mkdtempSync(join(tmpdir(), "report-limits-"));
  const database = openDatabase(join(folder, "limits.sqlite"));
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  database.connection.pragma("synchronous = OFF");
  inTransaction(database, () => {
    insert(database, "stream", { id: 1, stream_id: "s", publication: 1, last_sequence: 600 });
    insertHorizon(database);
    const chance = openChance(seed);
    for (const number of toShuffled(600, chance)) insertRemap(database, number);
    for (const number of toShuffled(600, chance)) insertMeter(database, number);
    for (const number of toShuffled(130, chance)) insertGroup(database, number);
    for (let run = 0; run < 35; run += 1) {
      insert(database, "run", {
        run_id: `run-${run}`,
        status: "published",
        started_at_ms: run % 3,
        finished_at_ms: run % 5 === 0 ? null : run * 1000,
        report: "{}",
      });
    }
  });
  const facts = loadReportFacts(toReader(database), view);
  judgeFacts(facts, database, view);
  return facts;
}

function toShuffled(count: number, chance: Chance): number[] {
  const numbers = Array.from({ length: count }, (_, number) => ({ number, place: chance.next() }));
  return numbers.sort((a, b) => a.place - b.place).map(({ number }) => number);
}

function insertHorizon(database: Database): void {
  const days = { today: dates[0], last_looked_at: dates[2], known_through: dates[2] };
  insert(database, "horizon", { transmission_region: "CAISO", zone: "UTC", ...days });
  for (const date of dates)
    insert(database, "horizon_day", { transmission_region: "CAISO", trade_date: date });
}

/** Three hundred flows of one, two or three meters; some begin before the horizon. */
function insertRemap(database: Database, number: number): void {
  const flow = number % 300;
  const data = {
    meter_id: `m-${number}`,
    program: flow % 3 === 0 ? null : "CCA",
    effective_from: ["2026-10-29", ...dates][flow % 4],
    effective_to: null,
    from_market_group_ids: flow % 7 === 0 ? [] : [toGroupId(flow)],
    to_market_group_ids: flow % 5 === 0 ? [toGroupId(flow), toGroupId(flow + 1)] : [toGroupId(flow + 1)],
  };
  insert(database, "event", {
    id: `remap-${number}`,
    type: "meter.group.remapped",
    subject: data.meter_id,
    time_ms: nowMs,
    run_id: "run-1",
    event: JSON.stringify({ data }),
  });
}

function toGroupId(number: number): string {
  return `group-${String(number).padStart(3, "0")}`;
}

/** Six hundred that need action: what some are to do they have in common, in day, code or side. */
function insertMeter(database: Database, number: number): void {
  const key = { meter_key: number + 1 };
  const deadline =
    number % 11 === 0 ? null : new Date(nowMs + ((number % 97) - 9) * 43_200_000).toISOString();
  const own = { party: "partner", code: `c-${number % 5}`, deadline, program: null, description: "d" };
  const actions = [own, { ...own, program: "CCA" }, { ...own, party: "leap", code: "l" }];
  insert(database, "meter", { ...key, meter_id: `m-${number}`, head_revision_id: number + 1 });
  insert(database, "revision", {
    revision_id: number + 1,
    ...key,
    transmission_region: number % 2 === 0 ? "CAISO" : "PJM",
    enrollment_status: number % 3 === 0 ? null : `S${number % 4}`,
    dispatchable: number % 2,
    tags: "[]",
    action_required: 1,
    required_actions: JSON.stringify(number % 13 === 0 ? [] : actions),
  });
}

function insertGroup(database: Database, number: number): void {
  const named = { market_group_id: toGroupId(number), market_group_name: number % 4 === 0 ? null : "n" };
  insert(database, "market_group", { ...named, version: 1 });
  for (const [index, date] of dates.entries()) {
    if ((number + index) % 3 === 0) continue;
    insert(database, "group_span", {
      market_group_id: named.market_group_id,
      effective_from: date,
      effective_to: date,
      member_count: 1 + ((number * (index + 1)) % 10),
      members_sha256: "x",
      programs: JSON.stringify(number % 2 === 0 ? [] : [`P${index}`, "A"]),
      regions: '["CAISO"]',
    });
  }
}
