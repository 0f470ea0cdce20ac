import { dayMs } from "./calendar.ts";
import {
  type DispatchDraft,
  type DispatchKind,
  type DispatchPool,
  type DispatchTarget,
  pick,
  toDraft,
} from "./dispatch-draft.ts";
import { toLateDraft } from "./dispatch-late.ts";
import { createRevisions } from "./dispatch-revisions.ts";
import { hashOf, toFraction } from "./hash.ts";
import type { Portfolio } from "./portfolio.ts";
import type { World } from "./world.ts";

/** All that may be dispatched, by day. */
export type DispatchDrafts = {
  /**
   * Those of a day: for every zone its own local day, and those that follow a change told on that day of
   * UTC. The same list comes back for the same day, for as long as it is remembered.
   */
  readonly ofDay: (day: number) => readonly DispatchDraft[];
};

/**
 * A draft's slots begin at most so many days of UTC after the day it is listed under, and never before that
 * day. It is sent on the day before at the earliest.
 */
export const draftReachDays = 2;

const groupChance = 0.11;
const groupDispatchesADay = 60;
const meterChance = 0.005;
const meterDispatchesADay = 40;
const daysRemembered = 128;

const caisoKinds: readonly DispatchKind[] = [
  ...Array<DispatchKind>(7).fill("day-ahead"),
  ...Array<DispatchKind>(4).fill("hour-ahead"),
  ...Array<DispatchKind>(5).fill("5m"),
  ...Array<DispatchKind>(3).fill("standard"),
  "capacity-test",
];
const otherKinds: readonly DispatchKind[] = [
  ...Array<DispatchKind>(13).fill("standard"),
  ...Array<DispatchKind>(4).fill("day-ahead"),
  ...Array<DispatchKind>(2).fill("hour-ahead"),
  "capacity-test",
];

/** @param rate multiplies how often anything is dispatched; 0 is never */
export function createDrafts(portfolio: Portfolio, rate: number): DispatchDrafts {
  const pools = toPools(portfolio.world);
  const poolOfGroup = new Map(pools.flatMap((pool) => pool.groups.map(({ id }) => [id, pool] as const)));
  const poolOf = (id: string): DispatchPool | undefined => poolOfGroup.get(id);
  const revisionsOf = createRevisions(portfolio);
  const remembered = new Map<number, readonly DispatchDraft[]>();
  const makeDay = (day: number): readonly DispatchDraft[] => {
    const { seed } = portfolio.world;
    return [
      ...draftsOfGroups(pools, seed, rate, day),
      ...draftsOfMeters(portfolio, rate, day),
      ...revisionsOf(day).flatMap((one) => toLateDraft(one, poolOf, seed, rate) ?? []),
    ];
  };
  return {
    ofDay: (day) => {
      if (rate === 0) return [];
      const known = remembered.get(day);
      if (known !== undefined) return known;
      const made = makeDay(day);
      remembered.set(day, made);
      for (const oldest of remembered.keys()) {
        if (remembered.size <= daysRemembered) break;
        remembered.delete(oldest);
      }
      return made;
    },
  };
}

/** Groups are dispatched more often on the first of a month, when most of them have just changed. */
function draftsOfGroups(
  pools: readonly DispatchPool[],
  worldSeed: number,
  rate: number,
  day: number,
): readonly DispatchDraft[] {
  const targets = pools.flatMap((pool) =>
    pool.groups.map(({ id }): DispatchTarget => ({ level: "group", id, pool })),
  );
  const isFirstOfMonth = new Date(day * dayMs).getUTCDate() === 1;
  const chance = Math.min(groupChance * (isFirstOfMonth ? 4 : 1), groupDispatchesADay / targets.length);
  const seed = hashOf(worldSeed, 201, day);
  return targets.flatMap((target, position) => {
    const key = hashOf(seed, position);
    if (target.level !== "group" || toFraction(key) >= chance * rate) return [];
    const { region, zone } = target.pool.facts;
    const kind = pick(region === "CAISO" ? caisoKinds : otherKinds, hashOf(key, 40));
    return [toDraft({ key, idSeed: seed, target, zone, day, kind, test: null, lateRevision: null })];
  });
}

/** Every twelfth or so is a communication test. */
function draftsOfMeters(portfolio: Portfolio, rate: number, day: number): readonly DispatchDraft[] {
  const seed = hashOf(portfolio.world.seed, 202, day);
  const knownMs = (day - 1) * dayMs;
  const meterCount = portfolio.meterCountAt(knownMs);
  if (meterCount === 0) return [];
  const expected = Math.min(meterDispatchesADay, 0.5 + meterCount * meterChance) * rate;
  const count = Math.floor(expected + toFraction(seed));
  return Array.from({ length: count }, (_, position) => {
    const key = hashOf(seed, position);
    const index = hashOf(key, 41) % meterCount;
    const { meterId, basics } = portfolio.stateOf(index, knownMs);
    const { region, zone } = basics.facts;
    const isTest = hashOf(key, 42) % 12 === 0;
    const kind = isTest ? "standard" : pick(region === "CAISO" ? caisoKinds : otherKinds, hashOf(key, 40));
    return toDraft({
      key,
      idSeed: seed,
      target: { level: "meter", id: meterId, index },
      zone,
      day,
      kind,
      test: isTest ? "communication" : null,
      lateRevision: null,
    });
  });
}

function toPools(world: World): readonly DispatchPool[] {
  return [...new Set(world.regions)].flatMap((facts) =>
    [...new Set(facts.programs.map((program) => program.pool))].map((name) => ({
      name,
      facts,
      groups: world.groupsByPool.get(name) ?? [],
    })),
  );
}
