import { setTimeout as wait } from "node:timers/promises";
import {
  type EventRow,
  type EventsKept,
  hasGapAfter,
  loadEvents,
  loadEventsKept,
  loadInfo,
  type Reader,
} from "../reader/index.ts";
import { parseInstant } from "../time/index.ts";
import type { Change, ChangeEvent } from "./rows.ts";
import type { MeterFilter } from "./snapshot.ts";
import { SnapshotError } from "./snapshot-error.ts";

/** What one look takes at most, by count or once it is more than so many characters. */
const lookCountMax = 500;
const lookLengthMax = 4 * 1024 * 1024;

/** How far an iteration has come, and in which stream. */
export type Place = {
  readonly after: number;
  readonly streamId: string | null;
  /** Whoever begins with what there is knows of the gap before this sequence; null at the first look. */
  readonly first: number | null;
};

type Look = { readonly changes: readonly Change[]; readonly isMore: boolean; readonly place: Place };

/** One look after another, each with a reader that it is lent, until there is no more. */
export async function* loadChanges(
  lend: <T>(look: (reader: Reader) => T) => T,
  start: Place,
  types: readonly string[],
): AsyncGenerator<Change, void, undefined> {
  let place = start;
  for (;;) {
    const look = lend((reader) => loadLook(reader, place, types));
    yield* look.changes;
    place = look.place;
    if (!look.isMore) return;
  }
}

/** The same again and again, until it is stopped. */
export async function* followChanges(
  lend: <T>(look: (reader: Reader) => T) => T,
  start: Place,
  types: readonly string[],
  { signal, everyMs }: { readonly signal: AbortSignal; readonly everyMs: number },
): AsyncGenerator<Change, void, undefined> {
  let place = start;
  while (!signal.aborted) {
    const look = lend((reader) => loadLook(reader, place, types));
    for (const change of look.changes) {
      if (signal.aborted) return;
      yield change;
    }
    place = look.place;
    if (!look.isMore) await wait(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Throws where not all is kept any more of what was told since the instant that a filter asks about. */
export function assertToldSince(reader: Reader, { activeSinceMs: sinceMs }: MeterFilter): void {
  if (sinceMs === undefined) return;
  if (!Number.isSafeInteger(sinceMs)) {
    throw new SnapshotError("argument", `activeSinceMs takes whole epoch milliseconds, not ${sinceMs}`);
  }
  const { first_sequence: first, first_at: at } = loadEventsKept(reader);
  if (first <= 1 || at === null || sinceMs >= (parseInstant(at) ?? 0)) return;
  throw new SnapshotError(
    "argument",
    `what was told before ${at} is not kept any more (METER_SYNC_KEEP_EVENTS): ask for what became active ` +
      "since then or later",
  );
}

/** Why changes after a sequence cannot be given without a gap; null where they can. */
export function toGapError(kept: EventsKept, after: number): SnapshotError | null {
  if (!hasGapAfter(kept, after)) return null;
  return new SnapshotError(
    "gap",
    `change events after ${after} are not kept any more: they are complete from ${kept.first_sequence} on ` +
      "(METER_SYNC_KEEP_EVENTS). Read the snapshot again as a whole, then go on with changes after its " +
      "last_sequence",
  );
}

function loadLook(reader: Reader, place: Place, types: readonly string[]): Look {
  const info = loadInfo(reader);
  const streamId = info?.stream_id ?? null;
  assertSameStream(place.streamId, streamId);
  const kept = loadEventsKept(reader);
  // Single ones that are needed stay before the gap, maybe more of them than one look takes.
  const gap = kept.first_sequence === place.first ? null : toGapError(kept, place.after);
  if (gap !== null) throw gap;
  const changes: Change[] = [];
  let length = 0;
  for (const row of loadEvents(reader, { after: place.after, types, limit: lookCountMax })) {
    changes.push(toChange(row));
    length += row.event.length;
    if (length > lookLengthMax) break;
  }
  const isMore = changes.length === lookCountMax || length > lookLengthMax;
  // What no type asked for matches is not looked through again.
  const seen = isMore ? 0 : (info?.last_sequence ?? 0);
  const after = Math.max(place.after, changes.at(-1)?.sequence ?? 0, seen);
  return { changes, isMore, place: { after, streamId, first: kept.first_sequence } };
}

function assertSameStream(before: string | null, now: string | null): void {
  if (before === null || before === now) return;
  throw new SnapshotError(
    "replaced",
    "the database was replaced by another, or by an older copy: its sequences start anew. Read the " +
      "snapshot again as a whole, then go on with changes after its last_sequence",
  );
}

function toChange(row: EventRow): Change {
  return { ...row, event: JSON.parse(row.event) as ChangeEvent };
}
