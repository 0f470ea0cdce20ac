import { addDays } from "./calendar.ts";
import { type Chance, openChance } from "./chance.ts";
import { openJudge } from "./judge.ts";
import { type Rules, usualRules } from "./oracle-breaker.ts";
import { openRandomPortfolio } from "./random-portfolio.ts";
import { openResidentPortfolio } from "./resident-portfolio.ts";
import type { Days } from "./run-days.ts";
import type { ScriptedLeap } from "./scripted-leap.ts";
import { readGroups, readHistory, readMembers } from "./views.ts";

/** A stay as it was published: the last date is inclusive, null for ever. */
export type Stay = {
  readonly meterId: string;
  readonly program: string;
  readonly group: string;
  readonly from: string;
  readonly to: string | null;
};

/** What the views showed when something was published; the judge has held them against its own oracle. */
export type Shown = {
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
  /** A few meters about which anything may be said; or ones whose groups are others every month. */
  readonly portfolio: "random" | "monthly";
};

/** What was shown at each publication of a history, and how often what makes it odd came about. */
export type AsOfHistory = {
  readonly shown: readonly Shown[];
  readonly polls: number;
  readonly released: number;
  /** Publications as of the instant of the one before. */
  readonly atOnce: number;
  /** Times that a meter came to be missing, and assignments that were replaced by other knowledge. */
  readonly missing: number;
  readonly replaced: number;
};

/** With so few meters the usual rules hold nothing: these let a person decide now and then. */
const strictRules: Rules = {
  ...usualRules,
  absent: { percent: 25, count: 0 },
  loss: { percent: 40, count: 0 },
};

/** Lives through the days, held against the judge's oracle at every run. */
export async function liveAsOf(walk: AsOfWalk, leap: ScriptedLeap, days: Days): Promise<AsOfHistory> {
  const chance = openChance(walk.seed);
  const start = Date.parse(`${addDays("2026-10-01", chance.below(60))}T00:00:00Z`) + chance.below(86_400_000);
  const isMonthly = walk.portfolio === "monthly";
  const world = isMonthly ? openMonthlyWorld(chance, start) : openRandomWorld(chance);
  const judge = openJudge(leap, days, strictRules);
  const shown: Shown[] = [];
  const counts = { polls: 0, released: 0, atOnce: 0 };
  for (let nowMs = start; nowMs < start + walk.days * 86_400_000; ) {
    const where = `${walk.portfolio}, seed ${walk.seed}, at ${new Date(nowMs).toISOString()}`;
    leap.entries = world(nowMs);
    const horizonDays = chance.hits(0.8) ? 3 : 1 + chance.below(5);
    const mode = isMonthly && chance.hits(0.3) ? "poll" : "sweep";
    let isPublished = (await judge.run(where, { nowMs, horizonDays, mode })) === "published";
    if (isPublished && judge.wasPoll()) counts.polls += 1;
    if (judge.isHeld() && chance.hits(0.7)) {
      judge.decide(`${where}, released`, nowMs, "release");
      counts.released += 1;
      isPublished = true;
    }
    if (isPublished) {
      if (shown.at(-1)?.atMs === nowMs) counts.atOnce += 1;
      shown.push(readShown(days));
    }
    // Days without a run, several runs at one instant, and mostly a run a day.
    nowMs +=
      3_600_000 * (chance.hits(0.1) ? 24 * (2 + chance.below(4)) : chance.pick([0, 3, 20, 24, 24, 26]));
  }
  const count = (sql: string) => Number(days.database.prepare(`SELECT count(*) AS n FROM ${sql}`).get()?.n);
  return {
    shown,
    ...counts,
    missing: count("snapshot_events WHERE type = 'meter.missing'"),
    replaced: count("snapshot_assignment_history WHERE known_to IS NOT NULL"),
  };
}

function openRandomWorld(chance: Chance) {
  const portfolio = openRandomPortfolio(chance, 3 + chance.below(5), false);
  return (nowMs: number) => {
    if (chance.hits(0.8)) portfolio.change(new Date(nowMs).toISOString().slice(0, 10));
    return portfolio.entries();
  };
}

function openMonthlyWorld(chance: Chance, startMs: number) {
  const portfolio = openResidentPortfolio(chance, 4 + chance.below(8), startMs);
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
