import type { Database } from "../database/index.ts";
import type { CheckRow } from "./check-row.ts";

/** What is kept of a timeslot, by trade date. */
export function loadKeptRows(
  database: Database,
  { level, eventId }: Pick<CheckRow, "level" | "eventId">,
): readonly CheckRow[] {
  return database
    .prepare("SELECT * FROM dispatch_check WHERE level = ? AND event_id = ? ORDER BY trade_date")
    .all(level, eventId)
    .map(toCheckRow);
}

/**
 * Rows of which what was dispatched is still unknown here, from a trade date on: the newest first, which are
 * those that may have been learned since, from before a place among them on, at most so many.
 */
export function loadUnsettledRows(
  database: Database,
  fromDate: string,
  before: Pick<CheckRow, "tradeDate" | "level" | "eventId">,
  countMax: number,
): readonly CheckRow[] {
  return database
    .prepare(
      `SELECT * FROM dispatch_check
       WHERE trade_date >= @fromDate AND (trade_date, level, event_id) < (@tradeDate, @level, @eventId)
         AND verdict IN ('drift', 'unknown_group', 'unknown_meter')
       ORDER BY trade_date DESC, level DESC, event_id DESC LIMIT @countMax`,
    )
    .all({ fromDate, ...toPlace(before), countMax })
    .map(toCheckRow);
}

function toPlace({ tradeDate, level, eventId }: Pick<CheckRow, "tradeDate" | "level" | "eventId">) {
  return { tradeDate, level, eventId };
}

/** Keeps a row in the place of the one of the same timeslot and date. */
export function saveCheckRow(database: Database, row: CheckRow): void {
  const values: Readonly<Record<string, string | number | null>> = {
    level: row.level,
    event_id: row.eventId,
    trade_date: row.tradeDate,
    target_id: row.targetId,
    start_ms: row.startMs,
    end_ms: row.endMs,
    is_cancelled: Number(row.isCancelled),
    is_voluntary: Number(row.isVoluntary),
    test: row.test ?? "",
    event_types: JSON.stringify(row.eventTypes),
    programs: JSON.stringify(row.programs),
    sent_at_ms: row.sentAtMs,
    sent_basis: row.sentBasis,
    verdict: row.verdict,
    is_counted: Number(row.isCounted),
    dispatched_count: row.dispatchedCount,
    published_count: row.publishedCount,
    missing_here_count: row.missingHereCount,
    missing_there_count: row.missingThereCount,
    missing_here: JSON.stringify(row.missingHere),
    missing_there: JSON.stringify(row.missingThere),
    told_at_ms: row.toldAtMs,
    content_sha256: row.contentSha256,
    drift_sha256: row.driftSha256,
    first_checked_at_ms: row.firstCheckedAtMs,
    checked_at_ms: row.checkedAtMs,
  };
  const names = Object.keys(values);
  database
    .prepare(
      `INSERT OR REPLACE INTO dispatch_check (${names.join(", ")})
       VALUES (${names.map((name) => `@${name}`).join(", ")})`,
    )
    .run(values);
}

/** Removes what an earlier version of a timeslot was on dates that it is on no more. */
export function saveDatesLeft(
  database: Database,
  { level, eventId }: Pick<CheckRow, "level" | "eventId">,
  tradeDates: readonly string[],
): void {
  database
    .prepare(
      `DELETE FROM dispatch_check WHERE level = ? AND event_id = ?
         AND trade_date NOT IN (SELECT value FROM json_each(?))`,
    )
    .run(level, eventId, JSON.stringify(tradeDates));
}

/** The run published last: what drifts are told against. Null before there is one. */
export function loadLastPublishedRunId(database: Database): string | null {
  const row = database
    .prepare(
      `SELECT run_id FROM run WHERE status = 'published' AND published_at_ms IS NOT NULL
       ORDER BY published_at_ms DESC, run_key DESC LIMIT 1`,
    )
    .get();
  return row === undefined ? null : String(row.run_id);
}

function toCheckRow(row: Readonly<Record<string, unknown>>): CheckRow {
  const list = (text: unknown) => JSON.parse(String(text)) as readonly string[];
  return {
    level: row.level as CheckRow["level"],
    eventId: String(row.event_id),
    tradeDate: String(row.trade_date),
    targetId: String(row.target_id),
    startMs: Number(row.start_ms),
    endMs: Number(row.end_ms),
    isCancelled: row.is_cancelled === 1,
    isVoluntary: row.is_voluntary === 1,
    test: row.test === "" ? null : (row.test as CheckRow["test"]),
    eventTypes: list(row.event_types),
    programs: list(row.programs),
    sentAtMs: Number(row.sent_at_ms),
    sentBasis: row.sent_basis as CheckRow["sentBasis"],
    verdict: row.verdict as CheckRow["verdict"],
    isCounted: row.is_counted === 1,
    dispatchedCount: Number(row.dispatched_count),
    publishedCount: Number(row.published_count),
    missingHereCount: Number(row.missing_here_count),
    missingThereCount: Number(row.missing_there_count),
    missingHere: list(row.missing_here),
    missingThere: list(row.missing_there),
    toldAtMs: row.told_at_ms as number | null,
    contentSha256: String(row.content_sha256),
    driftSha256: row.drift_sha256 as string | null,
    firstCheckedAtMs: Number(row.first_checked_at_ms),
    checkedAtMs: Number(row.checked_at_ms),
  };
}
