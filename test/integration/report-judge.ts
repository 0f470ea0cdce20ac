import { expect } from "vitest";
import type { Database } from "../../src/database/index.ts";
import type { AcknowledgementView, ReportFacts } from "../../src/reader/index.ts";
import { judgeRemaps } from "./report-judge-remaps.ts";
import { expectOrder, type Row, readAll, tally, toTally } from "./report-rows.ts";

/** Holds the facts of a file against all rows of its public views, counted here one by one. */
export function judgeFacts(facts: ReportFacts, database: Database, view: AcknowledgementView): void {
  const meters = readAll(database, "snapshot_meters");
  const events = readAll(database, "snapshot_events ORDER BY sequence");
  const [info] = readAll(database, "snapshot_info");
  expect(facts.generated_at).toBe(new Date(view.nowMs).toISOString());
  judgeEnrollment(facts.enrollment, meters, events, Number(info?.first_sequence ?? 1), view.nowMs);
  judgeActions(facts.actions, meters, view.nowMs);
  judgeGroups(facts.groups, database, JSON.parse(String(info?.horizons ?? "{}")));
  judgeRemaps(facts.remaps, database, events, view);
  judgeRuns(facts.runs, database);
}

const statusType = "meter.enrollment.global-status.updated";

function judgeEnrollment(
  { standing, moves_since, moves, days }: ReportFacts["enrollment"],
  meters: readonly Row[],
  events: readonly Row[],
  firstSequence: number,
  nowMs: number,
): void {
  const standingRows = standing.map(
    (row) =>
      [[row.transmission_region, row.enrollment_status, row.dispatchable], row.meters] as [unknown[], number],
  );
  expect(toTally(standingRows)).toEqual(
    tally(meters.map((row) => [row.transmission_region, row.enrollment_status, Boolean(row.dispatchable)])),
  );
  expectOrder(standing.map((row) => [-row.meters, row.transmission_region]));
  const monthAgo = new Date(nowMs - 30 * 86_400_000).toISOString();
  const kept = events.find(({ sequence }) => Number(sequence) >= firstSequence);
  const since = firstSequence > 1 && String(kept?.time) > monthAgo ? String(kept?.time) : monthAgo;
  expect(moves_since).toBe(since);
  const told = events.filter(({ time }) => String(time) >= since);
  const dayOf = ({ time }: Row) => String(time).slice(0, 10);
  const moved = told.flatMap((row) => {
    if (row.type !== statusType) return [];
    const { before, after } = JSON.parse(String(row.event)).data;
    return [[dayOf(row), before.status, after.status, before.dispatchable, after.dispatchable]];
  });
  const moveRows = moves.map(
    (row) =>
      [[row.day, row.from, row.to, row.was_dispatchable, row.is_dispatchable], row.meters] as [
        unknown[],
        number,
      ],
  );
  expect(toTally(moveRows)).toEqual(tally(moved));
  expectOrder(moves.map(({ day }) => [day]));
  const names = ["created", "archived", "restored", "missing", "reappeared"] as const;
  const other = told.filter(({ type }) => names.some((name) => type === `meter.${name}`));
  expect(days.flatMap((row) => names.map((name) => [row.day, name, row[name]]))).toEqual(
    [...new Set(other.map(dayOf))].sort().flatMap((day) =>
      names.map((name) => {
        const count = other.filter((row) => dayOf(row) === day && row.type === `meter.${name}`).length;
        return [day, name, count];
      }),
    ),
  );
}

type Action = Readonly<Record<"party" | "program" | "code" | "deadline" | "description", string | null>>;

function judgeActions(facts: ReportFacts["actions"], meters: readonly Row[], nowMs: number): void {
  const needing = meters.filter((row) => row.action_required === 1);
  expect(facts.meters).toBe(needing.length);
  const counted = needing.flatMap(({ required_actions: text }) => {
    const list = JSON.parse(String(text)) as Action[];
    const none = { party: null, code: null, deadline: null };
    const keys = (list.length === 0 ? [none] : list).map(({ party, code, deadline }) =>
      JSON.stringify([
        party,
        code,
        deadline === null ? null : deadline.slice(0, 10),
        deadline !== null && Date.parse(deadline) <= nowMs,
      ]),
    );
    return [...new Set(keys)].map((key) => JSON.parse(key) as unknown[]);
  });
  const all = tally(counted);
  const rows = facts.counts.map(
    (row) => [[row.party, row.code, row.deadline, row.is_past], row.meters] as [unknown[], number],
  );
  const shown = toTally(rows);
  expect(facts.counts).toHaveLength(Math.min(200, all.size));
  for (const [key, count] of shown) expect(all.get(key), key).toBe(count);
  expectOrder(facts.counts.map(({ deadline, is_past, meters: n }) => [deadline, is_past ? 0 : 1, -n]));
  const left = [...all].filter(([key]) => !shown.has(key));
  expect(facts.others).toBe(left.reduce((sum, [, count]) => sum + count, 0));
  const late = facts.counts.at(-1)?.deadline ?? "9999";
  for (const [key] of left) expect((JSON.parse(key)[2] ?? "9999") >= late, key).toBe(true);
  judgeFirst(facts.first, needing);
}

function judgeFirst(first: ReportFacts["actions"]["first"], needing: readonly Row[]): void {
  const last = "9999";
  const expected = needing.map((row) => {
    const own = (JSON.parse(String(row.required_actions)) as Action[]).filter(
      ({ party }) => party !== "leap",
    );
    const deadlines = own.map(({ deadline }) => deadline ?? last).sort();
    return { row, own, deadline: deadlines[0] ?? last };
  });
  expected.sort((a, b) => (a.deadline + a.row.meter_id < b.deadline + b.row.meter_id ? -1 : 1));
  expect(first.map(({ meter_id, deadline }) => [meter_id, deadline ?? last])).toEqual(
    expected.slice(0, 50).map(({ row, deadline }) => [row.meter_id, deadline]),
  );
  for (const [index, { meter_id: _, partner_reference, ...action }] of first.entries()) {
    const { row, own } = expected[index]!;
    expect(partner_reference).toBe(row.partner_reference);
    const none = { party: null, program: null, code: null, deadline: null, description: null };
    const listed = own.map(({ party, program, code, deadline, description }) => ({
      party,
      program,
      code,
      deadline,
      description,
    }));
    expect(own.length === 0 ? [none] : listed).toContainEqual(action);
  }
}

type Horizons = Readonly<Record<string, { readonly first: string; readonly last: string }>>;

function judgeGroups(facts: ReportFacts["groups"], database: Database, horizons: Horizons): void {
  const dates = new Set<string>();
  for (const { first, last } of Object.values(horizons)) {
    for (let at = Date.parse(first); at <= Date.parse(last); at += 86_400_000) {
      dates.add(new Date(at).toISOString().slice(0, 10));
    }
  }
  expect(facts.trade_dates).toEqual([...dates].sort());
  const groups = readAll(database, "snapshot_groups");
  const members = readAll(database, "snapshot_group_members");
  expect(facts.totals).toEqual(
    facts.trade_dates.map((date) => ({
      groups: groups.filter(({ trade_date }) => trade_date === date).length,
      meters: new Set(members.filter((row) => row.trade_date === date).map((row) => row.meter_id)).size,
      regions: Object.keys(horizons)
        .filter((region) => horizons[region]!.first <= date && date <= horizons[region]!.last)
        .sort(),
    })),
  );
  const regionOf = new Map(
    readAll(database, "snapshot_meters").map((row) => [row.meter_id, String(row.transmission_region)]),
  );
  const regionsOf = Map.groupBy(members, (row) => row.market_group_id);
  /** Without members, or nothing known of it: not where a region of its members has other dates. */
  const toNone = ({ market_group_id: id }: { market_group_id: string }, date: string) =>
    (regionsOf.get(id) ?? []).every(({ meter_id }) => {
      const { first, last } = horizons[regionOf.get(meter_id)!]!;
      return first <= date && date <= last;
    })
      ? 0
      : null;
  const byId = Map.groupBy(groups, (row) => String(row.market_group_id));
  expect(facts.groups).toHaveLength(Math.min(100, byId.size));
  expect(facts.others).toBe(byId.size - facts.groups.length);
  const largest = (rows: readonly Row[]) => Math.max(...rows.map(({ member_count }) => Number(member_count)));
  for (const group of facts.groups) {
    const rows = byId.get(group.market_group_id)!;
    const programs = rows.flatMap((row) => JSON.parse(String(row.programs)) as string[]);
    expect(group).toEqual({
      market_group_id: group.market_group_id,
      market_group_name: rows[0]?.market_group_name,
      programs: [...new Set(programs)].sort(),
      members: facts.trade_dates.map(
        (date) => rows.find(({ trade_date }) => trade_date === date)?.member_count ?? toNone(group, date),
      ),
    });
    byId.delete(group.market_group_id);
  }
  const sizes = facts.groups.map(({ members: counts }) => Math.max(...counts.map((count) => count ?? 0)));
  expectOrder(facts.groups.map((row, index) => [-sizes[index]!, row.market_group_name, row.market_group_id]));
  for (const rows of byId.values()) expect(largest(rows)).toBeLessThanOrEqual(sizes.at(-1) ?? 0);
}

function judgeRuns(runs: ReportFacts["runs"], database: Database): void {
  // The order in which they were started is the order of their rows.
  const rows = readAll(database, "snapshot_runs").reverse().slice(0, 30);
  expect(
    runs.map(({ run_id, duration_ms, changes, status }) => [run_id, duration_ms, changes, status]),
  ).toEqual(
    rows.map((row) => [
      row.run_id,
      row.finished_at === null || isEndUnknown(String(row.report))
        ? null
        : Date.parse(String(row.finished_at)) - Date.parse(String(row.started_at)),
      JSON.parse(String(row.report) || "{}").changes ?? {},
      row.status,
    ]),
  );
}

/** Of a run that was killed, or waited for a person, the end is that of something else. */
function isEndUnknown(text: string): boolean {
  const report = JSON.parse(text || "{}");
  return report.is_released === true || report.error === "the process ended before the run did";
}
