import { type Database, inTransaction, toDatabaseFailure } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { toStartOfDay, toZone } from "../market/index.ts";
import { loadStream } from "../snapshot/index.ts";
import { type LookOptions, lookThrough } from "./look.ts";
import { loadPublishedZone } from "./place-store.ts";
import type { AckReport } from "./reports.ts";
import {
  isOvertaken,
  loadRemapRow,
  loadToldRemap,
  type RemapRow,
  saveAppliedThrough,
  saveReported,
  saveToldRemap,
} from "./told-remap-store.ts";

export type AckOutcome = {
  readonly applied: number;
  readonly rejected: number;
  /** Said before already. */
  readonly repeated: number;
  /** Event ids that are of no remap ever told. */
  readonly unknown: readonly string[];
};

/**
 * Keeps the reports, all or none, in one transaction; a repeat changes nothing, and of contradictory ones the
 * latest counts. Needs no lock: it waits for a publication in progress, and throws a `Failure` of kind
 * `environment` where that takes too long.
 */
export function applyReports(database: Database, reports: readonly AckReport[], nowMs: number): AckOutcome {
  const unknown = new Set<string>();
  const count = { applied: 0, rejected: 0, repeated: 0 };
  try {
    inTransaction(database, () => {
      for (const report of reports) {
        const row = loadRemapRow(database, report.eventId) ?? saveUnseen(database, report.eventId);
        if (row === null) unknown.add(report.eventId);
        else if (isRepeated(row, report)) count.repeated += 1;
        else {
          saveReport(database, row, report, nowMs);
          count[report.outcome] += 1;
        }
      }
    });
  } catch (error) {
    throw toDatabaseFailure(error, "cannot keep the reports");
  }
  return { ...count, unknown: [...unknown] };
}

/**
 * Reports as applied all that acknowledging sinks were told up to a sequence and that waits for it. What was
 * superseded stays so. Throws a `Failure` of kind `usage` for a sequence that nothing was told with yet.
 */
export function applyThrough(
  database: Database,
  options: LookOptions & { readonly throughSequence: number; readonly nowMs: number },
): AckOutcome {
  const last = loadStream(database)?.lastSequence ?? 0;
  const { throughSequence, nowMs } = options;
  if (throughSequence > last) {
    throw new Failure(
      "usage",
      `nothing has been told with the sequence ${throughSequence} yet: the last one is ${last}`,
    );
  }
  try {
    // No further: later ones are looked at where it is known what each sink wants.
    lookThrough(database, options, throughSequence);
    const counts = inTransaction(database, () => saveAppliedThrough(database, throughSequence, nowMs));
    return { ...counts, rejected: 0, unknown: [] };
  } catch (error) {
    throw toDatabaseFailure(error, "cannot keep the reports");
  }
}

/** Where the consumer is quicker than the look through the outbox, or nobody looks, its remap is kept now. */
function saveUnseen(database: Database, eventId: string): RemapRow | null {
  const remap = loadToldRemap(database, eventId);
  if (remap === null) return null;
  const { transmission_region: region, effective_from: from } = remap.data;
  // The configuration is not at hand here. The look through the outbox sets the start by it.
  const fallback = () => toZone(region, { defaultZone: "America/Los_Angeles", zones: {} });
  saveToldRemap(database, remap, toStartOfDay(from, loadPublishedZone(database, region) ?? fallback()));
  return loadRemapRow(database, eventId);
}

function isRepeated(row: RemapRow, report: AckReport): boolean {
  if (report.outcome === "applied") return row.state === "applied";
  // A superseded one was reported as rejected, or not at all: applied ones are not superseded.
  return row.state !== "applied" && row.reportedAtMs !== null && row.reason === report.reason;
}

function saveReport(database: Database, row: RemapRow, report: AckReport, nowMs: number): void {
  const { sequence } = row;
  if (report.outcome === "applied") {
    saveReported(database, { sequence, state: "applied", reason: null }, nowMs);
    return;
  }
  // Rejecting what nothing is left of is no reason to ask for it again.
  const state = isOvertaken(database, sequence) ? "superseded" : "rejected";
  saveReported(database, { sequence, state, reason: report.reason }, nowMs);
}
