import { addedUsAt } from "./added.ts";
import { dayAt, dayMs, midnightMsOf } from "./calendar.ts";
import { hashOf, permute, salt, toFraction, toUuid, unpermute } from "./hash.ts";
import type { Program, RegionFacts } from "./programs.ts";
import type { World } from "./world.ts";

export type Status = "ACTIVE" | "ELIGIBLE" | "INELIGIBLE" | "NOT_PARTICIPATING" | "PENDING";

/** What holds of a meter at every instant. */
export type MeterBasics = {
  readonly index: number;
  readonly facts: RegionFacts;
  /** The main program first. */
  readonly programs: readonly Program[];
  readonly addedUs: number;
  /** Local, as are all days. */
  readonly addedDay: number;
  /** Where its enrollment ends up; only ACTIVE meters are ever in a group. */
  readonly outcome: Status;
  readonly eligibleFromMs: number;
  readonly activeFromMs: number;
  /** The first day in a group, and when that was first to be read. */
  readonly joinDay: number;
  readonly joinKnownMs: number;
};

/** Told the instant (epoch ms) of every change that has happened. */
export type Touch = (instantMs: number) => void;

export function meterIdAt(world: World, index: number): string {
  return toUuid(permute(index, world.seed), world.seed, salt.identity);
}

/** The index that a meter id stands for, or undefined where no meter of this world has that id. */
export function indexOfMeter(world: World, meterId: string): number | undefined {
  const id = meterId.toLowerCase();
  if (!/^[0-9a-f]{8}-/.test(id)) return undefined;
  const index = unpermute(Number.parseInt(id.slice(0, 8), 16), world.seed);
  return meterIdAt(world, index) === id ? index : undefined;
}

export function toBasics(world: World, index: number): MeterBasics {
  const facts = regionAt(world, index);
  const addedUs = addedUsAt(world, index);
  const addedMs = Math.floor(addedUs / 1000);
  const addedDay = dayAt(facts.zone, addedMs);
  const roll = hashOf(world.seed, index, salt.lifecycle);
  // A frozen portfolio has no new meters on their way: everyone has long arrived.
  const joinDay = world.isFrozen ? addedDay : addedDay + 5 + (roll % 6);
  const spread = toFraction(hashOf(world.seed, index, salt.lifecycle, 1));
  return {
    index,
    facts,
    programs: programsOf(world, index, facts),
    addedUs,
    addedDay,
    outcome: outcomeAt(world, index),
    eligibleFromMs: world.isFrozen ? addedMs : addedMs + Math.floor((0.5 + 2.5 * spread) * dayMs),
    activeFromMs: world.isFrozen
      ? addedMs
      : midnightMsOf(facts.zone, joinDay) + Math.floor(spread * 0.4 * dayMs),
    joinDay,
    joinKnownMs: world.isFrozen
      ? addedMs
      : midnightMsOf(facts.zone, joinDay - 1 - (roll % 2)) + Math.floor(spread * 0.9 * dayMs),
  };
}

function regionAt(world: World, index: number): RegionFacts {
  const length = world.regions.length;
  const turn = hashOf(world.seed, Math.floor(index / length), salt.region);
  const facts = world.regions[(index + turn) % length];
  if (facts === undefined) throw new RangeError(`no region at ${index}`);
  return facts;
}

function programsOf(world: World, index: number, facts: RegionFacts): readonly Program[] {
  const isIn = (program: Program, position: number): boolean =>
    position === 0 || toFraction(hashOf(world.seed, index, salt.program, position)) < program.share;
  return facts.programs.filter(isIn);
}

/** One meter in 25 of each: even a small portfolio has some that never become active. */
function outcomeAt(world: World, index: number): Status {
  const turn = hashOf(world.seed, Math.floor(index / 25), salt.lifecycle, 2);
  const place = (index * 7 + turn) % 25;
  if (place === 0) return "INELIGIBLE";
  if (place === 1) return "PENDING";
  return place === 2 ? "NOT_PARTICIPATING" : "ACTIVE";
}
