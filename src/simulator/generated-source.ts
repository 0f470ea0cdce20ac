import { isWanted, type Search } from "./filter.ts";
import type { MeterSource, SourcePage } from "./meter-source.ts";
import type { MeterState } from "./meter-state.ts";
import type { Portfolio } from "./portfolio.ts";

/**
 * A page looks at no more meters than this; a rare filter gives short and empty pages that still have a
 * next one.
 */
const lookedAtMax = 20_000;

/** Answers searches out of the simulated portfolio. A position is the index of the next meter to look at. */
export function createGeneratedSource(portfolio: Portfolio): MeterSource {
  const isAdded = (index: number | undefined, nowMs: number): index is number =>
    index !== undefined && index < portfolio.meterCountAt(nowMs);
  return {
    versions: ["v1", "v2"],
    searchPage: async (search, position, nowMs, version) => {
      const candidates = toCandidates(portfolio, search, nowMs);
      const { states, next } = takePage(portfolio, search, candidates, position, nowMs);
      const documents = states.map((state) => portfolio.documentOf(state, nowMs, version));
      return { documents, nextPosition: next } satisfies SourcePage;
    },
    findMeter: async (meterId, nowMs, version) => {
      const index = portfolio.indexOf(meterId);
      if (!isAdded(index, nowMs)) return undefined;
      return portfolio.documentOf(portfolio.stateOf(index, nowMs), nowMs, version);
    },
    meterCountAt: portfolio.meterCountAt,
  };
}

/** Indexes in order: a range, or the few that were asked for by id. */
type Candidates = { readonly end: number; readonly next: (from: number) => number | undefined };

function toCandidates(portfolio: Portfolio, search: Search, nowMs: number): Candidates {
  const start = search.addedFromUs === null ? 0 : portfolio.countAddedUntil(search.addedFromUs - 1);
  const added = portfolio.meterCountAt(nowMs);
  const end =
    search.addedToUs === null ? added : Math.min(added, portfolio.countAddedUntil(search.addedToUs));
  if (search.meterIds === null) {
    return { end, next: (from) => (Math.max(from, start) < end ? Math.max(from, start) : undefined) };
  }
  const asked = search.meterIds.map((id) => portfolio.indexOf(id) ?? -1);
  const indexes = asked.filter((index) => index >= start && index < end).sort((left, right) => left - right);
  return { end, next: (from) => indexes.find((index) => index >= from) };
}

function takePage(
  portfolio: Portfolio,
  search: Search,
  candidates: Candidates,
  position: number,
  nowMs: number,
): { states: readonly MeterState[]; next: number | null } {
  const states: MeterState[] = [];
  let lookedAt = 0;
  let index = candidates.next(position);
  while (index !== undefined) {
    if (lookedAt++ === lookedAtMax) return { states, next: index };
    const state = portfolio.stateOf(index, nowMs);
    if (isWanted(search, state)) {
      // One more than fits: only now is it certain that there is a next page.
      if (states.length === search.pageSize) return { states, next: index };
      states.push(state);
    }
    index = candidates.next(index + 1);
  }
  return { states, next: null };
}
