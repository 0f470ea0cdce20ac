import Table from "cli-table3";
import { stringify } from "csv-stringify/sync";
import { neutralise, neutraliseJson } from "./neutralise.ts";
import type { Output } from "./output.ts";

export const formats = ["table", "json", "ndjson", "csv"] as const;
export type Format = (typeof formats)[number];

export type Row = Readonly<Record<string, unknown>>;

export type Listing = {
  readonly columns: readonly string[];
  /** Those a table shows; all where left out. */
  readonly tableColumns?: readonly string[];
  readonly rows: Iterable<Row>;
  /** How many rows a table shows where nobody said how many. */
  readonly tableRowCountMax: number;
  /** One line for a table without rows. */
  readonly empty: string;
};

const chunkRowCount = 500;

/** Prints rows as they come: at no time are more than a few hundred of them held. */
export async function printListing(output: Output, format: Format, listing: Listing): Promise<void> {
  if (format === "table") return printTables(output, listing);
  if (format === "csv") await output.write(toCsvLines([listing.columns]));
  if (format === "json") await output.write("[");
  let isFirst = true;
  for (const row of listing.rows) {
    if (output.isGone()) return;
    await output.write(toLine(output, format, listing.columns, row, isFirst));
    isFirst = false;
  }
  if (format === "json") await output.write(isFirst ? "]\n" : "\n]\n");
}

/** Prints one thing: a table of names and values, an object, or one line of CSV. */
export async function printRecord(output: Output, format: Format, record: Row): Promise<void> {
  if (format === "table") return output.write(toFactLines(record));
  if (format === "csv") {
    const columns = Object.keys(record);
    return output.write(toCsvLines([columns, toCells(output, columns, record)]));
  }
  await output.write(`${toJson(output, record, format === "json" ? 2 : 0)}\n`);
}

/** JSON text; what could steer a terminal is escaped where one is written to. */
export function toJson(output: Output, value: unknown, indent = 0): string {
  const json = JSON.stringify(value, null, indent);
  return output.isTerminal ? neutraliseJson(json) : json;
}

/** Rows under their headings, without borders. */
export function toTable(columns: readonly string[], rows: readonly Row[]): string {
  const table = new Table({
    head: columns.map((column) => column.replaceAll("_", " ").toUpperCase()),
    chars: borderless,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const row of rows) table.push(columns.map((column) => toText(row[column])));
  return toTrimmedLines(table.toString());
}

/** Names and values, a line each; a list of things that are no plain values is counted, not shown. */
export function toFactLines(record: Row): string {
  const table = new Table({
    chars: borderless,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const [name, value] of Object.entries(record)) table.push([name.replaceAll("_", " "), toText(value)]);
  return toTrimmedLines(table.toString());
}

async function printTables(output: Output, listing: Listing): Promise<void> {
  const columns = listing.tableColumns ?? listing.columns;
  let chunk: Row[] = [];
  let rowCount = 0;
  for (const row of listing.rows) {
    if (output.isGone()) return;
    if (rowCount === listing.tableRowCountMax) {
      await output.write(toTable(columns, chunk));
      return output.write(`… and more: --limit N shows N of them, --format ndjson all\n`);
    }
    if (chunk.length === chunkRowCount) {
      await output.write(toTable(columns, chunk));
      chunk = [];
    }
    chunk.push(row);
    rowCount += 1;
  }
  await output.write(rowCount === 0 ? `${listing.empty}\n` : toTable(columns, chunk));
}

function toLine(
  output: Output,
  format: Format,
  columns: readonly string[],
  row: Row,
  isFirst: boolean,
): string {
  if (format === "csv") return toCsvLines([toCells(output, columns, row)]);
  if (format === "ndjson") return `${toJson(output, row)}\n`;
  return `${isFirst ? "\n" : ",\n"}${toJson(output, row)}`;
}

function toCells(output: Output, columns: readonly string[], row: Row): readonly (string | number)[] {
  return columns.map((column) => {
    const value = row[column];
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return value;
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    return output.isTerminal ? neutralise(text) : text;
  });
}

/** A cell that a spreadsheet would run as a formula gets an apostrophe in front. */
export function toCsvLines(lines: readonly (readonly (string | number)[])[]): string {
  return stringify(lines as (string | number)[][], { escape_formulas: true });
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "object") return neutralise(String(value));
  if (!Array.isArray(value)) return neutralise(JSON.stringify(value));
  const isPlain = value.every((item) => typeof item !== "object" || item === null);
  if (value.length === 0) return "-";
  return isPlain ? neutralise(value.join(", ")) : String(value.length);
}

const borderless = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

function toTrimmedLines(text: string): string {
  return `${text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")}\n`;
}
