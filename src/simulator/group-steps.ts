import type { MeterBasics, Touch } from "./basics.ts";
import { midnightMsOf } from "./calendar.ts";
import { type Happening, happeningsUntil } from "./happenings.ts";
import { hashOf, salt, toFraction } from "./hash.ts";
import type { Period } from "./periods.ts";
import type { Program } from "./programs.ts";
import type { MarketGroup, World } from "./world.ts";

/** From a local day on, until the next step or the period's end. */
export type Step = { readonly firstDay: number; readonly group: MarketGroup | null };

/** The groups of one meter in one delivery period, as Leap tells them at an instant. Never empty. */
export function toSteps(
  world: World,
  meter: MeterBasics,
  program: Program,
  period: Period,
  nowMs: number,
  touch: Touch,
): readonly Step[] {
  const steps: Step[] = [{ firstDay: period.firstDay, group: null }];
  const knownFromMs = assignedFromMs(world, meter, program, period);
  if (knownFromMs > nowMs) return steps;
  touch(knownFromMs);
  const pool = world.groupsByPool.get(program.pool) ?? [];
  const firstDay = Math.max(period.firstDay, meter.joinDay);
  const first = pickGroup(world, meter, program, period, pool);
  if (period.lastDay !== null && firstDay > period.lastDay) return steps;
  applyStep(steps, firstDay, first);
  for (const happening of remapsUntil(world, meter, program, nowMs)) {
    if (happening.atMs < knownFromMs) continue;
    const day = Math.max(firstDay, toEffectiveDay(happening, period));
    if (happening.day > (period.lastDay ?? Number.POSITIVE_INFINITY)) break;
    if (day > (period.lastDay ?? Number.POSITIVE_INFINITY)) continue;
    touch(happening.atMs);
    applyStep(steps, day, toOtherGroup(happening, steps, day, first, pool));
  }
  return steps;
}

/** From `firstDay` on the group is this one, whatever had been said about later days. */
function applyStep(steps: Step[], firstDay: number, group: MarketGroup | null): void {
  while ((steps.at(-1)?.firstDay ?? Number.NEGATIVE_INFINITY) >= firstDay) steps.pop();
  const last = steps.at(-1);
  if (last === undefined || last.group?.id !== group?.id) steps.push({ firstDay, group });
}

/**
 * When a period's group is first told; never for meters that are not to be active, or not in this program.
 */
function assignedFromMs(world: World, meter: MeterBasics, program: Program, period: Period): number {
  if (meter.outcome !== "ACTIVE") return Number.POSITIVE_INFINITY;
  // Some meters wait in their second program for ever: ACTIVE, without a group.
  if (meter.index % 11 === 3 && program !== meter.programs[0]) return Number.POSITIVE_INFINITY;
  if (world.isFrozen || period.lastDay === null) return meter.joinKnownMs;
  const roll = hashOf(world.seed, meter.index, salt.assigned, period.ordinal);
  // One in thirty comes a day or two late, in a period that has begun.
  const leadDays = roll % 30 === 0 ? -1 : program.assignedDaysAhead - ((roll >>> 8) % 3);
  const told =
    midnightMsOf(meter.facts.zone, period.firstDay - leadDays) + Math.floor(toFraction(roll) * 80_000_000);
  return Math.max(told, meter.joinKnownMs);
}

/** Some meters move with every period, others keep their group for a year. */
function pickGroup(
  world: World,
  meter: MeterBasics,
  program: Program,
  period: Period,
  pool: readonly MarketGroup[],
): MarketGroup | null {
  const roll = hashOf(world.seed, meter.index, salt.detail, 2);
  const span = [1, 2, 3, 12][roll & 3] ?? 1;
  const epoch = Math.floor((period.ordinal + ((roll >>> 2) % span)) / span);
  const draw = toFraction(
    hashOf(hashOf(world.seed, meter.index, salt.group), streamOf(world, meter, program), epoch),
  );
  // Uneven on purpose: no two groups are of one size.
  return pool[Math.floor(pool.length * (0.6 * draw + 0.4 * draw * draw))] ?? null;
}

function remapsUntil(
  world: World,
  meter: MeterBasics,
  program: Program,
  nowMs: number,
): readonly Happening[] {
  const kind = salt.remap + 64 * (1 + streamOf(world, meter, program));
  return happeningsUntil(world, meter, kind, world.rates.remap, nowMs);
}

/**
 * Which stream of chance a program's groups come from. Of the meters in two programs that share their
 * groups, most are in the same group in both and move in both at once.
 */
function streamOf(world: World, meter: MeterBasics, program: Program): number {
  const isSharing = hashOf(world.seed, meter.index, salt.sharing) % 4 > 0;
  const key = (other: Program): boolean => (isSharing ? other.pool === program.pool : other === program);
  return meter.facts.programs.findIndex(key);
}

/** How far ahead a move is announced, more often well ahead than not. */
const daysAhead = [1, 2, 3, 3, 4, 4, 5, 5];

/**
 * Announced for a day to come, revised for today or tomorrow, or for the whole period, the past days of it
 * included.
 */
function toEffectiveDay(happening: Happening, period: Period): number {
  const { day, roll } = happening;
  const kind = roll % 10;
  if (kind < 5) return Math.max(period.firstDay, day + (daysAhead[(roll >>> 8) % 8] ?? 1));
  if (kind === 9) return period.firstDay;
  return Math.max(period.firstDay, day + ((roll >>> 8) % 2));
}

function toOtherGroup(
  happening: Happening,
  steps: readonly Step[],
  day: number,
  first: MarketGroup | null,
  pool: readonly MarketGroup[],
): MarketGroup | null {
  const before = steps.findLast((step) => step.firstDay <= day)?.group ?? null;
  if (before === null) return first;
  if (pool.length === 1 || (happening.roll >>> 20) % 16 === 0) return null;
  const position = pool.indexOf(before);
  const distance = 1 + (happening.roll % (pool.length - 1));
  return pool[(position + distance) % pool.length] ?? null;
}
