/**
 * Usage, plans and acknowledgements → reports to Volue's Energy Coordination API.
 *
 * Takes: rows, an account at Volue, a database. Gives: each report checked against its event and sent once;
 * what was refused, by field.
 * Never: sends twice what may have arrived; knows a meter of Leap's.
 */
export { type CheckedReport, type CheckOptions, checkReport } from "./check-report.ts";
export { type EventTarget, type ParsedEvent, parseEvent, type VolueEvent } from "./event.ts";
export { toHost } from "./failures.ts";
export { parseCsvReports } from "./parse-csv.ts";
export { type GivenReport, type ParsedInput, parseReports } from "./parse-reports.ts";
export {
  type AcknowledgementSpelling,
  type Finding,
  type Report,
  type ReportKind,
  type ReportState,
  reportStates,
} from "./report.ts";
export { toExitCode, type VolueRow } from "./rows.ts";
export { type SendOptions, sendReports } from "./send-reports.ts";
export {
  openVolueClient,
  type VolueAccount,
  type VolueClient,
  type VolueClientOptions,
} from "./volue-client.ts";
export {
  type KeptReport,
  loadReports,
  loadReportsById,
  loadUncertainCount,
  settleInterrupted,
  settleReport,
} from "./volue-report-store.ts";
