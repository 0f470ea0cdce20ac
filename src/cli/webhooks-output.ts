import {
  type Finding,
  findingColumns,
  type Imported,
  isToLookAt,
  openSummary,
  type Reconciliation,
  type Summary,
} from "../reconciliation/index.ts";
import { formatInstant } from "../time/index.ts";
import { printListing, toJson } from "./formats.ts";
import type { Invocation } from "./invocation.ts";
import { tableRowCount } from "./reading.ts";
import { toSummaryText } from "./webhooks-lines.ts";

/** A reconciliation to be printed. */
export type Reconciled = {
  readonly reconciliation: Reconciliation;
  /** `null` where nothing was imported. */
  readonly imported: Imported | null;
  /** Changes that Leap has no webhook for, by type. */
  readonly otherCounts: Readonly<Record<string, number>>;
  /** Whether to print every finding, or those that need a look. */
  readonly isAll: boolean;
};

/**
 * Prints the summary and the findings as the format has them; of the latter one is held at a time, so they
 * are gone through twice.
 */
export async function printReconciliation(invocation: Invocation, reconciled: Reconciled): Promise<Summary> {
  const { output, format } = invocation;
  const { reconciliation, isAll } = reconciled;
  const summary = toSummary(reconciliation);
  const rows = toShown(reconciliation, isAll);
  if (format === "json") {
    const head = toJson(output, toSummaryRecord(reconciled, summary), 2).replace(/\n\}$/, "");
    await output.write(`${head},\n  "findings": [`);
    let isFirst = true;
    for (const row of rows) {
      if (output.isGone()) break;
      await output.write(`${isFirst ? "" : ","}\n    ${toJson(output, row)}`);
      isFirst = false;
    }
    await output.write(isFirst ? "]\n}\n" : "\n  ]\n}\n");
    return summary;
  }
  if (format === "table") await output.write(toSummaryText(reconciled, summary, output.width));
  await printListing(output, format, {
    columns: findingColumns,
    tableColumns,
    rows: format === "table" ? toTableRows(rows) : rows,
    tableRowCountMax: tableRowCount(undefined),
    empty: isAll ? "no changes and no webhooks" : "nothing needs a look",
  });
  return summary;
}

const tableColumns = ["finding", "flags", "type", "subject", "told_at", "received_at", "late_by"] as const;

function toSummary({ toFindings }: Reconciliation): Summary {
  const summary = openSummary();
  for (const finding of toFindings()) summary.add(finding);
  return summary.close();
}

function* toShown({ toFindings }: Reconciliation, isAll: boolean): Generator<Finding> {
  for (const finding of toFindings()) if (isAll || isToLookAt(finding)) yield finding;
}

function* toTableRows(findings: Iterable<Finding>): Generator<Record<string, unknown>> {
  for (const finding of findings) {
    const { late_by_at_least_seconds: least, flags } = finding;
    const lateBy = flags.includes("late") ? `${least} s at least` : null;
    yield { ...finding, flags: flags.join(", "), late_by: lateBy };
  }
}

function toSummaryRecord({ reconciliation, imported, otherCounts }: Reconciled, summary: Summary) {
  const { coverage, keptFromMs } = reconciliation;
  return {
    imported: imported === null ? null : toImportedRecord(imported),
    captured_from: coverage === null ? null : formatInstant(coverage.fromMs),
    captured_to: coverage === null ? null : formatInstant(coverage.toMs),
    /** Earlier change events are gone (METER_SYNC_KEEP_EVENTS); null where none is. */
    changes_kept_from: keptFromMs === null ? null : formatInstant(keptFromMs),
    ...summary,
    not_sent_by_leap: otherCounts,
  };
}

function toImportedRecord({ conflictingCount, ...imported }: Imported) {
  return { ...imported, conflicting_count: conflictingCount };
}
