import { addDays, type TradeDate, toLocalDate } from "../market/index.ts";

/** The local days that a timeslot touches, start included, end not: over midnight there are two. */
export function toTradeDates(startMs: number, endMs: number, zone: string): readonly TradeDate[] {
  const last = toLocalDate(Math.max(endMs - 1, startMs), zone);
  const dates = [toLocalDate(startMs, zone)];
  for (let date = dates[0]; date !== undefined && date < last && dates.length < daysMax; ) {
    date = addDays(date, 1);
    dates.push(date);
  }
  return dates;
}

/** No slot is longer than 31 days, which may begin and end within a day. */
const daysMax = 32;
