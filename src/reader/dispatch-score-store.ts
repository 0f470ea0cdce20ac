import type { Reader } from "./reader.ts";

export const scorePeriods = ["date", "week", "month", "group"] as const;
export type ScorePeriod = (typeof scorePeriods)[number];

/** How the dispatches of a time, or of a group, agreed with what was published. */
export type ScoreRow = {
  readonly level: "group" | "meter";
  /** A trade date; the Monday of a week; a month; `null` where it is of a group. */
  readonly period: string | null;
  readonly market_group_id: string | null;
  readonly market_group_name: string | null;
  /** Timeslots by trade date that count: no test, not cancelled, and judged. */
  readonly counted: number;
  readonly agreed: number;
  readonly late: number;
  readonly drift: number;
  /** Of a group, or of a meter, that was not known here. */
  readonly unknown: number;
  /** From 0 to 1; `null` where none counts. */
  readonly agreed_share: number | null;
  /** Of the meters that were dispatched or published, those that were both. */
  readonly meter_share: number | null;
  /** The shortest time from being told to the start; negative where it was told after it. */
  readonly worst_lead_time_hours: number | null;
  readonly not_counted: number;
};

const periods: Readonly<Record<ScorePeriod, string>> = {
  date: "trade_date",
  week: "date(trade_date, '-6 days', 'weekday 1')",
  month: "substr(trade_date, 1, 7)",
  group: "NULL",
};

/** The score of what was checked, by time or by group; from a trade date on where one is given. */
export function loadDispatchScore(
  { database }: Reader,
  { by, sinceDate }: { readonly by: ScorePeriod; readonly sinceDate: string | null },
): readonly ScoreRow[] {
  const group = by === "group" ? "c.target_id" : "NULL";
  return database
    .prepare(
      `SELECT s.*, g.market_group_name FROM (
         SELECT c.level, ${periods[by]} AS period, ${group} AS market_group_id,
           sum(is_counted) AS counted,
           ${sums(["agreed", "late", "drift"])},
           sum(is_counted AND verdict IN ('unknown_group', 'unknown_meter')) AS unknown,
           sum(is_counted * (dispatched_count - missing_here_count)) AS both_count,
           sum(is_counted * (dispatched_count + missing_there_count)) AS any_count,
           min(CASE WHEN is_counted THEN start_ms - told_at_ms END) AS lead_ms,
           sum(NOT is_counted) AS not_counted
         FROM dispatch_check c
         WHERE (@sinceDate IS NULL OR trade_date >= @sinceDate) AND (@by <> 'group' OR level = 'group')
         GROUP BY 1, 2, 3
       ) s LEFT JOIN market_group g ON g.market_group_id = s.market_group_id
       ORDER BY period, market_group_name, s.market_group_id, level`,
    )
    .all({ by, sinceDate })
    .map(toScoreRow);
}

function sums(verdicts: readonly string[]): string {
  return verdicts.map((verdict) => `sum(is_counted AND verdict = '${verdict}') AS ${verdict}`).join(", ");
}

function toScoreRow(row: Readonly<Record<string, unknown>>): ScoreRow {
  const [counted, agreed, any] = [Number(row.counted), Number(row.agreed), Number(row.any_count)];
  return {
    level: row.level as ScoreRow["level"],
    period: row.period as string | null,
    market_group_id: row.market_group_id as string | null,
    market_group_name: row.market_group_name as string | null,
    counted,
    agreed,
    late: Number(row.late),
    drift: Number(row.drift),
    unknown: Number(row.unknown),
    agreed_share: toShare(agreed, counted),
    meter_share: toShare(Number(row.both_count), any),
    worst_lead_time_hours: row.lead_ms === null ? null : Math.round(Number(row.lead_ms) / 36_000) / 100,
    not_counted: Number(row.not_counted),
  };
}

/** Rounded down, so that 1 means all of them. */
function toShare(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((part / whole) * 10_000) / 10_000;
}
