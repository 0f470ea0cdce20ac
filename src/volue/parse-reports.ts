import { type Findings, isRecord, openFindings, parseJson } from "./fields.ts";
import { parsePayload, parsePayloadType } from "./parse-payload.ts";
import { type Finding, type Payload, type Report, type ReportKind, reportKinds, toKind } from "./report.ts";

/** One report as it was given, read as far as it can be. */
export type GivenReport = {
  readonly eventId: string;
  /** `null` where that cannot be told. */
  readonly kind: ReportKind | null;
  readonly payloadCount: number;
  readonly problems: readonly Finding[];
  /** `null` where there are problems. */
  readonly report: Report | null;
};

export type ParsedInput = {
  readonly given: readonly GivenReport[];
  /** What belongs to no event that we could name: then nothing is sent, since a report may lack it. */
  readonly problems: readonly string[];
};

/** One payload that came alone, with the event it belongs to. */
export type SinglePayload = {
  readonly eventId: string;
  readonly value: unknown;
  /** Found before, such as what a line of CSV holds. */
  readonly problems?: readonly Finding[];
};

const reportCountMax = 10_000;

/**
 * Reports, or single payloads with an `eventId` beside their `payloadType`, as JSON (one, or a list) or a
 * line each. Single payloads become one report an event and kind.
 */
export function parseReports(text: string): ParsedInput {
  const documents = toDocuments(text);
  if (documents === null) {
    return { given: [], problems: ["it is neither JSON (a report, or a list) nor a report a line"] };
  }
  const whole: GivenReport[] = [];
  const single: SinglePayload[] = [];
  const problems: string[] = [];
  for (const [index, value] of documents.entries()) {
    const eventId = isRecord(value) ? toEventId(value.eventId) : null;
    const number = `entry ${index + 1}`;
    if (!isRecord(value)) problems.push(`${number}: it is not a report, an object of JSON`);
    else if (eventId === null) problems.push(`${number}: it has no eventId that could be one of Volue's`);
    else if ("payloads" in value) whole.push(parseWhole(value, eventId));
    else if ("payloadType" in value) {
      const { eventId: _, ...payload } = value;
      single.push({ eventId, value: payload });
    } else problems.push(`${number}: it has neither payloads nor a payloadType`);
  }
  return toInput([...whole, ...groupPayloads(single)], problems);
}

/** Checks what holds for any input, whatever form it came in. */
export function toInput(given: readonly GivenReport[], problems: readonly string[]): ParsedInput {
  if (problems.length === 0 && given.length > reportCountMax) {
    const problem = `there are ${given.length} reports: send at most ${reportCountMax} at once`;
    return { given: [], problems: [problem] };
  }
  return { given, problems };
}

/** An id that can be a part of an address; `null` for any other. */
export function toEventId(value: unknown): string | null {
  if (typeof value !== "string" || !/^[A-Za-z0-9._~-]{1,128}$/.test(value)) return null;
  return /^\.+$/.test(value) ? null : value;
}

function parseWhole(value: Readonly<Record<string, unknown>>, eventId: string): GivenReport {
  const findings = openFindings();
  const list = Array.isArray(value.payloads) ? value.payloads : [];
  if (list.length === 0) {
    findings.problems.push({ path: "payloads", message: "is no list of at least one payload" });
  }
  for (const name of Object.keys(value)) {
    if (name === "eventId" || name === "payloads") continue;
    const message = "is not a field of a report, which has eventId and payloads";
    findings.problems.push({ path: JSON.stringify(name.slice(0, 40)).slice(1, -1), message });
  }
  const payloads = list.map((payload, index) => parsePayload(payload, `payloads[${index}]`, findings));
  const kinds = new Set(list.map(toKindOf).filter((kind) => kind !== null));
  const [kind = null, other] = kinds;
  if (other !== undefined) {
    const message = `are of several kinds (${[...kinds].join(", ")}): send a report of each`;
    findings.problems.push({ path: "payloads", message });
  }
  return toGiven(eventId, kind, payloads, findings);
}

/** One report an event and kind. A payload of no kind may be missing in any of its event's reports. */
export function groupPayloads(single: readonly SinglePayload[]): readonly GivenReport[] {
  const events = new Map<string, SinglePayload[]>();
  for (const payload of single) {
    const key = payload.eventId.toLowerCase();
    const kept = events.get(key);
    if (kept === undefined) events.set(key, [payload]);
    else kept.push(payload);
  }
  return [...events.values()].flatMap(groupEvent);
}

function groupEvent(payloads: readonly SinglePayload[]): readonly GivenReport[] {
  const eventId = payloads[0]?.eventId ?? "";
  const toKindOnly = (kind: ReportKind | null) => payloads.filter(({ value }) => toKindOf(value) === kind);
  const lost = openFindings();
  for (const { value, problems = [] } of toKindOnly(null)) {
    lost.problems.push(...problems);
    parsePayload(value, "payload", lost);
  }
  const reports = reportKinds.flatMap((kind) => {
    const own = toKindOnly(kind);
    if (own.length === 0) return [];
    const told = own.flatMap(({ problems = [] }) => problems);
    const findings: Findings = { problems: [...lost.problems, ...told], notes: [] };
    const parsed = own.map(({ value }, index) => parsePayload(value, `payloads[${index}]`, findings));
    return [toGiven(eventId, kind, parsed, findings)];
  });
  return reports.length > 0 ? reports : [toGiven(eventId, null, [], lost)];
}

function toGiven(
  eventId: string,
  kind: ReportKind | null,
  payloads: readonly (Payload | null)[],
  { problems, notes }: Findings,
): GivenReport {
  const given = { eventId, kind, payloadCount: payloads.length, problems };
  const whole = payloads.filter((payload) => payload !== null);
  if (problems.length > 0 || kind === null) return { ...given, report: null };
  return { ...given, report: { eventId, kind, payloads: whole, notes } };
}

function toKindOf(value: unknown): ReportKind | null {
  const payloadType = isRecord(value) ? parsePayloadType(value.payloadType) : undefined;
  return payloadType === undefined ? null : toKind(payloadType);
}

/** What the text holds, undefined for a line that is not JSON; `null` where nothing can be told apart. */
function toDocuments(text: string): readonly unknown[] | null {
  const body = text.replace(/^\uFEFF/, "").trim();
  if (body === "") return [];
  const whole = parseJson(body);
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole];
  const lines = body.split(/\r?\n/).filter((line) => line.trim() !== "");
  const documents = lines.map(parseJson);
  return documents.some((document) => typeof document === "object") ? documents : null;
}
