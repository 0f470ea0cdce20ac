import type { DrillBody, DrillGroup, Echo } from "../dispatch/index.ts";
import type { IntegrationTestReport } from "../leap/index.ts";
import { parseInstant } from "../time/index.ts";
import { toShownValues } from "./drill-secrets.ts";
import { toFactLines, toTable } from "./formats.ts";
import { neutralise } from "./neutralise.ts";
import { count } from "./report-lines.ts";

/** What a drill is about to do. */
export type Planned = {
  readonly url: string;
  /** Scheme and host of the receiver that is set at Leap; `null` where nobody asked, or it is not told. */
  readonly receiver: string | null;
  readonly groups: readonly DrillGroup[];
  readonly body: DrillBody;
  /** Timeslots that lie in the past: a receiver may well leave them aside. */
  readonly endedCount: number;
};

/** What became of it. */
export type Drilled = { readonly report: IntegrationTestReport; readonly echo: Echo };

const rowCountMax = 20;
const bodyShownMax = 2000;
const bodyKeptMax = 65_536;
const headerLengthMax = 200;
const headerCountMax = 50;

/** For people: what is sent, to whom, with every field of every timeslot. */
export function toPlanLines({ url, receiver, groups, body, endedCount }: Planned, width?: number): string {
  const dates = new Map(groups.map(({ marketGroupId, tradeDate }) => [marketGroupId, tradeDate]));
  const groupRows = body.group_dispatches.map((dispatch) => ({
    market_group_id: dispatch.market_group_id,
    trade_date: dates.get(dispatch.market_group_id),
    meters: dispatch.meter_ids.length,
    partner_references: dispatch.partner_references?.length ?? 0,
    timeslots: dispatch.timeslots.length,
  }));
  const slotRows = body.group_dispatches.flatMap(({ market_group_id, timeslots }) =>
    timeslots.map((slot) => ({
      ...(body.group_dispatches.length === 1 ? {} : { market_group_id }),
      start: slot.start_time,
      end: slot.end_time,
      energy_kw: slot.energy_kw ?? "as much as possible",
      nomination_kw: slot.nomination_kw,
      priority: slot.priority,
      cap: slot.performance_compensation_cap,
      types: slot.dispatch_event_types,
      programs: slot.programs,
      voluntary: slot.is_voluntary,
      cancelled: slot.cancelled,
    })),
  );
  const groupWords = count(groupRows.length, "group");
  return (
    `A test notification for ${groupWords} and ${count(slotRows.length, "timeslot")}, through ${url}\n` +
    `to the receiver that is set at Leap for group dispatches${toReceiverWords(receiver)}. ` +
    "It moves no assets.\n\n" +
    `${toSomeRows(groupRows, width)}\n${toSomeRows(slotRows, width)}${toEndedLine(endedCount)}`
  );
}

function toReceiverWords(receiver: string | null): string {
  return receiver === null ? "" : `, ${neutralise(receiver)}`;
}

function toEndedLine(endedCount: number): string {
  if (endedCount === 0) return "";
  return `\n${count(endedCount, "timeslot")} ended already: your system may leave that aside\n`;
}

function toSomeRows(rows: readonly Readonly<Record<string, unknown>>[], width?: number): string {
  const shown = rows.slice(0, rowCountMax);
  const table = toTable(Object.keys(shown[0] ?? {}), shown, width);
  const others = rows.length - shown.length;
  return others === 0 ? table : `${table}… and ${others} more: --format json shows all\n`;
}

/** For people: what the receiver answered, and whether it is what was sent. */
export function toReportText({ report, echo }: Drilled): string {
  const facts = toFactLines({
    http_status: report.httpStatus,
    sent: report.sentTime,
    received: report.receivedTime,
    round_trip: toRoundTripWords(toRoundTripMs(report)),
    ...(report.errorMessage === null ? {} : { error: toCut(report.errorMessage, bodyShownMax) }),
    echo: toEchoWords(echo),
  });
  const headers = Object.entries(toShownHeaders(report.headers));
  const headerLines = headers.map(([name, values]) => `  ${neutralise(`${name}: ${values.join(", ")}`)}\n`);
  const differences = echo.kind === "different" ? toDifferenceLines(echo) : "";
  const body = report.body === null ? "" : toBodyLines(report.body);
  const headerText = headerLines.length === 0 ? "" : `\nHeaders\n${headerLines.join("")}`;
  return `\n${facts}${headerText}${body}${differences}`;
}

function toBodyLines(body: string): string {
  if (body === "") return "";
  const more = body.length > bodyShownMax ? `, the first ${bodyShownMax} of ${body.length} characters` : "";
  return `\nBody${more}\n  ${neutralise(body.slice(0, bodyShownMax))}\n`;
}

function toDifferenceLines(echo: Extract<Echo, { kind: "different" }>): string {
  const lines = echo.differences.map((line) => `  ${neutralise(line)}\n`).join("");
  const others = echo.differenceCount - echo.differences.length;
  return `\nWhat differs\n${lines}${others === 0 ? "" : `  and ${others} more\n`}`;
}

export function toEchoWords(echo: Echo): string {
  if (echo.kind === "same") return "the same as what was sent";
  if (echo.kind === "no body") return "none: the receiver sent no body";
  if (echo.kind === "not JSON") return "none: the body is not JSON";
  if (echo.kind === "no echo") return "none: the body is some other JSON";
  return `differs from what was sent in ${count(echo.differenceCount, "place")}`;
}

/** For programs: the whole request, and what became of it; nulls where nothing was sent. */
export function toDrillRecord({ url, receiver, groups, body }: Planned, drilled: Drilled | null) {
  return {
    url,
    receiver,
    trade_dates: Object.fromEntries(groups.map((group) => [group.marketGroupId, group.tradeDate])),
    request: body,
    is_sent: drilled !== null,
    report: drilled === null ? null : toReportRecord(drilled.report),
    echo: drilled === null ? null : toEchoRecord(drilled.echo),
  };
}

function toReportRecord(report: IntegrationTestReport) {
  return {
    http_status: report.httpStatus,
    sent_time: report.sentTime,
    received_time: report.receivedTime,
    round_trip_ms: toRoundTripMs(report),
    headers: toShownHeaders(report.headers),
    body: report.body === null ? null : toCut(report.body, bodyKeptMax),
    body_length: report.body?.length ?? 0,
    error_message: report.errorMessage === null ? null : toCut(report.errorMessage, bodyShownMax),
  };
}

function toEchoRecord(echo: Echo) {
  const isDifferent = echo.kind === "different";
  return {
    kind: echo.kind.toLowerCase().replaceAll(" ", "_"),
    difference_count: isDifferent ? echo.differenceCount : 0,
    differences: isDifferent ? echo.differences : [],
  };
}

/** The receiver's headers, without what may open its doors (I9). */
export function toShownHeaders(
  headers: IntegrationTestReport["headers"],
): Readonly<Record<string, readonly string[]>> {
  const entries = Object.entries(headers).slice(0, headerCountMax);
  return Object.fromEntries(
    entries.map(([name, values]) => [
      toCut(name, headerLengthMax),
      toShownValues(name, values.slice(0, headerCountMax)).map((value) => toCut(value, headerLengthMax)),
    ]),
  );
}

function toRoundTripMs({ sentTime, receivedTime }: IntegrationTestReport): number | null {
  const sentMs = parseInstant(sentTime);
  const receivedMs = receivedTime === null ? undefined : parseInstant(receivedTime);
  return sentMs === undefined || receivedMs === undefined ? null : receivedMs - sentMs;
}

function toRoundTripWords(roundTripMs: number | null): string | null {
  return roundTripMs === null ? null : `${roundTripMs} ms`;
}

function toCut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}…`;
}
