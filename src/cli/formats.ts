import Table from "cli-table3";
import { stringify } from "csv-stringify/sync";
import { Failure } from "../failure/index.ts";
import { fitCells } from "./fit-cells.ts";
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

/**
 * Prints rows as they come: at no time are more than a few hundred of them held. Of the columns all, or those
 * that were asked for.
 */
export async function printListing(output: Output, format: Format, listing: Listing): Promise<void> {
  const chosen = toChosen(output, format, listing);
  if (chosen === null) return printRows(output, format, listing);
  const { columns } = chosen;
  const rows = toSelected(listing.rows, columns);
  await printRows(chosen.output, format, { ...listing, columns, tableColumns: columns, rows });
}

/** The columns that were asked for, all of them known, and where to print these rows; null for all. */
export function toChosen(
  { asked, ...output }: Output,
  format: Format,
  listing: Pick<Listing, "columns" | "tableColumns">,
): { readonly columns: readonly string[]; readonly output: Output } | null {
  if (asked === undefined) return null;
  assertColumns(asked.columns, format, listing);
  return { columns: asked.columns, output: { ...output, write: asked.write } };
}

async function printRows(output: Output, format: Format, listing: Listing): Promise<void> {
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

/** A table has some columns in words that are for people alone. */
function assertColumns(
  asked: readonly string[],
  format: Format,
  listing: Pick<Listing, "columns" | "tableColumns">,
): void {
  const words = format === "table" ? (listing.tableColumns ?? []) : [];
  const known = [...new Set([...listing.columns, ...words])];
  const unknown = asked.filter((column) => !known.includes(column));
  if (unknown.length === 0) return;
  throw new Failure("usage", `no column ${unknown.join(", ")} here: --columns takes ${known.join(", ")}`);
}

/** Rows of these columns alone. */
export function* toSelected(rows: Iterable<Row>, columns: readonly string[]): Generator<Row> {
  for (const row of rows) yield Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
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

/** Rows under their headings, without borders; where a width is given, a row is no wider. */
export function toTable(columns: readonly string[], rows: readonly Row[], width?: number): string {
  const whole = [
    columns.map((column) => column.replaceAll("_", " ").toUpperCase()),
    ...rows.map((row) => columns.map((column) => toText(row[column]))),
  ];
  const [head = [], ...lines] = width === undefined ? whole : fitCells(columns, whole, width);
  const table = new Table({
    head,
    chars: borderless,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const line of lines) table.push(line);
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
      await output.write(toTable(columns, chunk, output.width));
      return output.write(`… and more: --limit N shows N of them, --format ndjson all\n`);
    }
    if (chunk.length === chunkRowCount) {
      await output.write(toTable(columns, chunk, output.width));
      chunk = [];
    }
    chunk.push(row);
    rowCount += 1;
  }
  await output.write(rowCount === 0 ? `${listing.empty}\n` : toTable(columns, chunk, output.width));
}

function toLine(
  output: Output,
  format: Format,
  columns: readonly string[],
  row: Row,
  isFirst: boolean,
): string {
  if (format === "csv") return toCsvLines([toCells(output, columns, row)]);
  const json = toJson(output, toOrdered(columns, row));
  return format === "ndjson" ? `${json}\n` : `${isFirst ? "\n" : ",\n"}${json}`;
}

/** Programs may count on the order of keys, too; a row of another shape stays as it is. */
function toOrdered(columns: readonly string[], row: Row): Row {
  if (!columns.every((column) => column in row)) return row;
  return { ...Object.fromEntries(columns.map((column) => [column, row[column]])), ...row };
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
