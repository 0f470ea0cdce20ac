import type { MeterBasics } from "./basics.ts";
import { dayAt, dayMs, midnightMsOf } from "./calendar.ts";
import { hashOf, toFraction } from "./hash.ts";
import type { World } from "./world.ts";

/** Something that happened to a meter, at an instant of a local day. */
export type Happening = {
  readonly atMs: number;
  readonly day: number;
  /** What exactly: a number to draw the details from. */
  readonly roll: number;
};

/**
 * Time is cut into slots of this many days, each with at most one happening of a kind: a few looks, not one
 * a day.
 */
const slotDays = 16;
const chanceMax = 0.95;
const none: readonly Happening[] = [];

/**
 * What had happened to a meter of one kind by an instant, oldest first.
 * @param kind a number of its own for every kind of happening, and for every program where it has one
 * @param ratePerDay the chance a day
 */
export function happeningsUntil(
  world: World,
  meter: MeterBasics,
  kind: number,
  ratePerDay: number,
  nowMs: number,
): readonly Happening[] {
  const chance = Math.min(chanceMax, ratePerDay * slotDays);
  if (chance === 0) return none;
  const firstDay = Math.max(world.movesFromDay, meter.joinDay + 1);
  const lastSlot = Math.floor(dayAt(meter.facts.zone, nowMs) / slotDays);
  let found: Happening[] | undefined;
  for (let slot = Math.floor(firstDay / slotDays); slot <= lastSlot; slot++) {
    const draw = hashOf(world.seed, meter.index, kind, slot);
    if (toFraction(draw) >= chance) continue;
    const roll = hashOf(draw, slot, kind);
    const day = slot * slotDays + (roll % slotDays);
    if (day < firstDay) continue;
    const atMs = midnightMsOf(meter.facts.zone, day) + instantOfDayMs(roll);
    if (atMs > nowMs) continue;
    found ??= [];
    found.push({ atMs, day, roll: hashOf(roll, kind) });
  }
  return found ?? none;
}

/** An instant some whole days and a part of one after a happening. */
export function laterMs(happening: Happening, days: number): number {
  return happening.atMs + days * dayMs + Math.floor(toFraction(hashOf(happening.roll, days)) * 0.8 * dayMs);
}

/** Any time of the day, the shortest day of the year included. */
function instantOfDayMs(roll: number): number {
  return Math.floor(toFraction(hashOf(roll, 1)) * (dayMs - 3_600_000));
}
