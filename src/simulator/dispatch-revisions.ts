import { dayAt, dayMs } from "./calendar.ts";
import { hashOf } from "./hash.ts";
import { groupsOnDay } from "./meter-state.ts";
import type { Portfolio } from "./portfolio.ts";

/** A meter whose groups of today or tomorrow Leap told anew. */
export type LateRevision = {
  readonly index: number;
  readonly meterId: string;
  readonly zone: string;
  readonly revisedAtMs: number;
  /** The local day it is about, and whether that was the next one when it was revised. */
  readonly day: number;
  readonly isTomorrow: boolean;
  /** The groups it is in no more, and those it is in now. Not both empty. */
  readonly left: readonly string[];
  readonly joined: readonly string[];
};

/** Those told on a day of UTC. */
export type FindRevisions = (utcDay: number) => readonly LateRevision[];

/** Short enough that a delivery period that had changes in it is still listed when it is over. */
const stretchDays = 7;
/** In large portfolios not every meter is looked at. */
const metersAStretch = 400;
/** One meter seldom changes more often. */
const changesAStretch = 20;
const stretchesRemembered = 16;

/** The latest stretches are remembered, since their days are asked for one after the other. */
export function createRevisions(portfolio: Portfolio): FindRevisions {
  const remembered = new Map<number, readonly LateRevision[]>();
  const recall = (stretch: number): readonly LateRevision[] => {
    const known = remembered.get(stretch);
    if (known !== undefined) return known;
    const found = findInStretch(portfolio, stretch);
    remembered.set(stretch, found);
    for (const oldest of remembered.keys()) {
      if (remembered.size <= stretchesRemembered) break;
      remembered.delete(oldest);
    }
    return found;
  };
  return (utcDay) =>
    recall(Math.floor(utcDay / stretchDays)).filter(
      ({ revisedAtMs }) => Math.floor(revisedAtMs / dayMs) === utcDay,
    );
}

/** From the end of the stretch back, from one change of a meter to the one before. */
function findInStretch(portfolio: Portfolio, stretch: number): readonly LateRevision[] {
  const fromMs = stretch * stretchDays * dayMs;
  const toMs = fromMs + stretchDays * dayMs - 1;
  const count = portfolio.meterCountAt(toMs);
  const firstIndex = count <= metersAStretch ? 0 : hashOf(portfolio.world.seed, 205, stretch) % count;
  const found: LateRevision[] = [];
  for (let step = 0; step < Math.min(count, metersAStretch); step++) {
    const index = (firstIndex + step) % count;
    let atMs = portfolio.stateOf(index, toMs).modifiedMs;
    for (let change = 0; change < changesAStretch && atMs >= fromMs; change++) {
      const revision = toRevision(portfolio, index, atMs);
      if (revision !== null) found.push(revision);
      const beforeMs = portfolio.stateOf(index, atMs - 1).modifiedMs;
      // The first change of all is that it was added.
      if (beforeMs >= atMs) break;
      atMs = beforeMs;
    }
  }
  return found;
}

function toRevision(portfolio: Portfolio, index: number, atMs: number): LateRevision | null {
  const before = portfolio.stateOf(index, atMs - 1);
  const after = portfolio.stateOf(index, atMs);
  const { zone } = after.basics.facts;
  const today = dayAt(zone, atMs);
  for (const day of [today, today + 1]) {
    const old = new Set(groupsOnDay(before.rows, day).map((group) => group.marketGroupId));
    const fresh = new Set(groupsOnDay(after.rows, day).map((group) => group.marketGroupId));
    const left = [...old].filter((id) => !fresh.has(id));
    const joined = [...fresh].filter((id) => !old.has(id));
    if (left.length + joined.length === 0) continue;
    const { meterId } = after;
    return { index, meterId, zone, revisedAtMs: atMs, day, isTomorrow: day > today, left, joined };
  }
  return null;
}
