import { datesFrom } from "./calendar.ts";
import { isKnown, type Ladder, type Reading } from "./oracle-absence.ts";
import type { Horizon } from "./oracle-days.ts";
import type { GroupRun } from "./oracle-remaps.ts";
import { type Book, type Values, valueAt } from "./oracle-views.ts";

export type Share = { readonly percent: number; readonly count: number };

/** Which rules bind, and from where on (§7); null for one that does not. */
export type Rules = {
  readonly empty: boolean;
  readonly absent: Share | null;
  readonly region: Share | null;
  readonly program: Share | null;
  readonly loss: Share | null;
  readonly group: Share | null;
  readonly account: Share | null;
};

export const usualRules: Rules = {
  empty: true,
  absent: { percent: 5, count: 10 },
  region: { percent: 50, count: 10 },
  program: { percent: 50, count: 10 },
  loss: { percent: 20, count: 10 },
  group: { percent: 50, count: 5 },
  account: { percent: 50, count: 10 },
};

export const noRules: Rules = {
  empty: false,
  absent: null,
  region: null,
  program: null,
  loss: null,
  group: null,
  account: null,
};

type Origin = { readonly host: string; readonly account: string };

/** More than so many percent, and more than so many. */
function isMore(part: number, whole: number, share: Share | null): boolean {
  return share !== null && part > share.count && part * 100 > whole * share.percent;
}

/** The rules that what was not returned trips. */
export function tripAbsence(
  books: ReadonlyMap<string, Book>,
  reading: Reading,
  origin: Origin | null,
  rules: Rules,
): string[] {
  const trips: string[] = [];
  const answered = new Set([...reading.says.map(({ meterId }) => meterId), ...reading.unreadable]);
  const known = [...books].filter(([, book]) => isKnown(book));
  const absent = known.filter(([id]) => !answered.has(id));
  const isOther = (a: string, b: string) => a !== b && a !== "default" && b !== "default";
  const isMoved =
    origin !== null && (origin.host !== reading.host || isOther(origin.account, reading.account));
  const isSweep = reading.mode === "sweep";
  const { account } = rules;
  const matching = known.length - absent.length;
  const isStrange =
    isSweep &&
    account !== null &&
    known.length >= account.count &&
    matching * 100 < known.length * account.percent;
  if (account !== null && (isMoved || isStrange)) trips.push("account_changed");
  if (!isSweep) return trips;
  if (rules.empty && answered.size === 0 && known.length > 0) trips.push("empty_sweep");
  if (isMore(absent.length, known.length, rules.absent)) trips.push("absent_meters");
  const inRegion = (list: typeof known, region: string) =>
    list.filter(([, book]) => book.region === region).length;
  for (const region of new Set(known.map(([, book]) => book.region))) {
    if (isMore(inRegion(absent, region), inRegion(known, region), rules.region)) trips.push("absent_region");
  }
  return [...new Set(trips)].sort();
}

/**
 * What the published data gave a meter on a date: v2 its document, v1 what had been published. While runs are
 * held back nothing is published, so what v1 published holds on: but for the day only just told of.
 */
function givenOn({ said }: Book, was: Book, date: string, horizon: Horizon, isHeldSince: boolean): Values {
  const { published, outermost } = horizon;
  if (said?.version === "v2") return said.groupsOn(date);
  if (isHeldSince && date !== outermost) return valueAt(was, date);
  const isPublished = published !== null && published.today <= date && date <= published.last;
  return isPublished ? valueAt(was, date) : new Map();
}

/** A plan, as far as it is weighed. */
type Weighable = {
  readonly books: ReadonlyMap<string, Book>;
  readonly horizons: ReadonlyMap<string, Horizon>;
  readonly ladder: Ladder;
  readonly groupRuns: readonly GroupRun[];
};

type Losing = {
  readonly meterId: string;
  readonly dates: ReadonlySet<string>;
  readonly programs: ReadonlySet<string>;
};

/**
 * Meters left without any group on a date of today's horizon on which the published data gave them one, each
 * with the programs it had there.
 */
function toLosing(
  { books, horizons, ladder }: Weighable,
  was: ReadonlyMap<string, Book>,
  isHeldSince: boolean,
): Losing[] {
  const losing: Losing[] = [];
  for (const [meterId, book] of books) {
    const old = was.get(meterId);
    if (old === undefined || book.said === null || old.absence.isEnded) continue;
    // That it is gone has been let pass; what it loses once it is back has not.
    if (old.absence.isReleased && ladder.ending.has(meterId)) continue;
    const horizon = horizons.get(book.region)!;
    const { today, last } = horizon;
    const dates = new Set<string>();
    const programs = new Set<string>();
    for (const date of datesFrom(today, last)) {
      const isGiven = (values: Values) => [...values].filter(([, groups]) => groups.length > 0);
      if (isGiven(valueAt(book, date)).length > 0) continue;
      for (const [program] of isGiven(givenOn(book, old, date, horizon, isHeldSince))) {
        dates.add(date);
        programs.add(program);
      }
    }
    if (dates.size > 0) losing.push({ meterId, dates, programs });
  }
  return losing;
}

/**
 * The rules that losses trip. `was` is what stood before the run, the plan's books what would stand then;
 * `isHeldSince` whether runs were held back since the last published sweep.
 */
export function tripLosses(
  plan: Weighable,
  was: ReadonlyMap<string, Book>,
  rules: Rules,
  isHeldSince = false,
): string[] {
  const { horizons, groupRuns: runs } = plan;
  const trips: string[] = [];
  const losing = toLosing(plan, was, isHeldSince);
  const ids = new Set(losing.map(({ meterId }) => meterId));
  const assigned = new Map<string, Set<string>>();
  for (const [id, book] of was) {
    const today = horizons.get(book.region)!.today;
    const lastOfAll = book.last > today ? book.last : today;
    const days = book.said === null ? [] : datesFrom(today, lastOfAll);
    const programs = days.flatMap((date) => [...valueAt(book, date)]);
    const having = programs.filter(([, groups]) => groups.length > 0).map(([program]) => program);
    if (having.length > 0) assigned.set(id, new Set(having));
  }
  const lost = [...assigned.keys()].filter((id) => ids.has(id));
  if (isMore(lost.length, assigned.size, rules.loss)) trips.push("lost_meters");
  for (const program of new Set([...assigned.values()].flatMap((list) => [...list]))) {
    // v1 knows no programs.
    if (program === "") continue;
    const own = [...assigned].filter(([, list]) => list.has(program)).map(([id]) => id);
    const left = losing.filter((one) => own.includes(one.meterId) && one.programs.has(program));
    if (isMore(left.length, own.length, rules.program)) trips.push("lost_program");
  }
  for (const { before, after, from, until } of runs) {
    if (rules.group === null || after.length > 0 || before.length < rules.group.count) continue;
    const isIn = (date: string) => from <= date && (until === null || date <= until);
    const own = losing.filter(({ meterId, dates }) => before.includes(meterId) && [...dates].some(isIn));
    const left = own.length;
    if (left * 100 > before.length * rules.group.percent) trips.push("lost_group");
  }
  return [...new Set(trips)].sort();
}
