import { addDays, datesFrom, startOfDay } from "./calendar.ts";
import { type Horizon, toHorizons } from "./oracle-days.ts";
import {
  type Book,
  digestOf,
  type Published,
  type Says,
  toGroups,
  toHistory,
  toMembers,
  type Values,
  valueAt,
  writeDown,
} from "./oracle-views.ts";

/**
 * The domain's rules on assignments, day by day and by brute force (domain.md §3, §4, §5). Nothing of the
 * product is in it: what is published for a date is written down for that date, and whatever lies between two
 * such dates, or after the last, has the value of the nearest one before.
 */

/** What a publication must tell and show; every row is JSON, lists are sorted. */
export type Expected = {
  readonly remaps: readonly string[];
  readonly groupUpdates: readonly string[];
  readonly members: readonly string[];
  readonly groups: readonly string[];
  readonly history: readonly string[];
  readonly created: readonly string[];
};

export type Oracle = {
  readonly publish: (
    nowMs: number,
    says: readonly Says[],
    horizonDays?: number,
    apiVersion?: "v1" | "v2",
  ) => Expected;
  /** The group a meter is published in on a date, by program. */
  readonly valueOf: (meterId: string, date: string) => Values;
};

export function openOracle(): Oracle {
  const books = new Map<string, Book>();
  const regions = new Map<string, Published>();
  const versions = new Map<string, number>();
  let isBaseline = true;

  function publish(
    nowMs: number,
    says: readonly Says[],
    horizonDays = 3,
    apiVersion: "v1" | "v2" = "v2",
  ): Expected {
    const created = learn(books, says);
    const horizons = toHorizons(books, regions, says, { nowMs, horizonDays, apiVersion });
    const window = toWindow(books, horizons);
    const before = new Map([...books].map(([id, book]) => [id, window.map((date) => valueAt(book, date))]));
    const returned = new Set(says.map(({ meterId }) => meterId));
    for (const [meterId, book] of books) {
      // v2's last document goes on being evaluated; what v1 said has passed with its days.
      if (!returned.has(meterId) && (apiVersion === "v1" || book.says.version === "v1")) continue;
      const { first, last } = horizons.get(book.region)!;
      for (const date of datesFrom(first, last)) writeDown(book, date, book.says.groupsOn(date));
    }
    const after = new Map([...books].map(([id, book]) => [id, window.map((date) => valueAt(book, date))]));
    const tells = !isBaseline;
    isBaseline = false;
    const remaps = tells ? toRemaps(books, horizons, window, before, after, nowMs) : [];
    const groupUpdates = tells ? toGroupUpdates(window, before, after, versions) : [];
    for (const book of books.values()) book.said = book.says;
    for (const [region, { today, last, published, isSilent }] of horizons) {
      const known = published !== null && published.last > today ? published.last : today;
      regions.set(region, { today, last: !isSilent && last > known ? last : known });
    }
    return {
      remaps,
      groupUpdates,
      created: tells ? created : [],
      members: toMembers(books, regions),
      groups: toGroups(books, regions, versions),
      history: toHistory(books),
    };
  }

  return { publish, valueOf: (meterId, date) => valueAt(books.get(meterId), date) };
}

function learn(books: Map<string, Book>, says: readonly Says[]): string[] {
  const created: string[] = [];
  for (const one of says) {
    const book = books.get(one.meterId);
    if (book === undefined) {
      created.push(one.meterId);
      books.set(one.meterId, {
        says: one,
        said: null,
        region: one.region,
        days: new Map(),
        first: "",
        last: "",
      });
    } else Object.assign(book, { says: one, region: one.region });
  }
  return created.sort();
}

/** Every date that anything can differ on; the last one stands for all that follow. */
function toWindow(books: ReadonlyMap<string, Book>, horizons: ReadonlyMap<string, Horizon>): string[] {
  const firsts = [...horizons.values()].map(({ first }) => first).sort();
  const lasts = [...horizons.values()].map(({ last }) => last);
  for (const days of books.values()) if (days.last !== "") lasts.push(days.last);
  if (firsts.length === 0) return [];
  return datesFrom(firsts[0]!, addDays(lasts.sort().at(-1)!, 1));
}

function toRemaps(
  books: ReadonlyMap<string, Book>,
  horizons: ReadonlyMap<string, Horizon>,
  window: readonly string[],
  before: ReadonlyMap<string, readonly Values[]>,
  after: ReadonlyMap<string, readonly Values[]>,
  nowMs: number,
): string[] {
  const rows: string[] = [];
  for (const [meterId, book] of books) {
    const [was, is] = [before.get(meterId)!, after.get(meterId)!];
    const horizon = horizons.get(book.region)!;
    const start = window.indexOf(horizon.first);
    const isForeign = (values: Values) =>
      [...values].some(
        ([program, list]) => list.length > 0 && (program === "") === (book.says.version === "v2"),
      );
    const isSwitched =
      (book.said !== null && book.said.version !== book.says.version) || was.slice(start).some(isForeign);
    const programs = isSwitched ? ["*"] : new Set([...was, ...is].flatMap((values) => [...values.keys()]));
    for (const program of programs) {
      const at = (side: readonly Values[], day: number) => groupsIn(side[day], program);
      for (const [from, to] of toRuns(window.length, start, (day) => [at(was, day), at(is, day)])) {
        const row = { program, from: at(was, from), to: at(is, from), date: window[from]! };
        rows.push(toRemapRow(book, horizon, row, to === window.length - 1 ? null : window[to]!, nowMs));
      }
    }
  }
  return rows.sort();
}

/** The groups in one program, or in all of them together ("*"). */
function groupsIn(values: Values | undefined, program: string): readonly string[] {
  if (program !== "*") return values?.get(program) ?? [];
  return [...new Set([...(values?.values() ?? [])].flat())].sort();
}

function toRemapRow(
  { says, said }: Book,
  { published, zone, outermost }: Horizon,
  row: { program: string; from: readonly string[]; to: readonly string[]; date: string },
  until: string | null,
  nowMs: number,
): string {
  const { program, from, to, date } = row;
  const isRevised = published !== null && published.today <= date && date <= published.last;
  const wasGiven = said?.version === "v2" ? groupsIn(said.groupsOn(date), program).length > 0 : isRevised;
  const isListed = outermost === null ? says.isListedWithoutGroup(program, date) : outermost === date;
  const reason = wasGiven ? "withdrawn" : isListed ? "not_assigned_yet" : "period_ended";
  const kind = from.length === 0 ? "assigned" : to.length === 0 ? "unassigned" : "moved";
  const lead = Math.round((startOfDay(date, zone) - nowMs) / 36_000) / 100;
  const basis = isRevised ? "revised" : "announced";
  return JSON.stringify([
    says.meterId,
    program === "*" ? "" : program,
    kind,
    basis,
    to.length > 0 ? null : reason,
    from,
    to,
    date,
    until,
    lead,
  ]);
}

/** Maximal runs of days on which the two sides differ and neither changes: first and last index. */
function toRuns(
  length: number,
  start: number,
  at: (day: number) => readonly [unknown, unknown],
): [number, number][] {
  const runs: [number, number][] = [];
  let open = "";
  for (let day = start; day < length; day += 1) {
    const [was, is] = at(day).map((side) => JSON.stringify(side)) as [string, string];
    const key = was === is ? "" : `${was} ${is}`;
    if (key !== "" && key === open) runs.at(-1)![1] = day;
    else if (key !== "") runs.push([day, day]);
    open = key;
  }
  return runs;
}

function toGroupUpdates(
  window: readonly string[],
  before: ReadonlyMap<string, readonly Values[]>,
  after: ReadonlyMap<string, readonly Values[]>,
  versions: Map<string, number>,
): string[] {
  const rows: string[] = [];
  const [was, is] = [toMemberships(window, before), toMemberships(window, after)];
  for (const group of new Set([...was.keys(), ...is.keys()])) {
    const at = (side: Map<string, string[][]>, day: number) => side.get(group)?.[day] ?? [];
    for (const [from, to] of toRuns(window.length, 0, (day) => [at(was, day), at(is, day)])) {
      const [old, now] = [at(was, from), at(is, from)];
      const version = versions.get(group) ?? 0;
      versions.set(group, version + 1);
      rows.push(
        JSON.stringify([
          group,
          window[from],
          to === window.length - 1 ? null : window[to],
          now.filter((id) => !old.includes(id)),
          old.filter((id) => !now.includes(id)),
          old.length,
          digestOf(old),
          version,
          now.length,
          digestOf(now),
          version + 1,
        ]),
      );
    }
  }
  return rows.sort();
}

function toMemberships(window: readonly string[], side: ReadonlyMap<string, readonly Values[]>) {
  const found = new Map<string, string[][]>();
  for (const meterId of [...side.keys()].sort()) {
    side.get(meterId)!.forEach((values, day) => {
      for (const group of new Set([...values.values()].flat())) {
        if (!found.has(group))
          found.set(
            group,
            window.map(() => []),
          );
        found.get(group)![day]!.push(meterId);
      }
    });
  }
  return found;
}
