/**
 * Acknowledgement reports → what became of the remaps told; remaps told → which are overdue.
 *
 * Takes: reports as text, the outbox. Gives: what is applied, rejected, overdue.
 * Never: reads Leap; sends anything; takes being told, or delivered, for having acted.
 */
export { type AckOutcome, applyReports, applyThrough } from "./apply-reports.ts";
export { findOverdue, type OverdueOptions, type OverdueReport } from "./find-overdue.ts";
export { type AckReport, type ParsedReports, parseReports, reportCountMax } from "./reports.ts";
