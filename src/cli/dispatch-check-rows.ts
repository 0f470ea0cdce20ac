import type { Checked, Verdict } from "../dispatch/index.ts";
import { formatInstant } from "../time/index.ts";
import { nameGroup } from "./change-words.ts";
import type { Row } from "./formats.ts";

export const checkColumns = [
  "level",
  "event_id",
  "trade_date",
  "market_group_id",
  "market_group_name",
  "meter_id",
  "verdict",
  "is_counted",
  "reason",
  "start_time",
  "end_time",
  "sent_at",
  "sent_at_basis",
  "told_at",
  "lead_time_hours",
  "is_cancelled",
  "is_voluntary",
  "test",
  "dispatch_event_types",
  "programs",
  "dispatched_count",
  "published_count",
  "missing_here_count",
  "missing_there_count",
  "missing_here",
  "missing_there",
  "checked_at",
] as const;

export const checkTableColumns = [
  "start_time",
  "trade_date",
  "target",
  "verdict",
  "dispatched_count",
  "missing_here_count",
  "missing_there_count",
  "lead_time_hours",
  "notes",
] as const;

export type CheckListing = {
  readonly isTable: boolean;
  readonly only?: "trouble" | undefined;
  readonly limit?: number | undefined;
};

/** The rows of a listing; only the trouble that counts where that is asked for. A table has words, too. */
export function* toCheckRows(
  checked: readonly Checked[],
  { isTable, only, limit = Number.POSITIVE_INFINITY }: CheckListing,
): Generator<Row> {
  let count = 0;
  for (const one of checked) {
    if (only === "trouble" && !isCountedTrouble(one)) continue;
    if (count === limit) return;
    count += 1;
    yield isTable ? { ...toCheckRow(one), ...toWords(one) } : toCheckRow(one);
  }
}

function toWords({ row, marketGroupName, reason }: Checked): Row {
  const target = row.level === "group" ? nameGroup(row.targetId, marketGroupName) : `meter ${row.targetId}`;
  return { target, notes: toNotes(row, reason) };
}

function isCountedTrouble({ row }: Checked): boolean {
  return row.isCounted && row.verdict !== "agreed";
}

function toCheckRow({ row, marketGroupName, reason }: Checked): Row {
  const isGroup = row.level === "group";
  return {
    level: row.level,
    event_id: row.eventId,
    trade_date: row.tradeDate,
    market_group_id: isGroup ? row.targetId : null,
    market_group_name: marketGroupName,
    meter_id: isGroup ? null : row.targetId,
    verdict: row.verdict,
    is_counted: row.isCounted,
    reason,
    start_time: formatInstant(row.startMs),
    end_time: formatInstant(row.endMs),
    sent_at: formatInstant(row.sentAtMs),
    sent_at_basis: row.sentBasis,
    told_at: row.toldAtMs === null ? null : formatInstant(row.toldAtMs),
    lead_time_hours: row.toldAtMs === null ? null : toHours(row.startMs - row.toldAtMs),
    is_cancelled: row.isCancelled,
    is_voluntary: row.isVoluntary,
    test: row.test,
    dispatch_event_types: row.eventTypes,
    programs: row.programs,
    dispatched_count: row.dispatchedCount,
    published_count: row.publishedCount,
    missing_here_count: row.missingHereCount,
    missing_there_count: row.missingThereCount,
    missing_here: row.missingHere,
    missing_there: row.missingThere,
    checked_at: formatInstant(row.checkedAtMs),
  };
}

function toHours(ms: number): number {
  return Math.round(ms / 36_000) / 100;
}

function toNotes(row: Checked["row"], reason: string | null): string {
  const notes = [
    row.isCancelled ? "cancelled" : "",
    row.test === null ? "" : `${row.test} test`,
    row.isVoluntary ? "voluntary" : "",
    reason ?? "",
  ];
  return notes.filter((note) => note !== "").join(", ");
}

const words: Readonly<Record<Exclude<Verdict, "not_judged">, string>> = {
  agreed: "agreed",
  late: "late",
  drift: "drift",
  unknown_group: "of an unknown group",
  unknown_meter: "of an unknown meter",
};

/** One line for people: of those that count how many agreed, and of their meters. */
export function toCheckSummary(checked: readonly Checked[]): string {
  const counted = checked.filter(({ row }) => row.isCounted).map(({ row }) => row);
  const told = Object.entries(words).flatMap(([verdict, word]) => {
    const count = counted.filter((row) => row.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const dispatched = counted.reduce((sum, row) => sum + row.dispatchedCount, 0);
  const missing = counted.reduce((sum, row) => sum + row.missingHereCount, 0);
  const share = dispatched === 0 ? null : ((dispatched - missing) * 100) / dispatched;
  const meters =
    share === null ? "" : `; ${floor(share)} % of dispatched meters were where we had published them`;
  const spared = counted.reduce((sum, row) => sum + row.missingThereCount, 0);
  const left = spared === 0 ? "" : `, and ${spared} published there were not dispatched`;
  const aside = checked.length - counted.length;
  const others = aside === 0 ? "" : `; ${aside} more do not count (cancelled, a test, or not judged)`;
  const many = counted.length === 1 ? "1 dispatch" : `${counted.length} dispatches`;
  return `${[many, ...told].join(", ")}${meters}${left}${others}`;
}

/** Rounded down: 100 % means all of them. */
function floor(percent: number): string {
  return (Math.floor(percent * 10) / 10).toFixed(1);
}
