import type { MeterDocument, TimeLine, TimeLineRow } from "../reader/index.ts";
import { type Row, toFactLines, toTable } from "./formats.ts";
import { neutralise } from "./neutralise.ts";
import type { Dispatch } from "./why.ts";

export type MeterShown = {
  readonly meter: MeterDocument;
  readonly groups: readonly Row[];
  readonly timeLine: TimeLine;
  readonly dispatch: Dispatch;
};

/** One meter for people: why it is dispatched or not, what is known of it now, and what was known when. */
export function toMeterLines({ meter, groups, timeLine, dispatch }: MeterShown, width?: number): string {
  const { document: _document, required_actions: actions, ...facts } = meter;
  return [
    toDispatchLines(dispatch, width),
    `\n${toFactLines(facts)}`,
    toSection("Groups by trade date", groups, width) ?? "\nGroups by trade date\nnone in the horizon\n",
    toSection("Required actions", actions, width) ?? "",
    toTimeLineLines(timeLine, width),
  ].join("");
}

const marks = { for: "+", against: "-", unsure: "?" } as const;

/** What speaks for it (+), against it (-), and what nothing follows from by itself (?). */
function toDispatchLines(dispatch: Dispatch, width?: number): string {
  const { trade_date: date, can_be_dispatched: can, reasons } = dispatch;
  const isUnsure = reasons.some(({ speaks }) => speaks === "unsure");
  const answer = can ? (isUnsure ? "yes, but see below" : "yes") : "no";
  const lines = reasons.map(({ speaks, sentence }) => {
    const [first = "", ...others] = toWrapped(neutralise(sentence), (width ?? Number.POSITIVE_INFINITY) - 4);
    return [`  ${marks[speaks]} ${first}\n`, ...others.map((line) => `    ${line}\n`)].join("");
  });
  return `Can it be dispatched on ${date}? ${answer}\n${lines.join("")}`;
}

/** Broken between words; a word that is longer than a line stays whole. */
function toWrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return lines;
}

function toSection(title: string, rows: readonly Row[], width?: number): string | null {
  const [first] = rows;
  return first === undefined ? null : `\n${title}\n${toTable(Object.keys(first), rows, width)}`;
}

/** On a narrower terminal the words matter more than until when they were known and what told them. */
const wideEnough = 110;

function toTimeLineLines({ rows, begins_at: beginsAt }: TimeLine, width?: number): string {
  const isWide = width === undefined || width >= wideEnough;
  const shown = rows.map((row) => toShownRow(row, isWide));
  const section = toSection("Time line, by when it became known (UTC)", shown, width) ?? "";
  if (beginsAt === null) return section;
  const left = "are left out: of what they told only groups are shown";
  return `${section}Change events before ${beginsAt} ${left}.\n`;
}

function toShownRow(row: TimeLineRow, isWide: boolean): Row {
  const { known_from: from, known_to: to, effective_from: start, effective_to: end, what } = row;
  // What is effective as it is known need not say so twice.
  const isOwn = what === "assignment" || what === "unassigned" || start !== from || end !== to;
  return {
    known_from: from === null ? "earlier" : toShort(from),
    ...(isWide ? { known_to: to === null ? null : toShort(to) } : {}),
    effective_from: isOwn && start !== null ? toShort(start) : null,
    effective_to: isOwn && end !== null ? toShort(end) : null,
    what,
    value: row.value,
    ...(isWide ? { sequence: row.sequence } : {}),
  };
}

/** To the minute; a trade date stays one. */
function toShort(time: string): string {
  return time.slice(0, 16).replace("T", " ");
}
