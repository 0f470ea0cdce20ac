import type { Imported, Spread, Summary, Tally } from "../reconciliation/index.ts";
import { formatInstant } from "../time/index.ts";
import { toTable } from "./formats.ts";
import type { Reconciled } from "./webhooks-output.ts";

/** The summary in words and numbers, for a person. */
export function toSummaryText(
  { reconciliation, imported, otherCounts }: Reconciled,
  summary: Summary,
  width: number | undefined,
): string {
  const { total, by_type: byType } = summary;
  const { coverage, keptFromMs } = reconciliation;
  const others = Object.entries(otherCounts).map(([type, count]) => `${count} ${type}`);
  const lines = [
    ...(imported === null ? [] : [toImportedLine(imported)]),
    coverage === null
      ? "nothing says when webhooks were captured: --from and --to do"
      : `captured from ${formatInstant(coverage.fromMs)} to ${formatInstant(coverage.toMs)}`,
    ...(keptFromMs === null
      ? []
      : [`changes are kept from ${formatInstant(keptFromMs)} on (METER_SYNC_KEEP_EVENTS)`]),
    toUnexplainedText(total),
    `${total.doubled} doubled, ${total.out_of_order} out of order, ${total.late} late`,
    ...toLatenessLines(summary),
    ...(others.length === 0 ? [] : [`no webhook of Leap's is there for ${others.join(", ")}`]),
  ];
  const rows = Object.entries(byType).map(([type, tally]) => toRow(type, tally));
  const table = rows.length === 0 ? "" : `\n${toTable(columns, rows, width)}`;
  return `${lines.join("\n")}\n${table}\n`;
}

const columns = [
  "type",
  "changes",
  "matched",
  "no_webhook",
  "by_time",
  "open",
  "webhooks",
  "copies",
  "no_change",
  "overtaken",
  "known",
  "others",
] as const;

function toRow(type: string, tally: Tally): Record<(typeof columns)[number], unknown> {
  return {
    type,
    changes: tally.changes,
    matched: tally.matched,
    no_webhook: tally.no_webhook,
    by_time: tally.by_time,
    open: tally.pending + tally.outside_capture + tally.not_sent_by_leap,
    webhooks: tally.webhooks,
    copies: tally.copies,
    no_change: tally.no_change,
    overtaken: tally.overtaken,
    known: tally.already_known,
    others: tally.not_swept_yet + tally.unknown_meter + tally.not_compared,
  };
}

function toImportedLine({ webhooks, added, copies }: Imported): string {
  return `read ${toCount(webhooks, "webhook")}: ${added} new, ${copies} captured before or more than once`;
}

function toLatenessLines({ late_by_at_least_seconds: least, late_by_at_most_seconds: most }: Summary) {
  if (most.worst === null && least.worst === null) return [];
  return [
    `webhooks came at least ${toSpreadText(least)} after their change`,
    `and at most ${toSpreadText(most)}: Leap does not say when, and a sweep only that it was before it`,
  ];
}

function toSpreadText({ median, percentile_95: percentile, worst }: Spread): string {
  const [half, most, all] = [median, percentile, worst].map((value) => toDurationText(value ?? 0));
  return `${half} (median), ${most} (95 %), ${all} (worst)`;
}

function toDurationText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`;
}

function toUnexplainedText({ no_webhook: untold, no_change: unseen }: Tally): string {
  return `${toCount(untold, "change")} had no webhook, ${toCount(unseen, "webhook")} no change`;
}

function toCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
