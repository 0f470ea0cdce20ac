import { expect } from "vitest";
import {
  loadGroupMembersAsOf,
  loadGroupsAsOf,
  loadMeterGroupsAsOf,
  toReader,
} from "../../src/reader/index.ts";
import { addDays, datesFrom } from "./calendar.ts";
import { type Chance, openChance } from "./chance.ts";
import { type Judge, openJudge } from "./judge.ts";
import { usualRules } from "./oracle-breaker.ts";
import { digestOf } from "./oracle-views.ts";
import { openRandomPortfolio } from "./random-portfolio.ts";
import { openResidentPortfolio } from "./resident-portfolio.ts";
import { type Days, openDays } from "./run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "./scripted-leap.ts";
import { readGroups, readHistory, readMembers } from "./views.ts";

/** A stay as it was published: the last date is inclusive, null for ever. */
type Stay = {
  readonly meterId: string;
  readonly program: string;
  readonly group: string;
  readonly from: string;
  readonly to: string | null;
};

/** What the views showed when something was published; the judge has held them against its own oracle. */
type Shown = {
  readonly atMs: number;
  readonly stays: readonly Stay[];
  /** As JSON: date, group, programs, count, digest. */
  readonly groups: readonly string[];
  /** As JSON: date, group, program, meter. */
  readonly members: readonly string[];
};

export type AsOfWalk = {
  readonly seed: number;
  readonly days: number;
  /** A few meters about which anything may be said; or many, whose groups are others every month. */
  readonly portfolio: "random" | "monthly";
  /** How many instants are asked about, each with every trade date; all that matter where left out. */
  readonly instants?: number;
};

/**
 * Lives through a history, notes what was shown at each publication, and then asks about all of it again.
 * Returns how many pairs of trade date and instant were asked, and how much stood in the answers.
 */
export async function walkAsOf(walk: AsOfWalk) {
  const chance = openChance(walk.seed);
  const leap = await openScriptedLeap();
  const days = openDays(leap, { concurrency: 1 });
  try {
    const shown = await live(walk, chance, leap, days);
    const dates = datesFrom(addDays(toDate(shown[0]!.atMs), -5), addDays(toDate(shown.at(-1)!.atMs), 10));
    const every = toInstants(shown);
    const asked = walk.instants === undefined ? every : pickSome(chance, every, walk.instants);
    const where = `${walk.portfolio}, seed ${walk.seed}`;
    let rowCount = 0;
    for (const knownAtMs of asked) {
      const then = shown.findLast(({ atMs }) => atMs <= knownAtMs);
      for (const tradeDate of dates) {
        const about = `${where}: ${tradeDate} as known at ${new Date(knownAtMs).toISOString()}`;
        rowCount += inspectPair(days, then, { tradeDate, knownAtMs }, about);
      }
    }
    return { publications: shown.length, pairs: asked.length * dates.length, rows: rowCount };
  } finally {
    days.close();
    await leap.close();
  }
}

async function live({ days: dayCount, portfolio }: AsOfWalk, chance: Chance, leap: ScriptedLeap, days: Days) {
  const start = Date.parse(`${addDays("2026-10-01", chance.below(60))}T00:00:00Z`) + chance.below(86_400_000);
  const world = portfolio === "random" ? openRandomWorld(chance) : openMonthlyWorld(chance, start);
  const judge = openJudge(leap, days, usualRules);
  const shown: Shown[] = [];
  for (let nowMs = start; nowMs < start + dayCount * 86_400_000; ) {
    const where = `${portfolio}, at ${new Date(nowMs).toISOString()}`;
    leap.entries = world(nowMs);
    const judged = await judge.run(where, { nowMs, horizonDays: chance.hits(0.8) ? 3 : 1 + chance.below(5) });
    if (judged === "published" || isReleased(judge, chance, where, nowMs)) shown.push(readShown(days));
    // Days without a run, several runs at one instant, and mostly a run a day.
    nowMs +=
      3_600_000 * (chance.hits(0.1) ? 24 * (2 + chance.below(4)) : chance.pick([0, 3, 20, 24, 24, 26]));
  }
  return shown;
}

function isReleased(judge: Judge, chance: Chance, where: string, nowMs: number): boolean {
  if (!judge.isHeld() || chance.hits(0.3)) return false;
  judge.decide(`${where}, released`, nowMs, "release");
  return true;
}

function openRandomWorld(chance: Chance) {
  const portfolio = openRandomPortfolio(chance, 3 + chance.below(5), false);
  return (nowMs: number) => {
    if (chance.hits(0.8)) portfolio.change(toDate(nowMs));
    return portfolio.entries();
  };
}

function openMonthlyWorld(chance: Chance, startMs: number) {
  const portfolio = openResidentPortfolio(chance, 5 + chance.below(20), startMs);
  return (nowMs: number) => {
    portfolio.age(nowMs);
    return portfolio.entries(nowMs, "v2");
  };
}

function readShown({ database }: Days): Shown {
  const row = database.prepare("SELECT published_at FROM snapshot_info").get();
  return {
    atMs: Date.parse(String(row?.published_at)),
    stays: readHistory(database).map((text) => {
      const [meterId, program, group, from, to] = JSON.parse(text);
      return { meterId, program, group, from, to };
    }),
    groups: readGroups(database).map((text) => JSON.stringify(JSON.parse(text).slice(0, 5))),
    members: readMembers(database).map((text) => JSON.stringify(JSON.parse(text).slice(0, 4))),
  };
}

/** Just before, at and just after each publication, between two of them, long before and long after all. */
function toInstants(shown: readonly Shown[]): number[] {
  const at = shown.map(({ atMs }) => atMs);
  const near = at.flatMap((atMs, place) => {
    const between = Math.floor((atMs + (at[place + 1] ?? atMs)) / 2);
    return [atMs - 1, atMs, atMs + 1, between];
  });
  return [...new Set([at[0]! - 86_400_000, ...near, at.at(-1)! + 400 * 86_400_000])];
}

/** Holds what is said now of one pair against what was published, and against what was shown then. */
function inspectPair(
  { database }: Days,
  then: Shown | undefined,
  asOf: { readonly tradeDate: string; readonly knownAtMs: number },
  about: string,
): number {
  const reader = toReader(database);
  const { tradeDate } = asOf;
  const stays = (then?.stays ?? []).filter(
    ({ from, to }) => from <= tradeDate && tradeDate <= (to ?? "9999"),
  );
  const groups = [...loadGroupsAsOf(reader, asOf)].map((row) =>
    JSON.stringify([row.trade_date, row.market_group_id, row.programs, row.member_count, row.members_sha256]),
  );
  const ids = [...new Set(stays.map(({ group }) => group))];
  const toRow = (row: { market_group_id: string; program: string | null; meter_id: string }) =>
    JSON.stringify([tradeDate, row.market_group_id, row.program ?? "", row.meter_id]);
  const members = ids.flatMap((id) => [...loadGroupMembersAsOf(reader, id, asOf)].map(toRow)).sort();
  const meterIds = new Set((then?.stays ?? []).map(({ meterId }) => meterId));
  const byMeter = [...meterIds].flatMap((id) => [...loadMeterGroupsAsOf(reader, id, asOf)].map(toRow)).sort();

  const held = stays
    .map((stay) => JSON.stringify([tradeDate, stay.group, stay.program, stay.meterId]))
    .sort();
  expect(groups.sort(), `${about}: groups`).toEqual(ids.map((id) => toGroup(id, tradeDate, stays)).sort());
  expect(members, `${about}: members`).toEqual(held);
  expect(byMeter, `${about}: by meter`).toEqual(held);
  if (then !== undefined) inspectShown(then, tradeDate, groups, members, about);
  return members.length;
}

function toGroup(id: string, tradeDate: string, stays: readonly Stay[]): string {
  const own = stays.filter(({ group }) => group === id);
  const ids = new Set(own.map(({ meterId }) => meterId));
  const programs = new Set(own.flatMap(({ program }) => (program === "" ? [] : [program])));
  return JSON.stringify([tradeDate, id, [...programs].sort(), ids.size, digestOf(ids)]);
}

/** A view shows fewer days than are known; what it showed is said still, and of its groups nothing more. */
function inspectShown(
  then: Shown,
  tradeDate: string,
  groups: readonly string[],
  members: readonly string[],
  about: string,
): void {
  const ofDay = (rows: readonly string[]) => rows.filter((row) => row.startsWith(`["${tradeDate}"`));
  const shownGroups = ofDay(then.groups);
  const shownMembers = ofDay(then.members);
  expectWithin(shownGroups, groups, about);
  expectWithin(shownMembers, members, about);
  const shownIds = new Set(shownGroups.map((row) => JSON.parse(row)[1]));
  const whole = members.filter((row) => shownIds.has(JSON.parse(row)[1]));
  expectWithin(whole, shownMembers, about);
}

function expectWithin(some: readonly string[], all: readonly string[], about: string): void {
  const known = new Set(all);
  expect(
    some.filter((row) => !known.has(row)),
    `${about}: as shown then`,
  ).toEqual([]);
}

function pickSome(chance: Chance, instants: readonly number[], count: number): number[] {
  return Array.from({ length: count }, () => chance.pick(instants));
}

function toDate(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
