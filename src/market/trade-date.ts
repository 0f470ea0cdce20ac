/** A calendar day in the market's time zone, `YYYY-MM-DD`: ordered as text, never an instant. */
export type TradeDate = string;

const dayMs = 86_400_000;

/** The calendar day so many days later (earlier when negative). */
export function addDays(date: TradeDate, days: number): TradeDate {
  return toDateText(Date.parse(`${date}T00:00:00Z`) + days * dayMs);
}

/** Days from one date to another; negative when the second is earlier. */
export function toDayCount(from: TradeDate, to: TradeDate): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs);
}

export function toEarliest(...dates: readonly TradeDate[]): TradeDate {
  return dates.reduce((least, date) => (date < least ? date : least));
}

export function toLatest(...dates: readonly TradeDate[]): TradeDate {
  return dates.reduce((most, date) => (date > most ? date : most));
}

function toDateText(utcMs: number): TradeDate {
  return new Date(utcMs).toISOString().slice(0, 10);
}
