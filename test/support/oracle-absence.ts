import { type Book, present, type Says } from "./oracle-views.ts";

/** What one run was answered, as its test knows it. */
export type Reading = {
  readonly nowMs: number;
  readonly apiVersion: "v1" | "v2";
  readonly horizonDays: number;
  readonly mode: "sweep" | "poll";
  /** Meters returned with a document that can be read. */
  readonly says: readonly Says[];
  /** Ids that came with a document that cannot be read. */
  readonly unreadable: readonly string[];
  /** Answers without an id. */
  readonly rejected: number;
  /** What a read by id finds of meters that were not returned; null where that cannot be read. */
  readonly byId: ReadonlyMap<string, Says | null>;
  /** Reads by id find nothing at all, not even the control: a known meter that was just returned. */
  readonly isBlind: boolean;
  readonly host: string;
  readonly account: string;
};

/** What a run concludes of the meters that were not returned (§7). */
export type Ladder = {
  /** Returned, or found by id: what they say counts. */
  readonly says: readonly Says[];
  /** Ids that were answered at all. */
  readonly answered: ReadonlySet<string>;
  /** Read by id, in order. */
  readonly askedFor: readonly string[];
  readonly missing: ReadonlySet<string>;
  readonly ending: ReadonlySet<string>;
  readonly reappeared: ReadonlySet<string>;
};

const confirmAfterMs = 12 * 3_600_000;

/** Known to the breaker: published, not told missing, and its absence not released. */
export function isKnown({ said, absence }: Book): boolean {
  return said !== null && absence.missingSinceMs === null && !absence.isReleased;
}

/**
 * Climbs one rung: not returned by a certified sweep, then not found by id, then missing, then still not
 * found twelve hours later. A run that its absences alone hold back asks for none by id.
 */
export function climb(books: ReadonlyMap<string, Book>, reading: Reading, isHeldAlready: boolean): Ladder {
  const answered = new Set([...reading.says.map(({ meterId }) => meterId), ...reading.unreadable]);
  const concludes = reading.mode === "sweep" && reading.rejected === 0 && !isHeldAlready;
  const isDue = ({ missingSinceMs, isEnded }: Book["absence"]) =>
    missingSinceMs === null || (!isEnded && reading.nowMs >= missingSinceMs + confirmAfterMs);
  const askedFor = [...books]
    .filter(([id, { said, absence }]) => said !== null && !answered.has(id) && isDue(absence))
    .map(([id]) => id);
  const asked = concludes ? askedFor.sort() : [];
  // Without a control there is none to be missed.
  const hasControl = [...books].some(
    ([id, { said, absence }]) => said !== null && answered.has(id) && absence.missingSinceMs === null,
  );
  const missing = new Set<string>();
  const ending = new Set<string>();
  const found: Says[] = [];
  for (const id of reading.isBlind && hasControl ? [] : asked) {
    const one = reading.isBlind ? undefined : reading.byId.get(id);
    if (one !== undefined) {
      answered.add(id);
      if (one !== null) found.push(one);
    } else if (books.get(id)!.absence.missingSinceMs === null) missing.add(id);
    else ending.add(id);
  }
  const back = [...books].filter(([id, { absence }]) => answered.has(id) && absence.missingSinceMs !== null);
  const reappeared = new Set(back.map(([id]) => id));
  return { says: [...reading.says, ...found], answered, askedFor: asked, missing, ending, reappeared };
}

/** What stands about every meter's absence once the run is published. */
export function writeAbsence(books: ReadonlyMap<string, Book>, ladder: Ladder, publishedAtMs: number): void {
  for (const [id, book] of books) {
    // What cannot be read brings nothing back that has ended: its last known state stands (I11).
    const isHeard = ladder.says.some(({ meterId }) => meterId === id);
    if (ladder.answered.has(id))
      book.absence = isHeard ? present : { ...present, isEnded: book.absence.isEnded };
    else if (ladder.missing.has(id)) book.absence = { ...book.absence, missingSinceMs: publishedAtMs };
    else if (ladder.ending.has(id)) book.absence = { ...book.absence, isEnded: true };
  }
}
