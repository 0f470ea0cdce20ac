import { expect } from "vitest";
import type { Database } from "../../src/database/index.ts";
import type { AcknowledgementView, ReportFacts } from "../../src/reader/index.ts";
import { expectOrder, type Row, readAll, tally } from "./report-rows.ts";

type Remap = {
  readonly sequence: number;
  readonly meter_id: string;
  readonly program: string | null;
  readonly from_market_group_ids: readonly string[];
  readonly to_market_group_ids: readonly string[];
  readonly effective_from: string;
  readonly effective_to: string | null;
};

/** What was told of remaps, walked through date by date. */
export function judgeRemaps(
  facts: ReportFacts["remaps"],
  database: Database,
  events: readonly Row[],
  view: AcknowledgementView,
): void {
  const [info] = readAll(database, "snapshot_info");
  const horizons = JSON.parse(String(info?.horizons ?? "{}")) as Record<string, { first: string }>;
  const firsts = Object.values(horizons).map(({ first }) => first);
  if (firsts.length === 0) {
    const today = new Date(view.nowMs).toISOString().slice(0, 10);
    expect(facts).toEqual({
      from_trade_date: today,
      remaps: 0,
      flows: [],
      others: 0,
      others_of_last_date: 0,
    });
    return;
  }
  const from = firsts.sort()[0]!;
  expect(facts.from_trade_date).toBe(from);
  const told = events
    .filter(({ type }) => type === "meter.group.remapped")
    .map((row): Remap => ({ ...JSON.parse(String(row.event)).data, sequence: Number(row.sequence) }));
  const states = readStates(database, view);
  const byMeter = Map.groupBy(told, ({ meter_id }) => meter_id);
  const shown = told.filter((remap) => {
    if (remap.effective_from < from) return false;
    const state = states.get(remap.sequence);
    return state === undefined
      ? !isOvertaken(remap, byMeter.get(remap.meter_id)!)
      : state.is !== "superseded";
  });
  expect(facts.remaps).toBe(shown.length);
  const toKey = (remap: Remap) => [
    remap.effective_from,
    remap.program,
    remap.from_market_group_ids,
    remap.to_market_group_ids,
  ];
  judgeFlows(facts, {
    all: tally(shown.map(toKey)),
    applied: tally(shown.filter(({ sequence }) => states.get(sequence)?.is === "applied").map(toKey)),
    rejected: tally(shown.filter(({ sequence }) => states.get(sequence)?.is === "rejected").map(toKey)),
    overdue: tally(shown.filter(({ sequence }) => states.get(sequence)?.isOverdue).map(toKey)),
  });
  judgeNames(facts, database);
}

type Tallies = Readonly<Record<"all" | "applied" | "rejected" | "overdue", ReadonlyMap<string, number>>>;

function judgeFlows(facts: ReportFacts["remaps"], tallies: Tallies): void {
  const { flows, others, others_of_last_date: cut } = facts;
  expect(flows).toHaveLength(Math.min(200, tallies.all.size));
  const keys = flows.map((flow) => {
    const ids = [flow.from, flow.to].map((groups) => groups.map((group) => group.market_group_id));
    return JSON.stringify([flow.effective_from, flow.program, ...ids]);
  });
  expect(new Set(keys).size).toBe(keys.length);
  for (const [index, flow] of flows.entries()) {
    const key = keys[index]!;
    const { meters, applied, rejected, overdue } = flow;
    const counts = (["all", "applied", "rejected", "overdue"] as const).map(
      (name) => tallies[name].get(key) ?? 0,
    );
    expect([meters, applied, rejected, overdue], key).toEqual(counts);
  }
  const left = [...tallies.all].filter(([key]) => !keys.includes(key));
  expect(others).toBe(left.reduce((sum, [, count]) => sum + count, 0));
  expectOrder(flows.map(({ effective_from, meters }) => [effective_from, -meters]));
  const ofLast = left.filter(([key]) => JSON.parse(key)[0] === flows.at(-1)?.effective_from);
  expect(cut).toBe(ofLast.reduce((sum, [, count]) => sum + count, 0));
  for (const [key, count] of left) {
    const place = [JSON.parse(key)[0] as string, -count];
    const { effective_from = "", meters = 0 } = flows.at(-1) ?? {};
    expectOrder([[effective_from, -meters], place]);
  }
}

function judgeNames({ flows }: ReportFacts["remaps"], database: Database): void {
  const names = new Map(
    readAll(database, "market_group").map((row) => [row.market_group_id, row.market_group_name]),
  );
  for (const group of flows.flatMap(({ from, to }) => [...from, ...to])) {
    expect(group.market_group_name).toBe(names.get(group.market_group_id) ?? null);
  }
}

/** What consumers said, of remaps that an acknowledging sink is to get. */
function readStates(database: Database, { acknowledgedBy, marginMs, nowMs }: AcknowledgementView) {
  const starts = readAll(database, "sink").filter(({ name }) => acknowledgedBy.includes(String(name)));
  const start = Math.min(...starts.map(({ start_sequence }) => Number(start_sequence)));
  const rows = readAll(database, "told_remap").filter(({ sequence }) => Number(sequence) > start);
  return new Map(
    rows.map((row) => {
      const isOpen = row.state === "told" || row.state === "rejected";
      const dueMs = Math.max(Number(row.starts_at_ms) - marginMs, Number(row.told_at_ms) + 15 * 60_000);
      return [Number(row.sequence), { is: String(row.state), isOverdue: isOpen && dueMs <= nowMs }] as const;
    }),
  );
}

/** Each date of a remap, as far as any date is named and one further: that one stands for ever after. */
function isOvertaken(remap: Remap, ofMeter: readonly Remap[]): boolean {
  const later = ofMeter.filter(
    ({ sequence, program }) => sequence > remap.sequence && (program === null || program === remap.program),
  );
  const named = [remap, ...later].flatMap(({ effective_from, effective_to }) => [
    effective_from,
    effective_to ?? "",
  ]);
  const end = Date.parse(named.sort().at(-1)!) + 86_400_000;
  const has = ({ effective_from, effective_to }: Remap, date: string) =>
    effective_from <= date && (effective_to === null || date <= effective_to);
  for (let at = Date.parse(remap.effective_from); at <= end; at += 86_400_000) {
    const date = new Date(at).toISOString().slice(0, 10);
    if (has(remap, date) && !later.some((other) => has(other, date))) return false;
  }
  return true;
}
