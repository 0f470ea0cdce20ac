import { type RequiredActions, toRequiredActions } from "./actions.ts";
import { type MeterBasics, meterIdAt, toBasics } from "./basics.ts";
import { type EnrollmentRow, toEnrollmentRows } from "./enrollment-rows.ts";
import { hashOf, salt } from "./hash.ts";
import { type Identity, toIdentity } from "./identity.ts";
import { type Life, toLife } from "./lifecycle.ts";
import type { World } from "./world.ts";

/**
 * All there is to know about one meter at one instant: what both versions of the API tell, each in its own
 * way.
 */
export type MeterState = {
  readonly meterId: string;
  readonly basics: MeterBasics;
  readonly identity: Identity;
  readonly life: Life;
  readonly rows: readonly EnrollmentRow[];
  readonly actions: RequiredActions;
  /** The last change of anything but the calendar, epoch ms. */
  readonly modifiedMs: number;
  /** The last change of the record itself, epoch microseconds: enrollment does not count. */
  readonly updatedUs: number;
};

export function toMeterState(world: World, index: number, nowMs: number): MeterState {
  const basics = toBasics(world, index);
  let modifiedMs = Math.floor(basics.addedUs / 1000);
  const touch = (instantMs: number): void => {
    if (instantMs > modifiedMs) modifiedMs = instantMs;
  };
  const identity = toIdentity(world, basics, nowMs, touch);
  const updatedUs = Math.max(basics.addedUs, modifiedMs * 1000 + (hashOf(basics.index, salt.added) % 1000));
  const life = toLife(world, basics, nowMs, touch);
  const rows = toEnrollmentRows({ world, meter: basics, life, nowMs, touch });
  const actions = toRequiredActions(world, basics, nowMs, touch);
  return { meterId: meterIdAt(world, index), basics, identity, life, rows, actions, modifiedMs, updatedUs };
}

/** The groups a meter is in on a local day, by program. A row listed twice counts once. */
export function groupsOnDay(
  rows: readonly EnrollmentRow[],
  day: number,
): readonly { program: string; marketGroupId: string; marketGroupName: string }[] {
  const found = new Map<string, { program: string; marketGroupId: string; marketGroupName: string }>();
  for (const { program, group, firstDay, lastDay } of rows) {
    if (group === null || day < firstDay || (lastDay !== null && day > lastDay)) continue;
    found.set(`${program} ${group.id}`, { program, marketGroupId: group.id, marketGroupName: group.name });
  }
  return [...found.values()];
}
