import { Failure } from "../failure/index.ts";
import { parseDay } from "./calendar.ts";
import { hashOf, permute, salt, toUuid } from "./hash.ts";
import { type Program, type RegionFacts, toRegionTable } from "./programs.ts";

export type PortfolioOptions = {
  /** Any number; the same seed gives the same world. */
  readonly seed: number;
  /** How many meters there are on `startDate`. */
  readonly meterCount: number;
  /** `YYYY-MM-DD`, a day in UTC. */
  readonly startDate: string;
  /** After `startDate`; about 0.2 % of `meterCount`, at least one, where it is left out. */
  readonly newMetersPerDay?: number;
  /**
   * Multiplies how often anything happens (1). 0 freezes the portfolio: only calendar and delivery periods
   * move.
   */
  readonly changeRate?: number;
};

export type MarketGroup = { readonly id: string; readonly name: string };

/** Chances a day. */
export type Rates = {
  readonly remap: number;
  readonly status: number;
  readonly action: number;
  readonly preference: number;
  readonly reference: number;
  readonly tag: number;
  readonly archive: number;
};

/** What never changes about a simulated world. */
export type World = {
  readonly seed: number;
  readonly meterCount: number;
  readonly newMetersPerDay: number;
  readonly startDay: number;
  /** Nothing happens before this day, so that a meter's past is short however old it is. */
  readonly movesFromDay: number;
  readonly isFrozen: boolean;
  readonly rates: Rates;
  /** The regions of twenty meters in a row. */
  readonly regions: readonly RegionFacts[];
  readonly groupsByPool: ReadonlyMap<string, readonly MarketGroup[]>;
};

const meterCountMax = 50_000_000;
const membersWanted = { least: 9, most: 200 };
/** From this size on about one meter in a hundred changes a day; smaller portfolios are livelier. */
const calmMeterCount = 8_000;
const ratesWhenCalm: Rates = {
  remap: 0.0025,
  status: 0.001,
  action: 0.001,
  preference: 0.0006,
  reference: 0.0003,
  tag: 0.0003,
  archive: 0.0001,
};

/** Fails with kind `usage` where an option is out of its range. */
export function toWorld(options: PortfolioOptions): World {
  const { meterCount, changeRate = 1 } = options;
  const startDay = parseDay(options.startDate);
  if (startDay === undefined || startDay < firstStartDay)
    throw new Failure("usage", "The simulator's start date must be a day (YYYY-MM-DD) after 2019.");
  if (!Number.isInteger(meterCount) || meterCount < 0 || meterCount > meterCountMax)
    throw new Failure("usage", `The simulator's meter count must be a whole number up to ${meterCountMax}.`);
  if (!(changeRate >= 0)) throw new Failure("usage", "The simulator's change rate must be 0 or more.");
  const newMetersPerDay = options.newMetersPerDay ?? Math.max(1, Math.round(meterCount * 0.002));
  if (!Number.isInteger(newMetersPerDay) || newMetersPerDay < 0)
    throw new Failure("usage", "The simulator's new meters per day must be a whole number, 0 or more.");
  const seed = hashOf(Math.trunc(options.seed) % 2 ** 31, Math.floor(Math.abs(options.seed) / 2 ** 31));
  const regions = toRegionTable(meterCount);
  return {
    seed,
    meterCount,
    newMetersPerDay: changeRate === 0 ? 0 : newMetersPerDay,
    startDay,
    movesFromDay: startDay - 40,
    isFrozen: changeRate === 0,
    rates: toRates(meterCount, changeRate),
    regions,
    groupsByPool: toGroups(seed, regions, meterCount),
  };
}

const firstStartDay = 18_262;

function toRates(meterCount: number, changeRate: number): Rates {
  const liveliness = Math.max(1, Math.sqrt(calmMeterCount / Math.max(1, meterCount))) * changeRate;
  const entries = Object.entries(ratesWhenCalm).map(([name, rate]) => [name, rate * liveliness]);
  return Object.fromEntries(entries) as Rates;
}

function toGroups(
  seed: number,
  regions: readonly RegionFacts[],
  meterCount: number,
): ReadonlyMap<string, readonly MarketGroup[]> {
  const membersByPool = new Map<string, number>();
  for (const facts of new Set(regions)) {
    const regionShare = regions.filter((other) => other === facts).length / regions.length;
    for (const program of facts.programs) {
      const members = meterCount * regionShare * program.share;
      membersByPool.set(program.pool, Math.max(membersByPool.get(program.pool) ?? 0, members));
    }
  }
  let poolNumber = 0;
  const groupSeed = hashOf(seed, salt.groupId);
  const groups = new Map<string, readonly MarketGroup[]>();
  for (const [pool, members] of membersByPool) {
    const number = poolNumber++;
    const length = toGroupCount(pool, members);
    groups.set(
      pool,
      Array.from({ length }, (_, position) => ({
        id: toUuid(permute((number << 20) | position, groupSeed), seed, salt.groupId),
        name: `${pool}_${String(position + 1).padStart(2, "0")}`,
      })),
    );
  }
  return groups;
}

/** Even the smallest portfolio has a choice of two groups in its main program, so that something can move. */
function toGroupCount(pool: Program["pool"], members: number): number {
  const wanted = Math.min(membersWanted.most, Math.max(membersWanted.least, members / 3));
  return Math.max(pool === "CACC" ? 2 : 1, Math.round(members / wanted));
}
