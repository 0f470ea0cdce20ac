import { setTimeout as wait } from "node:timers/promises";
import {
  type EventRow,
  type EventsKept,
  type FollowPlace,
  loadEventsKept,
  loadNewEvents,
  type NewEvents,
  type Reader,
} from "../reader/index.ts";
import { parseInstant } from "../time/index.ts";
import type { Change, ChangeEvent } from "./rows.ts";
import type { MeterFilter } from "./snapshot.ts";
import { SnapshotError } from "./snapshot-error.ts";

/** One look after another, each with a reader that it is lent, until there is no more. */
export async function* loadChanges(
  lend: <T>(look: (reader: Reader) => T) => T,
  start: FollowPlace,
  types: readonly string[],
): AsyncGenerator<Change, void, undefined> {
  let place = start;
  for (;;) {
    const look = lend((reader) => loadLook(reader, place, types));
    for (const row of look.rows) yield toChange(row);
    place = look.place;
    if (!look.isMore) return;
  }
}

/** The same again and again, until it is stopped. */
export async function* followChanges(
  lend: <T>(look: (reader: Reader) => T) => T,
  start: FollowPlace,
  types: readonly string[],
  { signal, everyMs }: { readonly signal: AbortSignal; readonly everyMs: number },
): AsyncGenerator<Change, void, undefined> {
  let place = start;
  while (!signal.aborted) {
    const look = lend((reader) => loadLook(reader, place, types));
    for (const row of look.rows) {
      if (signal.aborted) return;
      yield toChange(row);
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

function toGapError(kept: EventsKept, after: number): SnapshotError {
  return new SnapshotError(
    "gap",
    `change events after ${after} are not kept any more: they are complete from ${kept.first_sequence} on ` +
      "(METER_SYNC_KEEP_EVENTS). Read the snapshot again as a whole, then go on with changes after its " +
      "last_sequence",
  );
}

function loadLook(reader: Reader, place: FollowPlace, types: readonly string[]): NewEvents {
  const look = loadNewEvents(reader, place, { types });
  if (!("obstacle" in look)) return look;
  if (look.obstacle === "gap") throw toGapError(look.kept, place.after);
  throw new SnapshotError(
    "replaced",
    "the database was replaced by another, or by an older copy: its sequences start anew. Read the " +
      "snapshot again as a whole, then go on with changes after its last_sequence",
  );
}

function toChange(row: EventRow): Change {
  return { ...row, event: JSON.parse(row.event) as ChangeEvent };
}
