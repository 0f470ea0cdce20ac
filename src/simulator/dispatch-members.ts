import { type MeterBasics, toBasics } from "./basics.ts";
import type { DispatchPool, DispatchTarget } from "./dispatch-draft.ts";
import { type EnrollmentRow, toEnrollmentRows } from "./enrollment-rows.ts";
import { toLife } from "./lifecycle.ts";
import { groupsOnDay } from "./meter-state.ts";
import type { Portfolio } from "./portfolio.ts";

/** Who is dispatched, and under which programs. */
export type Dispatched = {
  /** Sorted. */
  readonly meterIds: readonly string[];
  /** Distinct, sorted. */
  readonly partnerReferences: readonly string[];
  /** In the order of the region's programs. Never empty. */
  readonly programs: readonly string[];
};

/** `null` where the group is empty, or the meter in none, on a local day as Leap knew it at an instant. */
export type FindDispatched = (target: DispatchTarget, day: number, sentAtMs: number) => Dispatched | null;

const answersRemembered = 4_000;

/** Looks at those meters only that can ever be in the group; a few thousand answers are remembered. */
export function createFinder(portfolio: Portfolio): FindDispatched {
  const candidatesOf = rememberCandidates(portfolio);
  const remembered = new Map<string, Dispatched | null>();
  return (target, day, sentAtMs) => {
    const key = `${target.id} ${day} ${sentAtMs}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const count = portfolio.meterCountAt(sentAtMs);
    const found =
      target.level === "group"
        ? findDispatched(portfolio, candidatesOf(target.pool, count), target.id, day, sentAtMs)
        : findDispatched(portfolio, target.index < count ? [target.index] : [], null, day, sentAtMs);
    remembered.set(key, found);
    for (const oldest of remembered.keys()) {
      if (remembered.size <= answersRemembered) break;
      remembered.delete(oldest);
    }
    return found;
  };
}

/** @param groupId `null` for any group */
function findDispatched(
  portfolio: Portfolio,
  candidates: readonly number[],
  groupId: string | null,
  day: number,
  sentAtMs: number,
): Dispatched | null {
  const programs = new Set<string>();
  const members = candidates.filter((index) => {
    const groups = groupsOnDay(toRows(portfolio, index, sentAtMs), day).filter(
      ({ marketGroupId }) => groupId === null || marketGroupId === groupId,
    );
    for (const { program } of groups) programs.add(program);
    return groups.length > 0;
  });
  const states = members.map((index) => portfolio.stateOf(index, sentAtMs));
  const [first] = states;
  if (first === undefined) return null;
  const order = first.basics.facts.programs.map(({ identifier }) => identifier);
  const references = states.flatMap(({ identity }) => identity.partnerReference ?? []);
  return {
    meterIds: states.map(({ meterId }) => meterId).sort(),
    partnerReferences: [...new Set(references)].sort(),
    programs: order.filter((identifier) => programs.has(identifier)),
  };
}

/** The rows alone: most of those looked at are in other groups, and need no name. */
function toRows({ world }: Portfolio, index: number, nowMs: number): readonly EnrollmentRow[] {
  const meter = toBasics(world, index);
  const touch = (): void => {};
  return toEnrollmentRows({ world, meter, life: toLife(world, meter, nowMs, touch), nowMs, touch });
}

/** By pool, the indexes of the meters that are in its programs and become active: that never changes. */
function rememberCandidates(portfolio: Portfolio): (pool: DispatchPool, count: number) => readonly number[] {
  const indexesOfPool = new Map<string, number[]>();
  let lookedAt = 0;
  const note = (basics: MeterBasics): void => {
    if (basics.outcome !== "ACTIVE") return;
    for (const name of new Set(basics.programs.map((program) => program.pool))) {
      const indexes = indexesOfPool.get(name);
      if (indexes === undefined) indexesOfPool.set(name, [basics.index]);
      else indexes.push(basics.index);
    }
  };
  return (pool, count) => {
    for (; lookedAt < count; lookedAt++) note(toBasics(portfolio.world, lookedAt));
    const indexes = indexesOfPool.get(pool.name) ?? [];
    return lookedAt === count ? indexes : indexes.filter((index) => index < count);
  };
}
