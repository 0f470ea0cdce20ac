import type { MeterBasics, Status, Touch } from "./basics.ts";
import { dayAt, midnightMsOf, midnightTextOf } from "./calendar.ts";
import { toSteps } from "./group-steps.ts";
import { hashOf, salt, toFraction } from "./hash.ts";
import type { Life } from "./lifecycle.ts";
import { type Deadline, type Period, periodsAround } from "./periods.ts";
import type { Program } from "./programs.ts";
import type { MarketGroup, World } from "./world.ts";

/** One `program_enrollment` row; days are local, the last one inclusive, `null` is forever. */
export type EnrollmentRow = {
  readonly program: string;
  readonly deliveryPeriod: string;
  readonly firstDay: number;
  readonly lastDay: number | null;
  readonly startText: string;
  readonly endText: string;
  readonly status: Status;
  readonly deadlines: readonly Deadline[];
  readonly group: MarketGroup | null;
};

/** One meter, looked at from one instant. */
export type View = {
  readonly world: World;
  readonly meter: MeterBasics;
  readonly life: Life;
  readonly nowMs: number;
  readonly touch: Touch;
};

const endlessSpellings = [
  "9000-12-31T23:59:59.999999999Z",
  "2099-12-31T08:00:00Z",
  "9000-01-01T00:00:00Z",
] as const;

/** Every row Leap lists for a meter at an instant, by program, then by day. */
export function toEnrollmentRows(view: View): readonly EnrollmentRow[] {
  const today = dayAt(view.meter.facts.zone, view.nowMs);
  return view.meter.programs.flatMap((program) =>
    listedPeriods(view, program, today).flatMap((period) => toRows(view, program, period, today)),
  );
}

function listedPeriods(view: View, program: Program, today: number): readonly Period[] {
  const { world, meter, nowMs, touch } = view;
  const { previous, latest, next } = periodsAround(program, meter.facts.zone, today);
  const periods: Period[] = [];
  for (const period of [previous, latest]) {
    if (period !== null && (period.lastDay === null || period.lastDay >= meter.addedDay))
      periods.push(period);
  }
  if (next === null) return periods;
  // A frozen portfolio lists the next period from the day the latest begins, so that its rows change with
  // it only.
  if (world.isFrozen) return [...periods, next];
  touch(Math.min(nowMs, listedFromMs(world, meter, program, latest)));
  const listedMs = listedFromMs(world, meter, program, next);
  if (listedMs > nowMs) return periods;
  touch(listedMs);
  return [...periods, next];
}

function listedFromMs(world: World, meter: MeterBasics, program: Program, period: Period): number {
  const roll = hashOf(world.seed, meter.index, salt.listing, period.ordinal);
  const day = period.firstDay - program.listedDaysAhead - (roll % 3);
  return midnightMsOf(meter.facts.zone, day) + Math.floor(toFraction(roll) * 80_000_000);
}

/** One row for every group that the period is spent in. */
function toRows(view: View, program: Program, period: Period, today: number): readonly EnrollmentRow[] {
  const { world, meter, nowMs, touch } = view;
  const { zone } = meter.facts;
  const steps = toSteps(world, meter, program, period, nowMs, touch);
  const rows = steps.map((step, position): EnrollmentRow => {
    const following = steps[position + 1];
    const lastDay = following === undefined ? period.lastDay : following.firstDay - 1;
    return {
      program: program.identifier,
      deliveryPeriod: period.name,
      firstDay: step.firstDay,
      lastDay,
      startText: midnightTextOf(zone, step.firstDay),
      endText: lastDay === null ? toEndless(meter) : midnightTextOf(zone, lastDay),
      status: toRowStatus(view, program, period, today, step.group !== null),
      deadlines: period.deadlines,
      group: step.group,
    };
  });
  return isTwiceOver(view, program, period, today) ? [...rows, ...rows.slice(-1)] : rows;
}

function toRowStatus(view: View, program: Program, period: Period, today: number, hasGroup: boolean): Status {
  const { world, meter, life } = view;
  const best = program.isNeverActive ? "ELIGIBLE" : "ACTIVE";
  // What is over is not told anew.
  const isOver = period.lastDay !== null && period.lastDay < today;
  if (isOver && meter.outcome === "ACTIVE" && meter.joinDay <= today) return best;
  if (life.programStatus?.identifier === program.identifier) return life.programStatus.status;
  if (life.status !== "ACTIVE") return life.status;
  const isAhead = period.firstDay > today && !world.isFrozen;
  const isEarly = hashOf(world.seed, meter.index, salt.detail, period.ordinal) % 2 === 0;
  return isAhead && !isEarly && !hasGroup ? "ELIGIBLE" : best;
}

/** A row listed twice: it happens, and means nothing. */
function isTwiceOver({ meter }: View, program: Program, period: Period, today: number): boolean {
  const isRunning = period.firstDay <= today && (period.lastDay === null || today <= period.lastDay);
  return isRunning && meter.index % 9 === 4 && program === meter.programs[0];
}

function toEndless(meter: MeterBasics): string {
  return endlessSpellings[meter.index % endlessSpellings.length] ?? endlessSpellings[0];
}
