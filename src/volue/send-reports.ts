import { type Database, toDatabaseFailure } from "../database/index.ts";
import { Failure, type FailureKind } from "../failure/index.ts";
import { toBody, toReportId } from "./canonical.ts";
import { type CheckOptions, checkReport } from "./check-report.ts";
import { decideOutcome } from "./decide-outcome.ts";
import { decideSending } from "./decide-sending.ts";
import type { VolueEvent } from "./event.ts";
import { VolueFailure } from "./failures.ts";
import { findClashes, toClashFinding } from "./find-clashes.ts";
import type { GivenReport } from "./parse-reports.ts";
import { toProblemFindings } from "./problem-details.ts";
import type { AcknowledgementSpelling, Finding } from "./report.ts";
import {
  limitFindings,
  toAlready,
  toInvalid,
  toRow,
  toUncertain,
  toUncertainFinding,
  toUnsent,
  toUnsettled,
  toWithheld,
  type VolueRow,
} from "./rows.ts";
import type { VolueClient } from "./volue-client.ts";
import { loadStanding, type ReportKey, saveSending, settleReport } from "./volue-report-store.ts";

export type SendOptions = CheckOptions & {
  /** Sandbox and production are two hosts, each with events of its own. */
  readonly host: string;
  readonly spelling: AcknowledgementSpelling;
  /** Another report of an event and kind that has one is sent all the same. */
  readonly isAgain: boolean;
  /** Only checks. */
  readonly isDryRun: boolean;
  /** Ends the run between two reports. */
  readonly signal: AbortSignal;
  readonly clock: { readonly now: () => number };
};

/** After so many answers in a row that nobody can make sense of, no more is put at stake. */
const uncertainCountMax = 3;

/**
 * Checks and sends reports, one after the other, each at most once. The caller holds the lock; without a
 * database nothing is known of earlier reports, and only a dry run may be made.
 */
export async function sendReports(
  given: readonly GivenReport[],
  client: VolueClient,
  database: Database | null,
  options: SendOptions,
): Promise<readonly VolueRow[]> {
  const rows: VolueRow[] = [];
  const events = openEvents(client, options.signal);
  const clashes: ReadonlySet<GivenReport> = options.isAgain ? new Set() : findClashes(given, options.host);
  let uncertainCount = 0;
  let end: string | null = null;
  for (const one of given) {
    const row = await settleOne(one, { client, database, events, clashes, options, end });
    rows.push(row);
    uncertainCount =
      row.state === "uncertain" && row.sent ? uncertainCount + 1 : row.sent ? 0 : uncertainCount;
    if (uncertainCount >= uncertainCountMax) end ??= `${uncertainCount} in a row are uncertain`;
    if (row.endsRun) end ??= "Volue could not be asked, or refused us, before";
    if (options.signal.aborted) end ??= "told to stop";
  }
  return rows;
}

type Run = {
  readonly client: VolueClient;
  readonly database: Database | null;
  readonly events: (eventId: string) => Promise<VolueEvent | null>;
  readonly clashes: ReadonlySet<GivenReport>;
  readonly options: SendOptions;
  /** Why nothing more is sent. */
  readonly end: string | null;
};

/** What is kept is told even where nothing more is sent. */
async function settleOne(given: GivenReport, run: Run): Promise<VolueRow> {
  const { report } = given;
  if (report === null) return toInvalid(given, given.problems, []);
  const { host, isAgain } = run.options;
  const key: ReportKey = { reportId: toReportId(host, report), host, report };
  const standing = run.database === null ? { own: null, others: [] } : loadStanding(run.database, key);
  const decision = decideSending(standing, isAgain);
  if (decision.kind === "already") return toAlready(given, decision.kept);
  if (decision.kind === "uncertain") return toUncertain(given, decision.kept);
  if (decision.kind === "withheld") return toWithheld(given, key.reportId, decision.other);
  if (run.clashes.has(given)) return toInvalid(given, [toClashFinding(given)], report.notes);
  if (run.end !== null) return toUnsent(given, key.reportId, `not sent: ${run.end}`, 3);
  try {
    return await checkAndSend(given, key, run);
  } catch (error) {
    // Not a report's fault, and none was sent: the others are told of all the same.
    if (!(error instanceof Failure)) throw error;
    return toFailed(given, key.reportId, error);
  }
}

async function checkAndSend(given: GivenReport, key: ReportKey, run: Run): Promise<VolueRow> {
  const { client, database, options } = run;
  const { report, reportId } = key;
  const event = await run.events(report.eventId);
  if (event === null) return toInvalid(given, [toUnknownEvent(options.host)], report.notes);
  const { problems, notes } = checkReport(report, event, options.clock.now(), options);
  if (problems.length > 0) return toInvalid(given, problems, notes);
  if (options.isDryRun || database === null) {
    return toRow(given, { state: "checked", report_id: reportId, notes, exitCode: 0 });
  }
  await client.prepareToken(options.signal);
  options.signal.throwIfAborted();
  return { ...(await sendOnce(given, key, { ...run, database })), notes: limitFindings(notes) };
}

/** Committed as `sending` before a byte goes out: whatever ends this process, it is not sent again. */
async function sendOnce(
  given: GivenReport,
  key: ReportKey,
  { client, database, options }: Run & { readonly database: Database },
): Promise<VolueRow> {
  const { report, reportId } = key;
  const body = toBody(report, options.spelling);
  const unkept = tryKeeping(() => saveSending(database, key, body, options.clock.now()));
  // Nothing has gone out, and the next one could not be kept either.
  if (unkept !== null) return { ...toUnsent(given, reportId, unkept, 3), endsRun: true };
  const outcome = await trySending(body, client, options.signal);
  const problem = outcome.problem === null ? null : JSON.stringify(outcome.problem);
  const settlement = { ...outcome, problem };
  const unsettled = tryKeeping(() => settleReport(database, reportId, settlement, options.clock.now()));
  if (unsettled !== null) return toUnsettled(given, reportId, { ...outcome, message: unsettled });
  const { state, volueId, endsRun } = outcome;
  const said = outcome.problem === null ? [] : toProblemFindings(outcome.problem);
  const problems = state === "uncertain" ? [...said, toUncertainFinding(reportId)] : said;
  const row = { state, report_id: reportId, volue_id: volueId, problems, endsRun, sent: state !== "unsent" };
  return toRow(given, { ...row, exitCode: toExitCode(outcome) });
}

/** Why it could not be kept, since the disk or another program has its say in that; `null` where it was. */
function tryKeeping(keep: () => void): string | null {
  try {
    keep();
    return null;
  } catch (error) {
    const failure = toDatabaseFailure(error, "cannot keep what becomes of the report");
    if (!(failure instanceof Failure)) throw failure;
    return failure.message;
  }
}

/** Where a new token cannot be had after one was refused, the report was not taken either. */
async function trySending(body: string, client: VolueClient, signal: AbortSignal) {
  try {
    return decideOutcome(await client.sendReport(body, signal), client.hide);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const problem = { title: error.message };
    return { state: "unsent", status: null, volueId: null, problem, endsRun: true } as const;
  }
}

function toExitCode({ state, status }: ReturnType<typeof decideOutcome>): number {
  if (state === "unsent") return status === 401 || status === 403 ? 2 : 3;
  return { reported: 0, refused: 2, uncertain: 7 }[state];
}

const exitCodes: Readonly<Record<FailureKind, number>> = {
  usage: 2,
  refused: 2,
  environment: 3,
  contract: 4,
  locked: 5,
};

function toFailed(given: GivenReport, reportId: string, error: Failure): VolueRow {
  const row = toUnsent(given, reportId, error.message, exitCodes[error.kind]);
  return { ...row, endsRun: error instanceof VolueFailure && error.endsRun };
}

function toUnknownEvent(host: string): Finding {
  const message =
    `${host} has no event of this id, or not for this client: check it, and VOLUE_BASE_URL ` +
    "(sandbox and production have events of their own)";
  return { path: "eventId", message };
}

/** The reports of one event follow each other: it is asked for once. */
function openEvents(client: VolueClient, signal: AbortSignal) {
  let last: { readonly eventId: string; readonly event: VolueEvent | null } | null = null;
  return async (eventId: string): Promise<VolueEvent | null> => {
    if (last === null || last.eventId !== eventId) {
      last = { eventId, event: await client.readEvent(eventId, signal) };
    }
    return last.event;
  };
}
