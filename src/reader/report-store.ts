import { formatInstant, parseInstant } from "../time/index.ts";
import { type AcknowledgementView, loadAcknowledgementStatus } from "./acknowledgement-store.ts";
import type { Reader } from "./reader.ts";
import { loadActionFacts } from "./report-action-store.ts";
import { loadEnrollmentFacts } from "./report-enrollment-store.ts";
import type { ReportFacts, ReportRun } from "./report-facts.ts";
import { loadGroupFacts } from "./report-group-store.ts";
import { loadRemapFacts } from "./report-remap-store.ts";
import { loadRun, loadRuns, type RunRow } from "./run-store.ts";
import { loadStatus } from "./status-store.ts";

const runCountMax = 30;

/**
 * Everything the report shows, as of `nowMs` of the view. All of it is of one publication, also where the
 * reader's database is in no transaction yet.
 */
export function loadReportFacts(reader: Reader, view: AcknowledgementView): ReportFacts {
  return reader.database.connection
    .transaction((): ReportFacts => {
      const now = formatInstant(view.nowMs);
      const status = loadStatus(reader);
      return {
        generated_at: now,
        status,
        acknowledgement: loadAcknowledgementStatus(reader, view),
        acknowledged_by: view.acknowledgedBy,
        enrollment: loadEnrollmentFacts(reader, view.nowMs),
        actions: loadActionFacts(reader, status.counts.action_required, now),
        groups: loadGroupFacts(reader),
        remaps: loadRemapFacts(reader, view, status.info?.horizons ?? {}),
        runs: [...loadRuns(reader, runCountMax)].map((run) => toReportRun(reader, run)),
      };
    })
    .deferred();
}

function toReportRun(reader: Reader, run: RunRow): ReportRun {
  const report = loadRun(reader, run.run_id)?.report as StoredReport;
  return { ...run, duration_ms: toDuration(run, report), changes: report?.changes ?? {} };
}

/** What a run that was killed left is written by the next one, which does not know when it ended. */
type StoredReport = Partial<Pick<ReportRun, "changes" | "finished_at"> & { is_released: boolean }> | null;

function toDuration(
  { status, started_at: started, finished_at: finished }: RunRow,
  report: StoredReport,
): number | null {
  if (report?.is_released === true || (status === "failed" && report?.finished_at === undefined)) return null;
  const startedMs = parseInstant(started);
  const finishedMs = finished === null ? undefined : parseInstant(finished);
  return startedMs === undefined || finishedMs === undefined ? null : finishedMs - startedMs;
}
