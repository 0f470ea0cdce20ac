import { expect } from "vitest";
import { applyReports, findOverdue } from "../../src/acknowledgement/index.ts";
import type { Database } from "../../src/database/index.ts";
import {
  deliverDue,
  dropDeadLetters,
  enableSink,
  registerSinks,
  resendDeadLetters,
} from "../../src/delivery/index.ts";
import { planRetention, pruneOld } from "../../src/retention/index.ts";
import type { RunReport } from "../../src/sync/index.ts";
import { BrokenOffError, openBreakingPoints } from "../support/breaking-points.ts";
import { type Chance, openChance } from "../support/chance.ts";
import { openResidentPortfolio } from "../support/resident-portfolio.ts";
import type { DayOptions, Days } from "../support/run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import { readSnapshot } from "../support/views.ts";
import { openTwin, type Twin } from "./retention-twin.ts";

export type TwinHistory = {
  readonly seed: number;
  readonly runs: number;
  /** How often a run speaks v1. */
  readonly v1Share?: number;
};

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const acknowledgedBy = ["webhook:ems"];

type Walk = {
  readonly chance: Chance;
  readonly seed: number;
  readonly leap: ScriptedLeap;
  readonly plain: Twin;
  readonly pruned: Twin;
  nowMs: number;
  step: number;
  removed: Record<string, number>;
  held: RunReport | null;
};

/** Walks through a history with both; whatever they tell, send, hold, count and show must be the same. */
export async function walkTwins({ seed, runs, v1Share = 0 }: TwinHistory): Promise<Record<string, number>> {
  const chance = openChance(seed);
  const leap = await openScriptedLeap();
  const standing: DayOptions = { concurrency: 1, fullChainEvery: chance.pick(["off", "5d"]), pageSize: 7 };
  const walk: Walk = {
    chance,
    seed,
    leap,
    plain: openTwin(leap, standing, () => walk.step),
    pruned: openTwin(leap, standing, () => walk.step),
    nowMs: Date.parse("2026-10-05T00:00:00Z") + chance.below(60) * dayMs + chance.below(dayMs),
    step: 0,
    removed: {},
    held: null,
  };
  const portfolio = openResidentPortfolio(chance, 12 + chance.below(20), walk.nowMs);
  try {
    for (walk.step = 0; walk.step < runs; walk.step += 1) {
      portfolio.age(walk.nowMs);
      const apiVersion = chance.hits(v1Share) ? "v1" : "v2";
      leap.entries = chance.hits(0.04) ? [] : portfolio.entries(walk.nowMs, apiVersion);
      leap.dateMs = walk.nowMs;
      await live(walk, apiVersion);
      walk.nowMs += chance.pick([0.5, 3, 20, 24, 24, 24, 26, 49, 24 * chance.below(20)]) * hourMs;
    }
    return walk.removed;
  } finally {
    for (const { days } of [walk.plain, walk.pruned]) days.close();
    await leap.close();
  }
}

async function live(walk: Walk, apiVersion: "v1" | "v2"): Promise<void> {
  const { chance } = walk;
  const options: DayOptions = {
    apiVersion,
    mode: chance.hits(0.3) ? "poll" : "sweep",
    horizonDays: chance.hits(0.8) ? 3 : 1 + chance.below(5),
  };
  const breaksAt = chance.hits(0.08) ? 1 + chance.below(12) : Number.POSITIVE_INFINITY;
  const reports = await both(walk, "report", ({ days }) => runOnce(days, walk.nowMs, options, breaksAt));
  walk.held = reports?.status === "held" ? reports : reports?.status === "published" ? null : walk.held;
  if (walk.held !== null && chance.hits(0.4)) await decide(walk, walk.held);
  await deliver(walk);
  if (chance.hits(0.3)) await acknowledge(walk);
  prune(walk);
  compare(walk);
}

/** Does the same with both, and expects the same of it. */
async function both<T>(walk: Walk, what: string, act: (twin: Twin) => T | Promise<T>): Promise<T> {
  const plain = await act(walk.plain);
  const pruned = await act(walk.pruned);
  expect(pruned, `seed ${walk.seed}, step ${walk.step}: ${what}`).toEqual(plain);
  return plain;
}

async function runOnce(
  days: Days,
  nowMs: number,
  options: DayOptions,
  breaksAt: number,
): Promise<RunReport | null> {
  const breaking = openBreakingPoints(breaksAt, { isDead: true });
  try {
    return await days.run(nowMs, { ...options, wrapLeap: breaking.wrapLeap });
  } catch (error) {
    if (breaksAt === Number.POSITIVE_INFINITY) expect((error as Error).message).toMatch(/./);
    return null;
  }
}

async function decide(walk: Walk, held: RunReport): Promise<void> {
  const { chance, nowMs } = walk;
  const decision = chance.pick(["release", "release", "discard"] as const);
  await both(walk, decision, ({ days }) => days[decision](nowMs, held));
  walk.held = null;
}

async function deliver(walk: Walk): Promise<void> {
  const { chance, nowMs } = walk;
  const clock = { now: () => nowMs };
  const zones = { defaultZone: "America/Los_Angeles", zones: {} };
  await both(walk, "overdue", ({ days, sinks }) => {
    registerSinks(days.database, sinks, nowMs);
    return findOverdue(days.database, { zones, acknowledgedBy, marginMs: 12 * hourMs, nowMs });
  });
  if (chance.hits(0.2)) return;
  const wait = async () => undefined;
  const context = { signal: new AbortController().signal, clock, random: () => 0.5, wait };
  await both(walk, "delivery", ({ days, sinks }) => deliverDue(days.database, sinks, context));
  await both(walk, "what was sent", ({ sent }) => sent.splice(0));
  const choice = { sink: null, sequences: "all" } as const;
  if (chance.hits(0.1)) await both(walk, "resent", ({ days }) => resendDeadLetters(days.database, choice));
  if (chance.hits(0.1)) await both(walk, "dropped", ({ days }) => dropDeadLetters(days.database, choice));
  if (chance.hits(0.2)) await both(walk, "enabled", ({ days }) => enableSink(days.database, "webhook:ems"));
}

/** On what the pruned one still has: of anything else it says that it knows no such remap. */
async function acknowledge(walk: Walk): Promise<void> {
  const { chance, nowMs } = walk;
  const ids = walk.pruned.days.database
    .prepare("SELECT id FROM event WHERE type = 'meter.group.remapped' ORDER BY sequence")
    .all()
    .map((row) => String(row.id));
  const reports = ids
    .filter(() => chance.hits(0.6))
    .map((eventId) => {
      const outcome = chance.hits(0.8) ? ("applied" as const) : ("rejected" as const);
      return { eventId, outcome, reason: outcome === "applied" ? null : "no" };
    });
  await both(walk, "reports", ({ days }) => applyReports(days.database, reports, nowMs));
}

/** Everything stays a day; now and then pruning is cut short, or dies. */
function prune(walk: Walk): void {
  const { chance, nowMs } = walk;
  const { database } = walk.pruned.days;
  const keep = { eventsMs: dayMs, revisionsMs: dayMs, historyMs: dayMs, runsMs: dayMs };
  const rowCountMax = chance.hits(0.2) ? chance.below(30) : 100_000;
  const breaking = openBreakingPoints(chance.hits(0.15) ? 1 + chance.below(9) : 1e9, { isDead: true });
  const needs = { acknowledgedBy, toldSequence: null };
  const limits = { clock: { now: () => 0 }, timeMaxMs: 1, rowCountMax };
  try {
    const pruned = pruneOld(breaking.wrapDatabase(database), planRetention(keep, nowMs), needs, limits);
    for (const [table, count] of Object.entries(pruned))
      walk.removed[table] = (walk.removed[table] ?? 0) + Number(count);
  } catch (error) {
    if (!(error instanceof BrokenOffError)) throw error;
  }
}

function compare(walk: Walk): void {
  const where = `seed ${walk.seed}, step ${walk.step}`;
  const [plain, pruned] = [walk.plain.days.database, walk.pruned.days.database];
  const rows = (database: Database, sql: string) => database.prepare(sql).all();
  for (const sql of sameInBoth) expect(rows(pruned, sql), `${where}: ${sql}`).toEqual(rows(plain, sql));
  // Nothing counts as replaced that is published.
  const heads = "SELECT head_revision_id FROM meter WHERE head_revision_id IS NOT NULL";
  const wrong = `SELECT * FROM replaced_revision WHERE revision_id IN (${heads})`;
  expect(rows(pruned, wrong), where).toEqual([]);
  // What is there is as it was told, and what is young is there.
  const told = new Map(rows(plain, "SELECT * FROM event").map((row) => [Number(row.sequence), row]));
  const there = rows(pruned, "SELECT * FROM event");
  for (const row of there) expect(row, where).toEqual(told.get(Number(row.sequence)));
  const sequences = new Set(there.map((row) => Number(row.sequence)));
  const first = Number(rows(pruned, "SELECT first_sequence FROM snapshot_info")[0]?.first_sequence);
  for (const [sequence, row] of told) {
    if (sequence < first && Number(row.time_ms) < walk.nowMs - dayMs) continue;
    expect(sequences.has(sequence), `${where}: event ${sequence}`).toBe(true);
  }
  const { history: whole, ...views } = readSnapshot(plain);
  const { history, ...prunedViews } = readSnapshot(pruned);
  expect(prunedViews, where).toEqual(views);
  // Whoever asks about a day and an instant within the history gets the same answer.
  const knownMs = walk.nowMs - dayMs;
  const firstDate = new Date(knownMs - dayMs).toISOString().slice(0, 10);
  const isWithin = (row: string) => {
    const [, , , , to, , knownTo] = JSON.parse(row) as (string | null)[];
    return (to == null || to >= firstDate) && (knownTo == null || Date.parse(knownTo) >= knownMs);
  };
  expect(history!.filter(isWithin), `${where}: history`).toEqual(whole!.filter(isWithin));
}

/** What is never removed, or never matters again once it is. */
const sameInBoth = [
  "SELECT * FROM meter ORDER BY meter_key",
  "SELECT * FROM event_count",
  "SELECT * FROM market_group",
  "SELECT * FROM group_span",
  "SELECT * FROM horizon",
  "SELECT * FROM horizon_history",
  "SELECT * FROM discovered_field",
  "SELECT * FROM hidden_meter",
  "SELECT * FROM sink ORDER BY name",
  "SELECT * FROM delivery ORDER BY sink, sequence",
  "SELECT * FROM delivery_batch ORDER BY batch_key",
  "SELECT * FROM told_remap WHERE state IN ('told', 'rejected') ORDER BY sequence",
  "SELECT last_sequence, publication, planned_at_ms FROM stream",
  "SELECT * FROM staged_event",
  "SELECT * FROM staged_head",
  "SELECT run_id, status, report FROM run WHERE status IN ('held', 'running')",
  `SELECT m.meter_id, r.fingerprint FROM meter m JOIN revision r ON r.revision_id = m.head_revision_id
   ORDER BY 1`,
] as const;
