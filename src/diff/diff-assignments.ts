import {
  addDays,
  compareText,
  type Difference,
  type DocumentAssignments,
  type GroupRange,
  isListedWithoutGroup,
  type Program,
  type RegionHorizon,
  type StepFunction,
  type TradeDate,
  toDifferences,
  toDocumentGroups,
  toGroupRanges,
  toLatest,
  toNextBoundary,
  toPatched,
  toStartOfDay,
  toStepFunction,
  toUnion,
  wasPublished,
} from "../market/index.ts";
import type { ApiVersion } from "../meter/index.ts";
import type { Remap, RemapReason } from "./change.ts";
import { type Loss, toLosses } from "./losses.ts";

export type AssignmentRange = GroupRange & { readonly program: Program };

export type AssignmentSides = {
  /** The published step functions, as ranges. */
  readonly published: readonly AssignmentRange[];
  /**
   * What the published document says, or null where it is v1's (its days have passed), or there is none.
   */
  readonly documentBefore: DocumentAssignments | null;
  readonly documentAfter: DocumentAssignments;
  readonly afterVersion: ApiVersion;
  readonly horizon: RegionHorizon;
  /** The last date that publications since this meter's first have given a value; `null` for a new meter. */
  readonly publishedThrough: TradeDate | null;
  /** True when the last publication spoke the other version and the meter was in it. */
  readonly isSwitched: boolean;
  /** Its absence is confirmed: from this date on it has no group. `null` for a meter that Leap has. */
  readonly endsFrom: TradeDate | null;
  /** Runs have been held back since the last publication. */
  readonly isHeldBefore: boolean;
  /** This release reads documents in another way than the last publication did. */
  readonly isReread: boolean;
  readonly nowMs: number;
};

export type AssignmentPlan = {
  readonly remaps: readonly Remap[];
  readonly next: readonly AssignmentRange[];
  /** The next date not looked at on which time alone changes something, or null. */
  readonly nextBoundary: TradeDate | null;
  /** Dates on which the meter is left without any group though the published data gave it one. */
  readonly losses: readonly Loss[];
};

/**
 * The step functions to publish, and how they differ from the published ones. Dates before the first one
 * looked at stay; dates beyond the last keep what was published for them, or hold the last one's value.
 */
export function diffAssignments(sides: AssignmentSides): AssignmentPlan {
  const before = toFunctions(sides.published);
  const { range } = sides.horizon;
  if (sides.endsFrom !== null) return planEnd(sides, before, sides.endsFrom);
  if (range === null) {
    return { remaps: [], next: sides.published, nextBoundary: sides.horizon.today, losses: [] };
  }
  const holds = sides.publishedThrough === null || sides.publishedThrough <= range.last;
  const after = new Map<Program, StepFunction>();
  for (const program of toPrograms(before, sides.documentAfter.functions)) {
    const patch = sides.documentAfter.functions.get(program) ?? [];
    after.set(program, toPatched(before.get(program) ?? [], patch, { ...range, holds }));
  }
  // What v1 says ends with its third day, which is no change of anything.
  const said = sides.afterVersion === "v1" ? [] : sides.documentAfter.functions.values();
  return {
    remaps: toRemaps(sides, before, after, range.first),
    next: toRanges(after),
    nextBoundary: toNextBoundary([...after.values(), ...said], range.last),
    losses: toLosses(sides, before, after, { ...range, first: toLatest(range.first, sides.horizon.today) }),
  };
}

/**
 * The end of a meter whose absence is confirmed: from `endsFrom` on it has no group. The days of a gap before
 * that are evaluated as they would have been (v2); what v1 said of them stands.
 */
function planEnd(
  sides: AssignmentSides,
  before: ReadonlyMap<Program, StepFunction>,
  endsFrom: TradeDate,
): AssignmentPlan {
  const { range, today } = sides.horizon;
  const gap = sides.afterVersion === "v2" && range !== null && range.first < endsFrom ? range.first : null;
  const after = new Map<Program, StepFunction>();
  for (const program of toPrograms(before, sides.documentAfter.functions)) {
    const held = before.get(program) ?? [];
    const patch = sides.documentAfter.functions.get(program) ?? [];
    const until =
      gap === null ? held : toPatched(held, patch, { first: gap, last: addDays(endsFrom, -1), holds: false });
    after.set(program, toPatched(until, [], { first: endsFrom, last: endsFrom, holds: true }));
  }
  const last = range?.last ?? sides.horizon.published?.knownThrough ?? today;
  return {
    remaps: toRemaps(sides, before, after, gap ?? endsFrom),
    next: toRanges(after),
    nextBoundary: null,
    losses: toLosses(sides, before, after, { first: endsFrom, last }),
  };
}

function toRanges(functions: ReadonlyMap<Program, StepFunction>): AssignmentRange[] {
  return [...functions].flatMap(([program, fn]) => toGroupRanges(fn).map((row) => ({ ...row, program })));
}

function toRemaps(
  sides: AssignmentSides,
  before: ReadonlyMap<Program, StepFunction>,
  after: ReadonlyMap<Program, StepFunction>,
  first: TradeDate,
): Remap[] {
  if (sides.isSwitched || isForeign(sides, first)) {
    const differences = toDifferences(toUnion(before.values()), toUnion(after.values()), first);
    return differences.map((difference) => toRemap(sides, null, "any", difference));
  }
  return toPrograms(before, after).flatMap((program) =>
    toDifferences(before.get(program) ?? [], after.get(program) ?? [], first).map((difference) =>
      toRemap(sides, program, program, difference),
    ),
  );
}

/**
 * Whether what is published on the dates in question was told by the other version: programs there mean
 * nothing.
 */
function isForeign(sides: AssignmentSides, first: TradeDate): boolean {
  const spoken = sides.published.filter((row) => row.to === null || row.to >= first);
  return spoken.some((row) => (row.program === null) === (sides.afterVersion === "v2"));
}

function toRemap(
  sides: AssignmentSides,
  program: Program,
  asked: Program | "any",
  { from, to, before, after }: Difference,
): Remap {
  const { horizon } = sides;
  const isRevised = wasPublished(horizon.published, from);
  return {
    type: "meter.group.remapped",
    program,
    kind: before.length === 0 ? "assigned" : after.length === 0 ? "unassigned" : "moved",
    basis: isRevised ? "revised" : "announced",
    reason: after.length > 0 ? null : toReason(sides, asked, from, isRevised),
    fromMarketGroupIds: before,
    toMarketGroupIds: after,
    effectiveFrom: from,
    effectiveTo: to,
    leadTimeHours: Math.round((toStartOfDay(from, horizon.zone) - sides.nowMs) / 36_000) / 100,
  };
}

function toReason(
  sides: AssignmentSides,
  program: Program | "any",
  date: TradeDate,
  isRevised: boolean,
): RemapReason {
  if (sides.endsFrom !== null && date >= sides.endsFrom) return "missing";
  const hadGroup =
    sides.documentBefore === null
      ? isRevised
      : toDocumentGroups(sides.documentBefore, program, date).length > 0;
  if (hadGroup) return "withdrawn";
  if (sides.afterVersion === "v1")
    return sides.horizon.outermost === date ? "not_assigned_yet" : "period_ended";
  return isListedWithoutGroup(sides.documentAfter, program, date) ? "not_assigned_yet" : "period_ended";
}

function toFunctions(rows: readonly AssignmentRange[]): Map<Program, StepFunction> {
  const byProgram = new Map<Program, AssignmentRange[]>();
  for (const row of rows) byProgram.set(row.program, [...(byProgram.get(row.program) ?? []), row]);
  return new Map([...byProgram].map(([program, list]) => [program, toStepFunction(list)]));
}

function toPrograms(...maps: readonly ReadonlyMap<Program, StepFunction>[]): readonly Program[] {
  const programs = new Set(maps.flatMap((map) => [...map.keys()]));
  return [...programs].sort((a, b) => compareText(a ?? "", b ?? ""));
}
