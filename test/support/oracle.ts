import { addDays, datesFrom } from "./calendar.ts";
import { climb, isKnown, type Ladder, type Reading, writeAbsence } from "./oracle-absence.ts";
import { noRules, type Rules, tripAbsence, tripLosses } from "./oracle-breaker.ts";
import { type Horizon, toHorizons } from "./oracle-days.ts";
import { toFaces, toOwnEvents } from "./oracle-faces.ts";
import { type Sides, toGroupRuns, toGroupUpdates, toRemaps } from "./oracle-remaps.ts";
import {
  type Book,
  copyBooks,
  type Published,
  present,
  type Says,
  toGroups,
  toHistory,
  toMembers,
  type Values,
  valueAt,
  writeDown,
  writeEnd,
} from "./oracle-views.ts";

/**
 * The domain's rules on assignments and absence, day by day and by brute force (domain.md §3, §4, §5, §7).
 * Nothing of the product is in it: what is published for a date is written down for that date, and whatever
 * lies between two such dates, or after the last, has the value of the nearest one before.
 */

/** What a publication must tell and show; every row is JSON, lists are sorted. */
export type Expected = {
  readonly remaps: readonly string[];
  readonly groupUpdates: readonly string[];
  readonly members: readonly string[];
  readonly groups: readonly string[];
  readonly history: readonly string[];
  readonly created: readonly string[];
  /** Per meter, the types of its events in order. */
  readonly own: readonly string[];
  readonly faces: readonly string[];
};

/** What a run comes to: held by rules, or published. */
export type Weighed = {
  /** The rules that hold it back; none for a run that is published. */
  readonly trips: readonly string[];
  /** Nothing was ever published, and nothing came: that is no baseline. */
  readonly isEmptyStart: boolean;
  /** Meters read by id. */
  readonly askedFor: readonly string[];
  /** Makes its plan what stands, as published at an instant: that of the run, or of its release. */
  readonly publish: (publishedAtMs?: number) => Expected;
};

export type Oracle = {
  readonly weigh: (reading: Partial<Reading> & Pick<Reading, "nowMs">, rules?: Rules) => Weighed;
  /** A sweep that nothing holds back, in which meters that do not come are found by id, unchanged. */
  readonly publish: (
    nowMs: number,
    says: readonly Says[],
    horizonDays?: number,
    apiVersion?: "v1" | "v2",
  ) => Expected;
  /** The group a meter is published in on a date, by program. */
  readonly valueOf: (meterId: string, date: string) => Values;
  readonly isMissing: (meterId: string) => boolean;
};

/** Everything that is published. */
type State = {
  readonly books: Map<string, Book>;
  readonly regions: Map<string, Published>;
  readonly versions: Map<string, number>;
  readonly origin: Pick<Reading, "host" | "account" | "apiVersion"> | null;
};

const usual: Omit<Reading, "nowMs"> = {
  apiVersion: "v2",
  horizonDays: 3,
  mode: "sweep",
  says: [],
  unreadable: [],
  rejected: 0,
  byId: new Map(),
  isBlind: false,
  host: "127.0.0.1",
  account: "scripted-account",
};

export function openOracle(): Oracle {
  let state: State = { books: new Map(), regions: new Map(), versions: new Map(), origin: null };
  /** Runs held back since the last published sweep; one that is released is none of them. */
  const heldRuns = new Set<Reading>();

  function weigh(partial: Partial<Reading> & Pick<Reading, "nowMs">, rules: Rules = noRules): Weighed {
    const reading: Reading = { ...usual, ...partial };
    const absences = tripAbsence(state.books, reading, state.origin, rules);
    const plan = makePlan(state, reading, absences.length > 0);
    const losses = tripLosses(plan, state.books, rules, heldRuns.size > 0);
    if (absences.length + losses.length > 0) heldRuns.add(reading);
    const isEmptyStart = state.origin === null && plan.books.size === 0;
    return {
      trips: [...absences, ...losses].sort(),
      isEmptyStart,
      askedFor: plan.ladder.askedFor,
      publish: (publishedAtMs = reading.nowMs) => {
        heldRuns.delete(reading);
        if (reading.mode === "sweep") heldRuns.clear();
        const expected = publishPlan(state, plan, reading, publishedAtMs, absences.length > 0);
        if (!isEmptyStart) state = expected.state;
        return expected.expected;
      },
    };
  }

  function publish(nowMs: number, says: readonly Says[], horizonDays = 3, apiVersion: "v1" | "v2" = "v2") {
    const ids = new Set(says.map(({ meterId }) => meterId));
    const absent = [...state.books.keys()].filter((id) => !ids.has(id));
    const byId = new Map(absent.map((id) => [id, null]));
    return weigh({ nowMs, says, horizonDays, apiVersion, byId }).publish();
  }

  return {
    weigh,
    publish,
    valueOf: (meterId, date) => valueAt(state.books.get(meterId), date),
    isMissing: (meterId) => (state.books.get(meterId)?.absence.missingSinceMs ?? null) !== null,
  };
}

type Plan = {
  readonly books: Map<string, Book>;
  readonly horizons: Map<string, Horizon>;
  readonly ladder: Ladder;
  readonly sides: Sides;
  readonly groupRuns: ReturnType<typeof toGroupRuns>;
};

/** What would stand if this run were published; the state it starts from is left as it is. */
function makePlan(state: State, reading: Reading, isHeldAlready: boolean): Plan {
  const books = copyBooks(state.books);
  const ladder = climb(books, reading, isHeldAlready);
  learn(books, ladder.says);
  const horizons = toHorizons(books, state.regions, ladder.says, reading);
  const window = toWindow(books, horizons);
  const look = () => new Map([...books].map(([id, book]) => [id, window.map((date) => valueAt(book, date))]));
  const before = look();
  const heard = new Set(ladder.says.map(({ meterId }) => meterId));
  for (const [meterId, book] of books) {
    const { first, last, today } = horizons.get(book.region)!;
    const hasEnded = book.absence.isEnded && !heard.has(meterId);
    // A last document of v2 goes on being evaluated; what v1 said has passed with its days.
    const speaks = !hasEnded && (heard.has(meterId) || book.says.version === "v2");
    const through = ladder.ending.has(meterId) ? addDays(today, -1) : last;
    // Whatever is not said anew stands, and is published for these dates all the same.
    for (const date of datesFrom(first, through))
      writeDown(book, date, speaks ? book.says.groupsOn(date) : valueAt(book, date));
    if (ladder.ending.has(meterId)) writeEnd(book, today, last);
  }
  const sides = { window, before, after: look() };
  return { books, horizons, ladder, sides, groupRuns: toGroupRuns(sides) };
}

function publishPlan(
  state: State,
  { books, horizons, ladder, sides, groupRuns }: Plan,
  { host, account, apiVersion }: Reading,
  publishedAtMs: number,
  isReleased: boolean,
): { state: State; expected: Expected } {
  const tells = state.origin !== null;
  const versions = new Map(state.versions);
  // What waited for a person is told with the lead times that are left.
  const isOther = state.origin !== null && state.origin.apiVersion !== apiVersion;
  const known = ladder.says.filter(({ meterId, text }) => {
    // The very document that is published already is no switch of anything.
    const said = state.books.get(meterId)?.said ?? null;
    return isOther && said !== null && (text === undefined || said.text !== text);
  });
  const special = { ending: ladder.ending, switched: new Set(known.map(({ meterId }) => meterId)) };
  const remaps = toRemaps(books, horizons, sides, special, publishedAtMs);
  const remapped = new Set(remaps.map((row) => (JSON.parse(row) as string[])[0]!));
  const own = toOwnEvents(books, ladder, remapped);
  const created = [...books].filter(([, { said }]) => said === null).map(([id]) => id);
  const groupUpdates = tells ? toGroupUpdates(groupRuns, versions) : [];
  for (const [id, book] of books) {
    // What a person lets pass is not weighed again, until the meter is there.
    if (isReleased && isKnown(book) && !ladder.answered.has(id))
      book.absence = { ...book.absence, isReleased: true };
    book.said = book.says;
  }
  writeAbsence(books, ladder, publishedAtMs);
  const regions = new Map(state.regions);
  for (const [region, { today, last, published, isSilent }] of horizons) {
    const known = published !== null && published.last > today ? published.last : today;
    regions.set(region, { today, last: !isSilent && last > known ? last : known });
  }
  const expected: Expected = {
    remaps: tells ? remaps : [],
    groupUpdates,
    created: tells ? created.sort() : [],
    own: tells ? own : [],
    faces: toFaces(books),
    members: toMembers(books, regions),
    groups: toGroups(books, regions, versions),
    history: toHistory(books),
  };
  return { state: { books, regions, versions, origin: { host, account, apiVersion } }, expected };
}

function learn(books: Map<string, Book>, says: readonly Says[]): void {
  for (const one of says) {
    const book = books.get(one.meterId);
    const fresh = { said: null, days: new Map(), first: "", last: "", absence: present };
    if (book === undefined) books.set(one.meterId, { ...fresh, says: one, region: one.region });
    else Object.assign(book, { says: one, region: one.region });
  }
}

/** Every date that anything can differ on; the last one stands for all that follow. */
function toWindow(books: ReadonlyMap<string, Book>, horizons: ReadonlyMap<string, Horizon>): string[] {
  const firsts = [...horizons.values()].flatMap(({ first, today }) => [first, today]).sort();
  const lasts = [...horizons.values()].map(({ last }) => last);
  for (const days of books.values()) if (days.last !== "") lasts.push(days.last);
  if (firsts.length === 0) return [];
  return datesFrom(firsts[0]!, addDays(lasts.sort().at(-1)!, 1));
}
