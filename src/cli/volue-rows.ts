import type { Finding, VolueRow } from "../volue/index.ts";
import { printListing } from "./formats.ts";
import type { Invocation } from "./invocation.ts";
import { neutralise } from "./neutralise.ts";

const columns = [
  "event_id",
  "kind",
  "payloads",
  "state",
  "sent",
  "volue_id",
  "report_id",
  "problems",
  "notes",
] as const;

const tableColumns = ["event_id", "kind", "payloads", "state", "sent", "volue_id"] as const;

/** A row a report, in the order they were sent; for people what was found follows beneath. */
export async function printVolueRows(
  { output, format }: Invocation,
  rows: readonly VolueRow[],
): Promise<void> {
  await printListing(output, format, {
    columns,
    tableColumns,
    rows: rows.map(({ exitCode: _, endsRun: __, ...row }) => row),
    tableRowCountMax: Number.MAX_SAFE_INTEGER,
    empty: "no reports",
  });
  if (format === "table") await output.write(rows.map(toFindingLines).join(""));
}

function toFindingLines({ event_id, kind, problems, notes }: VolueRow): string {
  if (problems.length + notes.length === 0) return "";
  const lines = [...problems.map(toLine), ...notes.map((note) => `${toLine(note)} (a note)`)];
  const head = neutralise(`${event_id} ${kind ?? ""}`.trim());
  return `\n${[head, ...lines.map((line) => `  ${line}`)].join("\n")}\n`;
}

function toLine({ path, message }: Finding): string {
  return neutralise(`${path}: ${message}`);
}
