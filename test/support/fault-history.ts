import { expect } from "vitest";
import { addDays } from "./calendar.ts";
import { type Chance, openChance } from "./chance.ts";
import { type Judge, openJudge } from "./judge.ts";
import { type FaultName, faultNames, installFault, removeFault } from "./leap-faults.ts";
import { noRules, type Rules, usualRules } from "./oracle-breaker.ts";
import { openResidentPortfolio, type ResidentPortfolio } from "./resident-portfolio.ts";
import { openDays } from "./run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "./scripted-leap.ts";

export type FaultHistory = {
  readonly seed: number;
  readonly days: number;
  /** How often a run meets a fault. */
  readonly faultShare?: number;
  /** Which faults there are; all of them unless given. */
  readonly faults?: readonly FaultName[];
  /** Which rules bind; some or other unless given. */
  readonly rules?: Rules;
  /** How often a run is first tried by a process of its own, which is killed. */
  readonly killShare?: number;
};

export type Walked = {
  days: number;
  published: number;
  polls: number;
  held: number;
  failed: number;
  released: number;
  discarded: number;
  died: number;
  killed: number;
  /** Nothing but the calendar had moved: month rolls and the ends of seasons among them. */
  calendarAlone: number;
  /** The last run published everything there was. */
  isInStep: boolean;
  events: number;
  applied: number;
  /** Events by type. */
  readonly types: Readonly<Record<string, number>>;
  /** Times each rule held a run back, and each fault was put in place. */
  readonly rules: Record<string, number>;
  readonly faults: Record<string, number>;
};

const tightRules: Rules = {
  empty: true,
  absent: { percent: 20, count: 1 },
  region: { percent: 40, count: 1 },
  program: { percent: 40, count: 1 },
  loss: { percent: 20, count: 1 },
  group: { percent: 50, count: 2 },
  account: { percent: 50, count: 4 },
};

/**
 * Many days of a portfolio that lives by the calendar, read through a Leap with faults, by a process that
 * dies now and then, with days on which nothing runs and people who release and discard what is held.
 */
export async function walkFaultHistory({
  seed,
  days: dayCount,
  faultShare = 0.4,
  faults = faultNames,
  killShare = 0,
  ...given
}: FaultHistory): Promise<Walked> {
  const chance = openChance(seed);
  const leap = await openScriptedLeap();
  const startDate = addDays("2026-03-01", chance.below(700));
  let nowMs = Date.parse(`${startDate}T00:00:00Z`) + chance.below(86_400_000);
  const days = openDays(leap, { pageSize: 2 + chance.below(9), attemptCountMax: 4 });
  const anyRules = chance.pick([usualRules, tightRules, tightRules, noRules]);
  const rules = given.rules ?? anyRules;
  const versions = chance.pick([["v2"], ["v2"], ["v2"], ["v1"], ["v1", "v2"]] as const);
  const portfolio = openResidentPortfolio(chance, 4 + chance.below(40), nowMs);
  const judge = openJudge(leap, days, rules);
  const walked = makeWalked(dayCount);
  try {
    for (let day = 0; day < dayCount; day += 1) {
      const apiVersion = chance.pick(versions);
      const isOneVersion = versions.length === 1;
      const scene = { seed, chance, leap, portfolio, judge, walked, rules, isOneVersion, apiVersion };
      await walkDay({ ...scene, faultShare, faults, killShare }, day, nowMs);
      nowMs += 86_400_000 * (chance.hits(0.1) ? 1 + chance.below(5) : 1) + (chance.below(120) - 60) * 60_000;
    }
    const { events, applied, types } = judge.inspector.counts();
    return { ...walked, events, applied, types };
  } finally {
    days.close();
    await leap.close();
  }
}

type History = {
  readonly seed: number;
  readonly chance: Chance;
  readonly leap: ScriptedLeap;
  readonly portfolio: ResidentPortfolio;
  readonly judge: Judge;
  readonly walked: Walked;
  readonly rules: Rules;
  readonly apiVersion: "v1" | "v2";
  readonly isOneVersion: boolean;
  readonly faultShare: number;
  readonly faults: readonly FaultName[];
  readonly killShare: number;
};

/** A sweep, and perhaps a poll or another sweep after it; what is held is decided on, or not. */
async function walkDay(history: History, day: number, startMs: number): Promise<void> {
  const { chance, judge, portfolio, walked } = history;
  const isCalendarAlone = portfolio.age(startMs);
  let nowMs = startMs;
  for (let run = 0; run === 0 || (run < 3 && chance.hits(0.3)); run += 1) {
    const mode = run > 0 && chance.hits(0.6) ? "poll" : "sweep";
    await walkRun(history, { day, run, nowMs, mode, isCalendarAlone: run === 0 && isCalendarAlone });
    nowMs += (1 + chance.below(240)) * 60_000;
    if (judge.isHeld() && chance.hits(0.6)) {
      const decision = chance.hits(0.5) ? "release" : "discard";
      const where = `seed ${history.seed}, day ${day}, ${decision} at ${new Date(nowMs).toISOString()}`;
      judge.decide(where, nowMs, decision);
      walked[decision === "release" ? "released" : "discarded"] += 1;
      nowMs += (1 + chance.below(60)) * 60_000;
    }
  }
}

type Moment = {
  readonly day: number;
  readonly run: number;
  readonly nowMs: number;
  readonly mode: "sweep" | "poll";
  readonly isCalendarAlone: boolean;
};

async function walkRun(history: History, moment: Moment): Promise<void> {
  const { chance, leap, portfolio, judge, walked, rules, apiVersion } = history;
  const { day, run, nowMs, mode } = moment;
  const name: FaultName | null = chance.hits(history.faultShare) ? chance.pick(history.faults) : null;
  leap.entries = portfolio.entries(nowMs, apiVersion);
  const fault = name === null ? null : installFault(leap, name, chance);
  const isKilled = fault === null && run === 0 && chance.hits(history.killShare);
  const isDying = fault === null && chance.hits(0.06);
  const died = isKilled
    ? { killedAt: 1 + chance.below(20) }
    : isDying
      ? { diesAt: 1 + chance.below(200) }
      : {};
  const options = { nowMs, mode, apiVersion, rules, fault, ...died };
  const at = `${new Date(nowMs).toISOString()}, ${apiVersion} ${mode}, ${name ?? "no fault"}`;
  const where = `seed ${history.seed}, day ${day}, run ${run} at ${at}`;
  // A chain that returns what a lie has left out takes the windows for the liars, which is not judged here.
  const fullChainEvery = history.faultShare === 0 ? "3d" : "off";
  // What dies is resumed at once; an hour later, what a failed run has read is read again.
  const settings = { fullChainEvery, resumeWithin: "30s", concurrency: 1 + chance.below(3) };
  const judged = await judge.run(where, { ...options, ...settings });
  removeFault(leap);
  const isHonest = fault === null || fault.outcome === "survived";
  if (moment.isCalendarAlone && walked.isInStep && isHonest && rules === usualRules) {
    expect(judged, `${where}: the calendar alone holds nothing back`).toBe("published");
    walked.calendarAlone += 1;
  }
  walked.isInStep = judged === "published" && isHonest && mode === "sweep";
  if (fault !== null) walked.faults[fault.name] = (walked.faults[fault.name] ?? 0) + 1;
  if (fault?.outcome === "survived") expect(judged, where).not.toBe("failed");
  if (isKilled) walked.killed += 1;
  else if (isDying) walked.died += 1;
  if (judged !== "empty") walked[judged] += 1;
  if (judged === "published" && judge.wasPoll()) walked.polls += 1;
  for (const rule of judge.trips()) walked.rules[rule] = (walked.rules[rule] ?? 0) + 1;
  if (judged === "published" && judge.inspector.counts().consumers < 9 && chance.hits(0.1))
    judge.inspector.beginConsumers(history.isOneVersion ? "all" : "of groups");
}

function makeWalked(days: number): Walked {
  const counts = {
    published: 0,
    polls: 0,
    held: 0,
    failed: 0,
    released: 0,
    discarded: 0,
    died: 0,
    killed: 0,
    calendarAlone: 0,
  };
  return { days, ...counts, isInStep: false, events: 0, applied: 0, types: {}, rules: {}, faults: {} };
}
