import { type ComponentChildren, h, type JSX } from "preact";
import { formatCount } from "./wording.ts";

export type Column<Row> = {
  readonly head: string;
  /** Set flush right, in figures of one width. */
  readonly isNumber?: boolean;
  /** Long text: given more room, and broken anywhere. */
  readonly isProse?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
};

export type TableParts<Row> = {
  /** Unique in the document. */
  readonly id: string;
  readonly caption: string;
  /** The first is the head of its row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** What is left out, in words. */
  readonly more?: readonly string[];
};

/** So many rows a table shows at most; what is beyond is counted. */
const rowCountMax = 250;

/**
 * A table that scrolls by itself where it is too wide, by keyboard too, and says what it leaves out.
 */
export function toTable<Row>({ id, caption, columns, rows, more = [] }: TableParts<Row>): JSX.Element {
  const left = rows.length - rowCountMax;
  const cut = left > 0 ? [`and ${formatCount(left)} more rows`] : [];
  const table = h(
    "table",
    null,
    h("caption", { id }, caption),
    h("thead", null, h("tr", null, columns.map(toHead))),
    h(
      "tbody",
      null,
      rows.slice(0, rowCountMax).map((row) => h("tr", null, columns.map(toCell(row)))),
    ),
  );
  return h(
    "div",
    { class: "table" },
    h("div", { class: "scroll", role: "region", tabindex: 0, "aria-labelledby": id }, table),
    [...cut, ...more].map((text) => h("p", { class: "more" }, `… ${text}`)),
  );
}

function toHead<Row>(column: Column<Row>): JSX.Element {
  return h("th", { scope: "col", ...toClass(column) }, column.head);
}

function toCell<Row>(row: Row): (column: Column<Row>, place: number) => JSX.Element {
  return (column, place) =>
    place === 0
      ? h("th", { scope: "row", ...toClass(column) }, column.cell(row))
      : h("td", toClass(column), column.cell(row));
}

function toClass<Row>(column: Column<Row>): { readonly class?: string } {
  if (column.isNumber === true) return { class: "number" };
  return column.isProse === true ? { class: "prose" } : {};
}
