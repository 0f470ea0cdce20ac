import { dayMs } from "./calendar.ts";
import { hashOf, salt, toFraction } from "./hash.ts";
import type { World } from "./world.ts";

/** The first meter was added on 2019-01-02. */
const originDay = 17_898;
const dayUs = dayMs * 1000;

/**
 * When a meter was added, in epoch microseconds: strictly later for every later index, so that a range of
 * date added is a range of indexes.
 */
export function addedUsAt(world: World, index: number): number {
  const jitter = toFraction(hashOf(world.seed, index, salt.added));
  if (index < world.meterCount) {
    const slotUs = founderSlotUs(world);
    return originDay * dayUs + index * slotUs + Math.floor(jitter * slotUs);
  }
  const newcomer = index - world.meterCount;
  const slotUs = newcomerSlotUs(world);
  const day = world.startDay + 1 + Math.floor(newcomer / world.newMetersPerDay);
  return day * dayUs + (newcomer % world.newMetersPerDay) * slotUs + Math.floor(jitter * slotUs);
}

/** How many meters were added at or before an instant (epoch microseconds). */
export function countAddedUntil(world: World, instantUs: number): number {
  const daysSinceStart = Math.floor(instantUs / dayUs) - world.startDay;
  let count: number;
  if (daysSinceStart < 1) {
    const slot = Math.floor((instantUs - originDay * dayUs) / founderSlotUs(world));
    count = Math.min(world.meterCount, Math.max(0, slot + 1));
  } else {
    const slot =
      world.newMetersPerDay === 0 ? 0 : Math.floor((instantUs % dayUs) / newcomerSlotUs(world)) + 1;
    const newcomersOnDay = Math.min(world.newMetersPerDay, slot);
    count = world.meterCount + (daysSinceStart - 1) * world.newMetersPerDay + newcomersOnDay;
  }
  // The last slot has begun, but its meter may come later in it.
  while (count > 0 && addedUsAt(world, count - 1) > instantUs) count--;
  return count;
}

function founderSlotUs(world: World): number {
  return Math.floor(((world.startDay - originDay) * dayUs) / Math.max(1, world.meterCount));
}

function newcomerSlotUs(world: World): number {
  return Math.floor(dayUs / world.newMetersPerDay);
}
