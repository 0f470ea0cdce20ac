import { dayAt, dayMs, toDayText } from "./calendar.ts";
import { toNotification } from "./dispatch-documents.ts";
import type { DispatchDraft } from "./dispatch-draft.ts";
import { createDrafts, draftReachDays } from "./dispatch-drafts.ts";
import { createFinder, type Dispatched, type FindDispatched } from "./dispatch-members.ts";
import { toEventTypes, toPower, toTerms } from "./dispatch-terms.ts";
import type { DispatchBook, DispatchTruth } from "./dispatch-truth.ts";
import { hashOf, toUuid } from "./hash.ts";
import type { Portfolio } from "./portfolio.ts";

/** What the market dispatches, and how it is found. */
export type DispatchMarket = {
  readonly truthsBetween: DispatchBook["truthsBetween"];
  /** Drafts with a slot that may begin in a range of time, in an order of their own. */
  readonly draftsBetween: (fromMs: number, toMs: number) => readonly DispatchDraft[];
  /** The slots of a dispatch as they were last sent by an instant; none where no one is dispatched. */
  readonly inForceAt: (draft: DispatchDraft, nowMs: number) => readonly DispatchTruth[];
};

type Version = { readonly sentAtMs: number; readonly number: number; readonly dispatched: Dispatched };

/** @param rate multiplies how often anything is dispatched */
export function createMarket(portfolio: Portfolio, rate: number): DispatchMarket {
  const drafts = createDrafts(portfolio, rate);
  const find = createFinder(portfolio);
  const draftsOfDays = (firstDay: number, lastDay: number): readonly DispatchDraft[] =>
    Array.from({ length: Math.max(0, lastDay - firstDay + 1) }, (_, step) => firstDay + step).flatMap(
      drafts.ofDay,
    );
  return {
    truthsBetween: (fromMs, toMs) => {
      const isIn = (instantMs: number): boolean => instantMs >= fromMs && instantMs < toMs;
      return draftsOfDays(Math.floor(fromMs / dayMs) - draftReachDays, Math.floor(toMs / dayMs) + 1)
        .filter((draft) => draft.sentAtMs.some(isIn))
        .flatMap((draft) => toTruths(draft, find))
        .filter((truth) => isIn(truth.sentAtMs))
        .sort((left, right) => left.sentAtMs - right.sentAtMs || left.startMs - right.startMs);
    },
    draftsBetween: (fromMs, toMs) =>
      draftsOfDays(Math.floor(fromMs / dayMs) - draftReachDays, Math.floor(toMs / dayMs)),
    inForceAt: (draft, nowMs) =>
      toTruths(draft, find).filter(
        ({ sentAtMs, replacedAtMs }) => sentAtMs <= nowMs && (replacedAtMs === null || replacedAtMs > nowMs),
      ),
  };
}

/** Every version of every slot. A version with no one to dispatch is not sent. */
function toTruths(draft: DispatchDraft, find: FindDispatched): readonly DispatchTruth[] {
  const versions = draft.sentAtMs.flatMap((sentAtMs, number): Version[] => {
    const dispatched = find(draft.target, draft.day, sentAtMs);
    return dispatched === null ? [] : [{ sentAtMs, number, dispatched }];
  });
  return versions.flatMap((version, position) => {
    const before = versions[position - 1]?.sentAtMs ?? null;
    const after = versions[position + 1]?.sentAtMs ?? null;
    return draft.slots.map((_, slot) => toTruth(draft, version, slot, before, after));
  });
}

function toTruth(
  draft: DispatchDraft,
  { sentAtMs, number, dispatched }: Version,
  slot: number,
  replacesSentAtMs: number | null,
  replacedAtMs: number | null,
): DispatchTruth {
  const { key, target, kind, zone } = draft;
  const { startMs, endMs, isCancelled } = draft.slots[slot] ?? { startMs: 0, endMs: 0, isCancelled: false };
  const terms = toTerms(dispatched.programs, kind);
  const lastDay = dayAt(zone, endMs - 1);
  return {
    level: target.level,
    eventId: toUuid(hashOf(key, 60, slot), draft.idSeed, target.level === "group" ? 206 : 207),
    targetId: target.id,
    meterIds: dispatched.meterIds,
    partnerReferences: dispatched.partnerReferences,
    startMs,
    endMs,
    sentAtMs,
    tradeDates: lastDay === draft.day ? [toDayText(draft.day)] : [draft.day, lastDay].map(toDayText),
    zone,
    cancelledAtMs: isCancelled ? draft.cancelledAtMs : null,
    isVoluntary: terms.isVoluntary,
    test: draft.test,
    isRealTime: kind === "5m",
    programs: dispatched.programs,
    eventTypes: toEventTypes(kind, key),
    ...toPower(key, slot, number, dispatched.meterIds.length),
    priority: terms.priority,
    compensationCap: terms.cap,
    replacesSentAtMs,
    replacedAtMs,
    lateRevision: draft.lateRevision,
  };
}

/** The dispatches of a portfolio, without a server that speaks of them. */
export function createDispatchBook(
  portfolio: Portfolio,
  rate = 1,
): Pick<DispatchBook, "truthsBetween" | "notificationOf"> {
  return { truthsBetween: createMarket(portfolio, rate).truthsBetween, notificationOf: toNotification };
}
