import { CsvError, parse } from "csv-parse/sync";
import { explainTimestamp } from "./fields.ts";
import { parsePayloadType } from "./parse-payload.ts";
import { groupPayloads, type ParsedInput, type SinglePayload, toEventId, toInput } from "./parse-reports.ts";
import { type Finding, toKind } from "./report.ts";

const columns = [
  "event_id",
  "payload_type",
  "resource_id",
  "location_id",
  "meter_point_id",
  "resolution",
  "timestamp",
  "kilowatt_hours",
  "series",
  "accepted",
] as const;

type Column = (typeof columns)[number];
/** One line; a column that is not there is empty. */
type Line = Readonly<Record<Column, string>> & { readonly number: number };
/** A payload that lines are added to. */
type Draft = {
  readonly eventId: string;
  readonly value: Record<string, unknown>;
  readonly problems: Finding[];
};

/**
 * Reports as CSV with a header: a line a point, or a target that is acknowledged or declined. Lines of one
 * event, type and target become one payload, wherever they stand.
 */
export function parseCsvReports(text: string): ParsedInput {
  const table = readTable(text);
  if (typeof table === "string") return { given: [], problems: [table] };
  const problems = toHeaderProblems(table.header);
  if (problems.length > 0) return { given: [], problems };
  const drafts = new Map<string, Draft>();
  for (const line of table.lines) {
    const eventId = toEventId(line.event_id);
    if (eventId === null) problems.push(`line ${line.number}: its event_id could not be one of Volue's`);
    else addLine(drafts, line, eventId);
  }
  const single: readonly SinglePayload[] = [...drafts.values()];
  return toInput(groupPayloads(single), problems);
}

/** One record as the library gives it. */
type CsvRecord = { readonly record: readonly string[]; readonly info: { readonly lines: number } };

function readTable(text: string): { readonly header: readonly string[]; readonly lines: Line[] } | string {
  // A spreadsheet leaves lines of commas alone where rows were deleted.
  const skips = { skip_empty_lines: true, skip_records_with_empty_values: true } as const;
  const options = { bom: true, trim: true, info: true, ...skips } as const;
  try {
    const records = parse(text, options) as unknown as CsvRecord[];
    const header = (records[0]?.record ?? []).map((name) => name.toLowerCase());
    return { header, lines: records.slice(1).map((each) => toLine(each, header)) };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines = "?" } = error as { readonly lines?: number };
    const wanted = "fields with commas between them, as many as in the header";
    return `line ${lines}: it cannot be read as CSV (${error.code}): ${wanted}`;
  }
}

function toLine({ record, info }: CsvRecord, header: readonly string[]): Line {
  const cells = columns.map((column) => [column, record[header.indexOf(column)] ?? ""]);
  return { ...(Object.fromEntries(cells) as Record<Column, string>), number: info.lines };
}

function toHeaderProblems(header: readonly string[]): string[] {
  const known: readonly string[] = columns;
  const unknown = header.filter((name) => !known.includes(name));
  const missing = ["event_id", "payload_type"].filter((name) => !header.includes(name));
  const twice = header.filter((name, index) => header.indexOf(name) < index);
  const tell = (names: readonly string[], what: string) =>
    names.length === 0 ? [] : [`the header ${what} ${names.map((name) => name.slice(0, 60)).join(", ")}`];
  const problems = [
    ...tell(missing, "lacks"),
    ...tell(unknown, "has unknown columns:"),
    ...tell(twice, "has twice"),
  ];
  return problems.length === 0 ? [] : [...problems, `the columns are ${columns.join(",")}`];
}

function addLine(drafts: Map<string, Draft>, line: Line, eventId: string): void {
  const payloadType = parsePayloadType(line.payload_type);
  const isSeries = payloadType !== undefined && toKind(payloadType) !== "acknowledgement";
  const ids = isSeries ? [line.resource_id, line.location_id, line.meter_point_id, line.resolution] : [];
  const key = JSON.stringify([eventId.toLowerCase(), payloadType ?? line.payload_type, ...ids]);
  let draft = drafts.get(key);
  if (draft === undefined) {
    draft = { eventId, value: { payloadType: line.payload_type }, problems: [] };
    drafts.set(key, draft);
  }
  if (isSeries) addPoint(draft, line, payloadType === "LocationEnergyUsagePlan");
  else if (payloadType !== undefined) addTarget(draft, line);
}

function addPoint({ value, problems }: Draft, line: Line, isPlan: boolean): void {
  const tell = toTeller(problems, line);
  Object.assign(value, toIds(line, tell), line.resolution === "" ? {} : { resolution: line.resolution });
  const series = line.series.toLowerCase();
  const isNamed = series === "baseline" || series === "flexibility";
  if (isPlan && !isNamed) tell("series", "is neither baseline nor flexibility");
  if (!isPlan && series !== "") tell("series", "is for plans: leave it empty");
  if (line.accepted !== "") tell("accepted", "is for acknowledgements: leave it empty");
  const timestampProblem = explainTimestamp(line.timestamp);
  if (timestampProblem !== null) tell("timestamp", timestampProblem);
  const isNumber = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(line.kilowatt_hours);
  if (!isNumber) tell("kilowatt_hours", "is no number such as 3.25, with a point");
  const name = isPlan && isNamed ? series : "points";
  if (timestampProblem !== null || !isNumber || (isPlan && !isNamed)) return;
  addTo(value, name, { timestamp: line.timestamp, kiloWattHours: Number(line.kilowatt_hours) });
}

function addTarget({ value, problems }: Draft, line: Line): void {
  const tell = toTeller(problems, line);
  const target = toIds(line, tell);
  for (const column of ["resolution", "timestamp", "kilowatt_hours", "series"] as const) {
    if (line[column] !== "") tell(column, "is for usage and plans: leave it empty");
  }
  const accepted = line.accepted.toLowerCase();
  const isYes = ["true", "yes", "1"].includes(accepted);
  const isNo = ["false", "no", "0"].includes(accepted);
  if (!isYes && !isNo) tell("accepted", "is neither true nor false");
  else addTo(value, isYes ? "acknowledgedTargets" : "declinedTargets", target);
}

type Tell = (column: Column, message: string) => void;

function toTeller(problems: Finding[], { number }: Line): Tell {
  return (column, message) => {
    problems.push({ path: `line ${number}, ${column}`, message });
  };
}

/** A spreadsheet makes 7.07058E+17 of eighteen digits, and the rest of them is gone. */
function toIds(line: Line, tell: Tell): Readonly<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const [column, name] of idColumns) {
    if (/^\d([.,]\d+)?e\+\d+$/i.test(line[column])) {
      tell(
        column,
        "was rounded by a spreadsheet: make the column one of text, and put the whole id in again",
      );
    } else if (line[column] !== "") ids[name] = line[column];
  }
  return ids;
}

const idColumns = [
  ["resource_id", "resourceId"],
  ["location_id", "locationId"],
  ["meter_point_id", "meterPointId"],
] as const;

function addTo(value: Record<string, unknown>, name: string, member: unknown): void {
  const list = value[name];
  if (Array.isArray(list)) list.push(member);
  else value[name] = [member];
}
