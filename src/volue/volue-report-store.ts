import { type Database, inTransaction } from "../database/index.ts";
import type { Report, ReportKind, ReportState } from "./report.ts";

/** A report as it is kept. */
export type KeptReport = {
  readonly report_id: string;
  readonly host: string;
  readonly event_id: string;
  readonly kind: ReportKind;
  readonly state: ReportState;
  readonly attempt_count: number;
  readonly made_at_ms: number;
  readonly sent_at_ms: number | null;
  readonly answered_at_ms: number | null;
  readonly status: number | null;
  readonly volue_id: string | null;
  /** JSON. */
  readonly problem: string | null;
};

/** What is known of a report and of others of its event and kind. */
export type Standing = { readonly own: KeptReport | null; readonly others: readonly KeptReport[] };

export type ReportKey = { readonly reportId: string; readonly host: string; readonly report: Report };

const columns =
  "report_id, host, event_id, kind, state, attempt_count, made_at_ms, sent_at_ms, answered_at_ms, status, " +
  "volue_id, problem";

export function loadStanding(database: Database, { reportId, host, report }: ReportKey): Standing {
  const own = database.prepare(`SELECT ${columns} FROM volue_report WHERE report_id = ?`).get(reportId);
  const others = database
    .prepare(
      `SELECT ${columns} FROM volue_report
       WHERE host = ? AND event_id = ? AND kind = ? AND report_id <> ? ORDER BY made_at_ms, report_id`,
    )
    .all(host, report.eventId.toLowerCase(), report.kind, reportId);
  return { own: (own as KeptReport | undefined) ?? null, others: others as KeptReport[] };
}

/** From here on it may have been sent: committed before a byte of it goes out. */
export function saveSending(database: Database, key: ReportKey, body: string, nowMs: number): void {
  inTransaction(database, () => {
    database
      .prepare(
        `INSERT INTO volue_report
           (report_id, host, event_id, kind, body, state, attempt_count, made_at_ms, sent_at_ms)
         VALUES (?, ?, ?, ?, ?, 'sending', 1, ?, ?)
         ON CONFLICT (report_id) DO UPDATE SET body = excluded.body, state = 'sending',
           attempt_count = attempt_count + 1, sent_at_ms = excluded.sent_at_ms, answered_at_ms = NULL,
           status = NULL, volue_id = NULL, problem = NULL`,
      )
      .run(key.reportId, key.host, key.report.eventId.toLowerCase(), key.report.kind, body, nowMs, nowMs);
  });
}

export type Settlement = {
  readonly state: Exclude<ReportState, "sending">;
  readonly status: number | null;
  readonly volueId: string | null;
  /** JSON. */
  readonly problem: string | null;
};

export function settleReport(
  database: Database,
  reportId: string,
  { state, status, volueId, problem }: Settlement,
  nowMs: number,
): void {
  inTransaction(database, () => {
    database
      .prepare(
        `UPDATE volue_report SET state = ?, status = ?, volue_id = ?, problem = ?, answered_at_ms = ?
         WHERE report_id = ?`,
      )
      .run(state, status, volueId, problem, nowMs, reportId);
  });
}

/**
 * Those that a process left as it was sending them: it is gone, since its lock is ours, and nobody knows what
 * arrived. Gives their ids.
 */
export function settleInterrupted(database: Database): readonly string[] {
  const problem = JSON.stringify({ title: "the process that sent it ended before the answer came" });
  return inTransaction(database, () =>
    database
      .prepare(
        `UPDATE volue_report SET state = 'uncertain', problem = ? WHERE state = 'sending'
         RETURNING report_id`,
      )
      .all(problem)
      .map(({ report_id }) => String(report_id)),
  );
}

export type ReportFilter = { readonly state?: ReportState; readonly limit?: number };

/** The latest first, as they are read. */
export function* loadReports(database: Database, filter: ReportFilter): Generator<KeptReport> {
  const where = filter.state === undefined ? "" : "WHERE state = ?";
  const statement = database.prepare(
    `SELECT ${columns} FROM volue_report ${where} ORDER BY made_at_ms DESC, report_id LIMIT ?`,
  );
  const state = filter.state === undefined ? [] : [filter.state];
  yield* statement.iterate(...state, filter.limit ?? -1) as IterableIterator<KeptReport>;
}

/** Those whose id begins like this, two at most, with the body that was sent. */
export function loadReportsById(
  database: Database,
  beginning: string,
): readonly (KeptReport & { readonly body: string })[] {
  const rows = database
    .prepare(
      `SELECT ${columns}, body FROM volue_report
       WHERE substr(report_id, 1, ?) = ? ORDER BY report_id LIMIT 2`,
    )
    .all(beginning.length, beginning.toLowerCase());
  return rows as (KeptReport & { readonly body: string })[];
}

export function loadUncertainCount(database: Database, host: string): number {
  const row = database
    .prepare("SELECT count(*) AS n FROM volue_report WHERE host = ? AND state = 'uncertain'")
    .get(host);
  return Number(row?.n ?? 0);
}
