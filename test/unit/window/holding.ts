import type { ReadWindow } from "../../../src/leap/index.ts";

export type Limits = "strict" | "inclusive";

/** Whether a filter holds an instant; fractions of a millisecond are instants too. */
export function isInside({ addedFromMs, addedToMs }: ReadWindow, ms: number, limits: Limits): boolean {
  const [from, to] = [addedFromMs ?? Number.NEGATIVE_INFINITY, addedToMs ?? Number.POSITIVE_INFINITY];
  return limits === "strict" ? from < ms && ms < to : from <= ms && ms <= to;
}

/** Every tenth of a millisecond near the given instants: `created_at` has microseconds. */
export function toInstantsNear(edges: readonly number[]): number[] {
  return edges.flatMap((edge) => Array.from({ length: 61 }, (_, index) => edge + (index - 30) / 10));
}

/** Every end that any of the windows has. */
export function toEdges(windows: readonly ReadWindow[]): number[] {
  return windows
    .flatMap(({ addedFromMs, addedToMs }) => [addedFromMs, addedToMs])
    .filter((edge) => edge !== null);
}
