import { addDays, datesFrom, localDate, zoneOf } from "./calendar.ts";
import { type Chance, openChance } from "./chance.ts";
import { addedAtOf, documentV1, documentV2, type MeterSketch, type Stay } from "./documents.ts";
import { openJudge } from "./judge.ts";
import { usualRules } from "./oracle-breaker.ts";
import { openDays } from "./run-days.ts";
import { openScriptedLeap } from "./scripted-leap.ts";

type Meter = {
  readonly number: number;
  readonly region: string;
  readonly plan: Map<string, readonly string[]>;
};

/**
 * A history told by v1, and now and then by v2, each publication compared with the oracle's. Leap's midnight
 * may come some minutes before or after ours, a zone at a time.
 */
export async function walkSwitches({ seed, runs, v2Share }: { seed: number; runs: number; v2Share: number }) {
  const chance = openChance(seed);
  const leap = await openScriptedLeap();
  const days = openDays(leap, { concurrency: 1 });
  try {
    const meters: Meter[] = [];
    const judge = openJudge(leap, days, usualRules);
    const { inspector } = judge;
    let nowMs =
      Date.parse(`${addDays("2026-10-20", chance.below(150))}T00:00:00Z`) + chance.below(86_400_000);
    for (let run = 0; run < runs; run += 1) {
      const apiVersion = chance.hits(v2Share) ? "v2" : "v1";
      const where = `seed ${seed}, run ${run} (${apiVersion}) at ${new Date(nowMs).toISOString()}`;
      changePlans(chance, meters, nowMs);
      const documents = toDocuments(chance, meters, nowMs, apiVersion);
      const isAway = meters.map(({ number }) => number > 1 && chance.hits(0.08));
      const isHidden = meters.map(({ number }) => number > 1 && chance.hits(0.05));
      leap.entries = documents
        .map((document, place) => ({
          addedMs: Date.parse(addedAtOf(place + 1)),
          isHidden: isHidden[place]!,
          document,
        }))
        .filter((_, place) => !isAway[place]);
      const horizonDays = chance.hits(0.7) ? 3 : 1 + chance.below(5);
      await judge.run(where, { nowMs, horizonDays, apiVersion });
      if (judge.isHeld()) judge.decide(`${where}, released`, nowMs, "release");
      if (v2Share === 0 && run % 12 === 0) inspector.beginConsumers();
      nowMs += chance.pick([0, 0.5, 3, 20, 24, 24, 24, 24, 49, 120]) * 3_600_000;
    }
    return inspector.counts();
  } finally {
    days.close();
    await leap.close();
  }
}

function changePlans(chance: Chance, meters: Meter[], nowMs: number): void {
  while (meters.length < 3 || (meters.length < 8 && chance.hits(0.1))) {
    const region = chance.pick(["CAISO", "NYISO", "WECC_SW"]);
    meters.push({ number: meters.length + 1, region, plan: new Map() });
  }
  for (const { plan, region } of meters) {
    const today = localDate(nowMs, zoneOf(region));
    const settled = plan.get(addDays(today, -2)) ?? toGroups(chance);
    for (const date of datesFrom(addDays(today, -2), addDays(today, 9))) {
      if (!plan.has(date)) plan.set(date, settled);
    }
    if (!chance.hits(0.3)) continue;
    const from = addDays(today, chance.below(5) - 1);
    const groups = toGroups(chance);
    const to = addDays(from, chance.hits(0.5) ? chance.below(2) : 20);
    for (const date of datesFrom(from, to)) plan.set(date, groups);
  }
}

function toGroups(chance: Chance): readonly string[] {
  const fate = chance.next();
  if (fate < 0.2) return [];
  return fate < 0.85 ? [chance.pick(["g1", "g2", "g3"])] : ["g1", "g3"];
}

function toDocuments(chance: Chance, meters: readonly Meter[], nowMs: number, apiVersion: "v1" | "v2") {
  const shifts = new Map<string, number>();
  return meters.map(({ number, region, plan }) => {
    const zone = zoneOf(region);
    const shift = shifts.get(zone) ?? chance.pick([0, 0, 0, 0, -1, 1]);
    shifts.set(zone, shift);
    const today = localDate(nowMs, zone);
    const stays: Stay[] = [...plan].flatMap(([date, groups]) =>
      groups.map((group) => ({ group, from: date, to: date, program: group === "g3" ? "DRAM" : "CCA" })),
    );
    const sketch: MeterSketch = { number, region, stays };
    if (apiVersion === "v2") return documentV2(sketch);
    const stray = chance.hits(0.03) ? [addDays(today, chance.pick([-3, 5]))] : [];
    return documentV1(sketch, [...datesFrom(addDays(today, shift), addDays(today, shift + 2)), ...stray]);
  });
}
