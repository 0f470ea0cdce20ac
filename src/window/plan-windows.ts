import type { ReadWindow } from "../leap/index.ts";

/**
 * Windows between the cuts, the first and the last open-ended, so that together they hold every date.
 * Neighbours overlap by a millisecond on either side of their cut: whether Leap takes its limits as strict or
 * as inclusive, no meter falls between two windows; one that falls into both is read twice and counted once.
 */
export function planWindows(cuts: readonly number[]): ReadWindow[] {
  const sorted = [...new Set(cuts)].sort((a, b) => a - b);
  const froms = [null, ...sorted.map((cut) => cut - 1)];
  return froms.map((addedFromMs, index) => {
    const cut = sorted[index];
    return { addedFromMs, addedToMs: cut === undefined ? null : cut + 1 };
  });
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
