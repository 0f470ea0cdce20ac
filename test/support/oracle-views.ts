import { createHash } from "node:crypto";
import { addDays, datesFrom } from "./calendar.ts";

/** What one document says of its meter. Programs are texts; v1's is the empty text. */
export type Says = {
  readonly version: "v1" | "v2";
  /** v1: the trade dates of its entries. */
  readonly answered: readonly string[];
  readonly meterId: string;
  readonly region: string;
  readonly zone: string;
  /** Groups by program, sorted; programs without a group left out. */
  readonly groupsOn: (date: string) => ReadonlyMap<string, readonly string[]>;
  /** In one program, or in any ("*"). */
  readonly isListedWithoutGroup: (program: string, date: string) => boolean;
  /** The document itself, to see whether it is another one. */
  readonly text?: string;
  /** What it says beyond groups; left out where a test is about groups alone. */
  readonly face?: Face;
};

/** What a meter shows of itself. Statuses by program and delivery period, as JSON. */
export type Face = {
  readonly status: string | null;
  readonly reference: string | null;
  readonly isArchived: boolean;
  readonly programs: string;
};

/** How far a meter has gone on the ladder of absence (§7). */
export type Absence = {
  /** When `meter.missing` was published; null where the meter is there. */
  readonly missingSinceMs: number | null;
  /** Its assignments have ended with reason `missing`. */
  readonly isEnded: boolean;
  /** A person has let a run pass that was held for its absence. */
  readonly isReleased: boolean;
};

export const present: Absence = { missingSinceMs: null, isEnded: false, isReleased: false };

export type Values = ReadonlyMap<string, readonly string[]>;

/** One meter: what its documents said, and what has been published for which date. */
export type Book = {
  says: Says;
  said: Says | null;
  region: string;
  readonly days: Map<string, Values>;
  /** The first and the last date with a published value of its own. */
  first: string;
  last: string;
  absence: Absence;
};

export type Published = { readonly today: string; readonly last: string };

const none: Values = new Map();

/** What is published for a date holds until the next date with another published value. */
export function valueAt(book: Book | undefined, date: string): Values {
  if (book === undefined || book.last === "" || date < book.first) return none;
  for (let day = date > book.last ? book.last : date; ; day = addDays(day, -1)) {
    const value = book.days.get(day);
    if (value !== undefined) return value;
  }
}

export function writeDown(book: Book, date: string, values: Values): void {
  book.days.set(date, values);
  if (book.first === "" || date < book.first) book.first = date;
  if (date > book.last) book.last = date;
}

/** From this date on the meter is in no group, on dates that had been published and on those of this run. */
export function writeEnd(book: Book, from: string, last: string): void {
  const dates = datesFrom(from, book.last > last ? book.last : last);
  for (const date of [from, ...dates]) writeDown(book, date, none);
}

export function copyBooks(books: ReadonlyMap<string, Book>): Map<string, Book> {
  return new Map([...books].map(([id, book]) => [id, { ...book, days: new Map(book.days) }]));
}

type Cell = readonly (readonly [program: string, group: string])[];
const cells = new WeakMap<Values, Cell>();

function toCell(values: Values): Cell {
  const known = cells.get(values);
  if (known !== undefined) return known;
  const cell = [...values].flatMap(([program, groups]) => groups.map((group) => [program, group] as const));
  cells.set(values, cell);
  return cell;
}

/** `snapshot_group_members`: date, group, program, meter, region. */
export function toMembers(
  books: ReadonlyMap<string, Book>,
  regions: ReadonlyMap<string, Published>,
): string[] {
  const rows: string[] = [];
  for (const [meterId, book] of books) {
    const { today, last } = regions.get(book.region)!;
    for (const date of datesFrom(today, last)) {
      for (const [program, group] of toCell(valueAt(book, date))) {
        rows.push(JSON.stringify([date, group, program, meterId, book.region]));
      }
    }
  }
  return rows.sort();
}

/**
 * A group is shown on the days that the regions of all its members in the horizon have, and never with a
 * member whose own region does not show the day.
 */
export function toGroups(
  books: ReadonlyMap<string, Book>,
  regions: ReadonlyMap<string, Published>,
  versions: ReadonlyMap<string, number>,
): string[] {
  const rows: string[] = [];
  const days = new Set([...regions.values()].flatMap(({ today, last }) => datesFrom(today, last)));
  const isIn = (region: string, date: string) => {
    const { today, last } = regions.get(region)!;
    return today <= date && date <= last;
  };
  const stays = new Map<string, { meterId: string; region: string; date: string; program: string }[]>();
  for (const [meterId, book] of books) {
    for (const date of days) {
      for (const [program, group] of toCell(valueAt(book, date))) {
        if (!stays.has(group)) stays.set(group, []);
        stays.get(group)!.push({ meterId, region: book.region, date, program });
      }
    }
  }
  for (const [group, own] of stays) {
    const homes = new Set(own.filter(({ region, date }) => isIn(region, date)).map(({ region }) => region));
    for (const date of days) {
      const present = own.filter((stay) => stay.date === date);
      if (present.length === 0 || homes.size === 0) continue;
      const here = [...homes, ...present.map(({ region }) => region)];
      if (!here.every((region) => isIn(region, date))) continue;
      const ids = [...new Set(present.map(({ meterId }) => meterId))].sort();
      const programs = new Set(present.flatMap(({ program }) => (program === "" ? [] : [program])));
      const row = [date, group, [...programs].sort(), ids.length, digestOf(ids), versions.get(group) ?? 0];
      rows.push(JSON.stringify(row));
    }
  }
  return rows.sort();
}

/** The step functions as known now: meter, program, group, from, to (null when open). */
export function toHistory(books: ReadonlyMap<string, Book>): string[] {
  const rows: string[] = [];
  for (const [meterId, book] of books) {
    if (book.last === "") continue;
    const open = new Map<string, string>();
    const close = (key: string, to: string | null) => {
      const [program, group] = key.split(" ");
      rows.push(JSON.stringify([meterId, program, group, open.get(key), to]));
      open.delete(key);
    };
    let previous: Values | null = null;
    for (const date of datesFrom(book.first, book.last)) {
      const values = valueAt(book, date);
      if (values === previous) continue;
      previous = values;
      const here = new Set(toCell(values).map(([program, group]) => `${program} ${group}`));
      for (const key of [...open.keys()]) if (!here.has(key)) close(key, addDays(date, -1));
      for (const key of here) if (!open.has(key)) open.set(key, date);
    }
    for (const key of [...open.keys()]) close(key, null);
  }
  return rows.sort();
}

/** sha-256, in hex, of the ids, sorted, each followed by a newline (interface.md). */
export function digestOf(meterIds: Iterable<string>): string {
  const text = [...meterIds].sort().map((id) => `${id}\n`);
  return createHash("sha256").update(text.join("")).digest("hex");
}
