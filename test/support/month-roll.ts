import { addDays } from "./calendar.ts";
import { openChance } from "./chance.ts";
import { openJudge } from "./judge.ts";
import { usualRules } from "./oracle-breaker.ts";
import { openResidentPortfolio } from "./resident-portfolio.ts";
import { openDays } from "./run-days.ts";
import { openScriptedLeap } from "./scripted-leap.ts";
import { readChanges } from "./views.ts";

export type MonthRoll = {
  readonly version: "v1" | "v2";
  /** The day of a month on which the next one's groups are told. */
  readonly announcedOn: number;
  /** Days from the first run on which it runs. */
  readonly days: readonly number[];
};

/**
 * A portfolio in which nothing moves but the calendar, from the 20th of October on: every month has groups of
 * its own, and a season ends. Returns the days whose runs did not publish, and how many remaps were told.
 */
export async function walkMonthRoll({ version, announcedOn, days: dayNumbers }: MonthRoll) {
  const leap = await openScriptedLeap();
  const days = openDays(leap, { pageSize: 50 });
  try {
    const noonOf = (day: number) => Date.parse(`${addDays("2026-10-20", day)}T19:00:00Z`);
    const portfolio = openResidentPortfolio(openChance(7), 60, noonOf(0), announcedOn);
    const judge = openJudge(leap, days, usualRules);
    const stopped: string[] = [];
    for (const day of dayNumbers) {
      leap.entries = portfolio.entries(noonOf(day), version);
      const judged = await judge.run(`${version}, day ${day}`, { nowMs: noonOf(day), apiVersion: version });
      if (judged !== "published") stopped.push(`day ${day}: ${judged} ${judge.trips().join()}`);
    }
    const remaps = readChanges(days.database).filter(({ type }) => type === "meter.group.remapped");
    return { stopped, remapped: new Set(remaps.map(({ subject }) => subject)).size };
  } finally {
    days.close();
    await leap.close();
  }
}
