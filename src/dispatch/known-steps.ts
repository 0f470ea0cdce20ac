import { toMembersSha256 } from "../meter/index.ts";

/** Somebody's place in a set, and from when until when (exclusive; null for still) it was known. */
export type Stay = {
  readonly meterId: string;
  readonly knownFromMs: number;
  readonly knownToMs: number | null;
};

/** What was known from an instant on, until the next step. */
export type KnownStep = {
  readonly fromMs: number;
  readonly count: number;
  /** Both are made when asked for: nobody asks about most steps, and a group may have many. */
  readonly sha256: string;
  readonly toMeterIds: () => ReadonlySet<string>;
};

/**
 * Who was known to be there, as a step function of the instant: a step wherever the set became another one.
 * The first is nobody, since ever. What replaces itself at an instant, or was never known for any time, is
 * no step.
 */
export function toKnownSteps(stays: readonly Stay[]): readonly KnownStep[] {
  const moves = toMoves(stays);
  const steps: KnownStep[] = [nobody];
  const counts = new Map<string, number>();
  for (const atMs of [...moves.keys()].sort((a, b) => a - b)) {
    const those = moves.get(atMs) ?? [];
    const touched = new Map(those.map(({ meterId }) => [meterId, counts.has(meterId)]));
    for (const { meterId, by } of those) {
      const count = (counts.get(meterId) ?? 0) + by;
      if (count === 0) counts.delete(meterId);
      else counts.set(meterId, count);
    }
    const isOther = [...touched].some(([meterId, was]) => counts.has(meterId) !== was);
    if (!isOther) continue;
    steps.push(toStep(stays, atMs, counts.size));
  }
  return steps;
}

function toStep(stays: readonly Stay[], fromMs: number, count: number): KnownStep {
  let sha256: string | null = null;
  return {
    fromMs,
    count,
    get sha256() {
      sha256 ??= toMembersSha256([...toHeldAt(stays, fromMs)].sort());
      return sha256;
    },
    toMeterIds: () => toHeldAt(stays, fromMs),
  };
}

type Move = { readonly meterId: string; readonly by: 1 | -1 };

/** Who comes and who goes, by instant. */
function toMoves(stays: readonly Stay[]): ReadonlyMap<number, readonly Move[]> {
  const moves = new Map<number, Move[]>();
  const note = (atMs: number, move: Move) => {
    const those = moves.get(atMs);
    if (those === undefined) moves.set(atMs, [move]);
    else those.push(move);
  };
  for (const { meterId, knownFromMs, knownToMs } of stays) {
    note(knownFromMs, { meterId, by: 1 });
    if (knownToMs !== null) note(knownToMs, { meterId, by: -1 });
  }
  return moves;
}

function toHeldAt(stays: readonly Stay[], atMs: number): ReadonlySet<string> {
  const held = stays.filter(
    ({ knownFromMs, knownToMs }) => knownFromMs <= atMs && (knownToMs === null || knownToMs > atMs),
  );
  return new Set(held.map(({ meterId }) => meterId));
}

/** What was known at an instant. */
export function toStepAt(steps: readonly KnownStep[], atMs: number): KnownStep {
  return steps.findLast(({ fromMs }) => fromMs <= atMs) ?? nobody;
}

const nobody: KnownStep = {
  fromMs: Number.NEGATIVE_INFINITY,
  count: 0,
  sha256: toMembersSha256([]),
  toMeterIds: () => new Set(),
};
