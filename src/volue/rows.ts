import { formatInstant } from "../time/index.ts";
import type { GivenReport } from "./parse-reports.ts";
import type { Finding, ReportKind, ReportState } from "./report.ts";
import type { KeptReport } from "./volue-report-store.ts";

/** What a run of sending says of one report. */
export type VolueRow = {
  readonly event_id: string;
  /** `null` where it cannot be told. */
  readonly kind: ReportKind | null;
  /** How many payloads it has. */
  readonly payloads: number;
  /**
   * How it stands: as kept; `invalid` where it fails our check, `withheld` where another one of its event and
   * kind was sent, `checked` by a dry run. Of these nothing is kept.
   */
  readonly state: Exclude<ReportState, "sending"> | "invalid" | "withheld" | "checked";
  /** Whether this run sent it. */
  readonly sent: boolean;
  readonly volue_id: string | null;
  readonly report_id: string | null;
  readonly problems: readonly Finding[];
  readonly notes: readonly Finding[];
  /** What this report alone asks for. */
  readonly exitCode: number;
  /** Whether the next one would fare no better. */
  readonly endsRun: boolean;
};

type Facts = Partial<VolueRow> & Pick<VolueRow, "state" | "exitCode">;

export function toRow({ eventId, kind, payloadCount }: GivenReport, facts: Facts): VolueRow {
  return {
    event_id: eventId,
    kind,
    payloads: payloadCount,
    sent: false,
    volue_id: null,
    report_id: null,
    problems: [],
    notes: [],
    endsRun: false,
    ...facts,
    ...(facts.notes === undefined ? {} : { notes: limitFindings(facts.notes) }),
  };
}

export function toInvalid(
  given: GivenReport,
  problems: readonly Finding[],
  notes: readonly Finding[],
): VolueRow {
  return toRow(given, { state: "invalid", problems: limitFindings(problems), notes, exitCode: 2 });
}

export function toUnsent(given: GivenReport, reportId: string, message: string, exitCode: number): VolueRow {
  const problems = [{ path: "report", message }];
  return toRow(given, { state: "unsent", report_id: reportId, problems, exitCode });
}

/** What is reported is done: sending it again would make two of it. */
export function toAlready(given: GivenReport, kept: KeptReport): VolueRow {
  const as = kept.volue_id === null ? "" : ` as ${kept.volue_id}`;
  const message = `already reported${as}, at ${formatInstant(kept.answered_at_ms ?? kept.made_at_ms)}`;
  const notes = [{ path: "report", message }];
  const { report_id, volue_id } = kept;
  return toRow(given, { state: "reported", report_id, volue_id, notes, exitCode: 0 });
}

export function toUncertain(given: GivenReport, kept: KeptReport): VolueRow {
  const message = `was sent before, at ${formatInstant(kept.sent_at_ms ?? kept.made_at_ms)}`;
  const problems = [{ path: "report", message }, toUncertainFinding(kept.report_id)];
  return toRow(given, { state: "uncertain", report_id: kept.report_id, problems, exitCode: 7 });
}

/** What Volue answered is known to this run alone: the next one finds the report uncertain. */
export function toUnsettled(
  given: GivenReport,
  reportId: string,
  answered: { readonly state: string; readonly volueId: string | null; readonly message: string },
): VolueRow {
  const { state, volueId, message } = answered;
  const as = volueId === null ? "" : ` as ${volueId}`;
  const word = state === "reported" ? "--reported" : "--unsent";
  const settle = `\`volue settle ${reportId.slice(0, 12)} ${word}\``;
  const advice = state === "uncertain" ? toUncertainFinding(reportId).message : `say so with ${settle}`;
  const problems = [
    { path: "report", message: `is ${state}${as}, and that is not kept: ${message}; ${advice}` },
  ];
  const facts = { report_id: reportId, volue_id: volueId, problems, sent: true, endsRun: true };
  return toRow(given, { state: "uncertain", ...facts, exitCode: 7 });
}

/** Nobody here can find out: what to do about it. */
export function toUncertainFinding(reportId: string): Finding {
  const settle = `\`volue settle ${reportId.slice(0, 12)} --reported\`, or --unsent`;
  return { path: "report", message: `may have arrived, and is not sent again: ask Volue, then ${settle}` };
}

export function toWithheld(given: GivenReport, reportId: string, other: KeptReport): VolueRow {
  const stands = other.state === "reported" ? "has been reported" : "may have arrived";
  const message =
    `another ${other.kind} report of this event ${stands} (${other.report_id.slice(0, 12)}): Volue asks ` +
    "for one; --again sends this one all the same";
  const problems = [{ path: "report", message }];
  return toRow(given, { state: "withheld", report_id: reportId, problems, exitCode: 2 });
}

/** A person looks at the first of them; the others are mostly alike. */
export function limitFindings(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= findingCountMax) return findings;
  const message = `and ${findings.length - findingCountMax} more like these`;
  return [...findings.slice(0, findingCountMax), { path: "report", message }];
}

const findingCountMax = 50;

/**
 * The exit code of a run: first what a person must look at, since it may be wrong at Volue (7, 4), then what
 * must be put right here (2), then what another run may well do (3).
 */
export function toExitCode(rows: readonly Pick<VolueRow, "exitCode">[]): number {
  return [7, 4, 2, 3].find((code) => rows.some(({ exitCode }) => exitCode === code)) ?? 0;
}
