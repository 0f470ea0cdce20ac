import { addDays, type TradeDate } from "../market/index.ts";

/** From a trade date to another, inclusive; `null` is for ever. */
export type Dates = { readonly from: TradeDate; readonly to: TradeDate | null };

/** Whether all of these dates have been told anew since: then nothing of the remap is left to apply. */
export function isToldAnew(dates: Dates, later: readonly Dates[]): boolean {
  let next = dates.from;
  for (;;) {
    const over = later.filter(({ from, to }) => from <= next && (to === null || to >= next));
    if (over.length === 0) return false;
    const last = toFurthest(over);
    if (last === null || (dates.to !== null && last >= dates.to)) return true;
    next = addDays(last, 1);
  }
}

function toFurthest(ranges: readonly Dates[]): TradeDate | null {
  let furthest = "";
  for (const { to } of ranges) {
    if (to === null) return null;
    if (to > furthest) furthest = to;
  }
  return furthest;
}
