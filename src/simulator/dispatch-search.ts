import type { DispatchMarket } from "./dispatch-book.ts";
import { toSearchResult } from "./dispatch-documents.ts";
import type { DispatchDraft } from "./dispatch-draft.ts";
import { type DispatchSearch, toDispatchToken } from "./dispatch-request.ts";
import type { DispatchTruth } from "./dispatch-truth.ts";

export type DispatchPage = {
  readonly results: readonly object[];
  /** `null` on the last page. */
  readonly next_page_token: string | null;
};

/**
 * One page of what had been sent by now. All pages show the instant at which the first was asked for, so
 * that together they hold every dispatch once, however the clock runs.
 */
export function toSearchPage(
  market: DispatchMarket,
  search: DispatchSearch,
  nowMs: number,
  pageSize: number,
): DispatchPage {
  const askedAtMs = search.page?.askedAtMs ?? nowMs;
  const drafts = market
    .draftsBetween(search.fromMs, search.toMs)
    .filter((draft) => isPossible(search, draft, askedAtMs));
  const results: object[] = [];
  for (let position = search.page?.position ?? 0; position < drafts.length; position++) {
    const draft = drafts[position];
    const truths = draft === undefined ? [] : market.inForceAt(draft, askedAtMs);
    const wanted = truths.filter((truth) => isWanted(search, truth));
    if (wanted.length === 0) continue;
    // One more is there: only then is there another page.
    if (results.length === pageSize)
      return { results, next_page_token: toDispatchToken({ position, askedAtMs }, search.digest) };
    results.push(toSearchResult(wanted, askedAtMs));
  }
  return { results, next_page_token: null };
}

/** What a draft alone shows, so that members are looked up for few. */
function isPossible(search: DispatchSearch, draft: DispatchDraft, nowMs: number): boolean {
  return (
    draft.target.level === search.level &&
    (search.targetIds?.has(draft.target.id) ?? true) &&
    !(search.excludesRealTime && draft.kind === "5m") &&
    draft.sentAtMs.some((sentAtMs) => sentAtMs <= nowMs) &&
    draft.slots.some(({ startMs }) => startMs >= search.fromMs && startMs < search.toMs)
  );
}

function isWanted(search: DispatchSearch, truth: DispatchTruth): boolean {
  return (
    truth.startMs >= search.fromMs &&
    truth.startMs < search.toMs &&
    (search.eventIds?.has(truth.eventId) ?? true) &&
    !(search.excludesVoluntary && truth.isVoluntary)
  );
}
