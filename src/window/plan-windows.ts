import type { ReadWindow } from "../leap/index.ts";

/** So many windows a sweep is read in at most (I8). */
export const windowCountMax = 10_000;

/**
 * Windows between the cuts, the first and the last open-ended, so that together they hold every date.
 * Neighbours overlap by a millisecond on either side of their cut: whether Leap takes its limits as strict or
 * as inclusive, no meter falls between two windows; one that falls into both is read twice and counted once.
 * At most 10,000 windows: where there are more cuts, some are left out evenly (I8).
 */
export function planWindows(cuts: readonly number[]): ReadWindow[] {
  return toOverlapping({ addedFromMs: null, addedToMs: null }, toFewer(toSorted(cuts)));
}

/** Cuts for a portfolio nothing is known of: the beginning of every quarter since its first day, UTC. */
export function planFirstCuts(portfolioStartMs: number, nowMs: number): number[] {
  const start = new Date(portfolioStartMs);
  const cuts: number[] = [];
  for (let quarter = Math.floor(start.getUTCMonth() / 3); ; quarter += 1) {
    const cut = Date.UTC(start.getUTCFullYear(), quarter * 3, 1);
    if (cut > nowMs) return cuts;
    if (cut >= portfolioStartMs) cuts.push(cut);
  }
}

/** A window in parts at ascending cuts inside of it; its own ends stay as they are. */
export function toOverlapping({ addedFromMs, addedToMs }: ReadWindow, cuts: readonly number[]): ReadWindow[] {
  const froms = [addedFromMs, ...cuts.map((cut) => cut - 1)];
  return froms.map((from, index) => {
    const cut = cuts[index];
    return { addedFromMs: from, addedToMs: cut === undefined ? addedToMs : cut + 1 };
  });
}

function toSorted(cuts: readonly number[]): number[] {
  return [...new Set(cuts)].sort((a, b) => a - b);
}

function toFewer(cuts: number[]): number[] {
  const most = windowCountMax - 1;
  if (cuts.length <= most) return cuts;
  return cuts.filter((_, index) => toStep(index + 1) > toStep(index));

  function toStep(index: number): number {
    return Math.floor((index * most) / cuts.length);
  }
}
