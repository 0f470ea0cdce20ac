import { type Bounds, narrowestMs } from "./plan-split.ts";
import { windowCountMax } from "./plan-windows.ts";

/** A window as it was read, with the number of meters in it. */
export type CountedWindow = {
  readonly addedFromMs: number | null;
  readonly addedToMs: number | null;
  readonly meterCount: number;
};

/** So that a reader that is done early finds another window, and all are done at about the same time. */
const windowsPerReader = 8;

/** Further pages are lost when a run is killed, or a window restarted. */
const pagesPerWindowMax = 10;

/** A window with fewer meters is not worth its request. */
const metersPerWindowMin = 100;

/** Neighbours overlap at their cut, so a window may hold one meter of either neighbour. */
const metersOverlapping = 2;

/**
 * How many meters a window is to hold: about eight windows per reader, at most ten pages, at least 100 meters
 * (also where that is more than ten tiny pages), and no more than 10,000 windows (I8). Two less than a whole
 * number of pages, so that what overlaps does not cost a page of its own.
 */
export function planWindowSize(input: {
  readonly meterCount: number;
  readonly concurrency: number;
  readonly pageSize: number;
}): number {
  const { meterCount, concurrency, pageSize } = input;
  const pagesWanted = Math.round(
    (meterCount / (windowsPerReader * concurrency) + metersOverlapping) / pageSize,
  );
  const pagesMin = toPages(Math.max(metersPerWindowMin, meterCount / windowCountMax));
  return Math.max(pagesMin, Math.min(pagesWanted, pagesPerWindowMax)) * pageSize - metersOverlapping;

  function toPages(meters: number): number {
    return Math.ceil((meters + metersOverlapping) / pageSize);
  }
}

/**
 * Cuts from the dates added of every so many-th meter, in order: a minute apart at least, and with a cut of
 * its own behind a crowd. Meters enrolled together cannot be told apart by date; alone in a narrow window
 * they are read as one chain, and nobody tries to split them.
 */
export function planCutsFromDates(dates: readonly number[]): number[] {
  const cuts: number[] = [];
  for (const date of dates) {
    const last = cuts.at(-1);
    if (last === undefined || date - last >= narrowestMs) cuts.push(date);
    else if (date >= last) cuts.push(last + narrowestMs);
  }
  return cuts;
}

/**
 * Cuts such that every window holds about as many meters, at most `metersPerWindow`, for versions whose
 * answers carry no date: made from the windows read before, in which meters are taken as spread evenly. Cuts
 * ascend, a minute apart at least; `planWindows` makes at most 10,000 windows of them (I8).
 */
export function planCutsFromCounts(
  windows: readonly CountedWindow[],
  metersPerWindow: number,
  bounds: Bounds,
): number[] {
  const stretches = toStretches(windows, bounds);
  const total = stretches.reduce((sum, { meterCount }) => sum + meterCount, 0);
  const windowCount = Math.min(Math.ceil(total / Math.max(1, metersPerWindow)), windowCountMax);
  const cuts: number[] = [];
  let [index, passed] = [0, 0];
  for (let share = 1; share < windowCount; share += 1) {
    const wanted = (total * share) / windowCount;
    let stretch = stretches[index];
    while (stretch !== undefined && passed + stretch.meterCount < wanted) {
      passed += stretch.meterCount;
      index += 1;
      stretch = stretches[index];
    }
    if (stretch === undefined) break;
    const { fromMs, toMs, meterCount } = stretch;
    const cut = Math.round(fromMs + ((toMs - fromMs) * (wanted - passed)) / meterCount);
    const last = cuts.at(-1);
    if (last === undefined || cut - last >= narrowestMs) cuts.push(cut);
  }
  return cuts;
}

type Stretch = { readonly fromMs: number; readonly toMs: number; readonly meterCount: number };

/** The windows side by side: each ends where the next begins, in the middle of where the two overlap. */
function toStretches(windows: readonly CountedWindow[], { startMs, nowMs }: Bounds): Stretch[] {
  const sorted = windows.toSorted((left, right) => (toFrom(left) < toFrom(right) ? -1 : 1));
  const ends = sorted.map(({ addedToMs }, index) => {
    const nextFromMs = sorted[index + 1]?.addedFromMs ?? null;
    return nextFromMs === null ? (addedToMs ?? nowMs) : toMiddle(nextFromMs, addedToMs ?? nextFromMs);
  });
  let fromMs = sorted[0]?.addedFromMs ?? Math.min(startMs, ends[0] ?? startMs);
  return sorted.map(({ meterCount }, index) => {
    const toMs = Math.max(fromMs, ends[index] ?? fromMs);
    const stretch = { fromMs, toMs, meterCount };
    fromMs = toMs;
    return stretch;
  });
}

function toFrom({ addedFromMs }: CountedWindow): number {
  return addedFromMs ?? Number.NEGATIVE_INFINITY;
}

function toMiddle(left: number, right: number): number {
  return Math.floor((left + right) / 2);
}
