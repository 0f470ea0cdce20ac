import {
  type EventFilter,
  type EventRow,
  type EventsKept,
  hasGapAfter,
  loadEvents,
  loadEventsKept,
} from "./event-store.ts";
import type { Reader } from "./reader.ts";
import { loadInfo } from "./status-store.ts";

/** What one look takes at most, by count or once it is more than so many characters. */
const lookCountMax = 500;
const lookLengthMax = 4 * 1024 * 1024;

/** How far whoever follows the change events has come, and in which stream. */
export type FollowPlace = {
  readonly after: number;
  /** `null` at the first look. */
  readonly streamId: string | null;
  /** Whoever begins with what there is knows of the gap before this sequence; `null` at the first look. */
  readonly first: number | null;
};

export type NewEvents = {
  readonly rows: readonly EventRow[];
  /** More are there at once. */
  readonly isMore: boolean;
  /** Where the next look goes on. */
  readonly place: FollowPlace;
};

/**
 * Why nothing follows on: the file was replaced by another or an older one, whose sequences start anew, or
 * events after the place were removed for their age.
 */
export type FollowObstacle =
  | { readonly obstacle: "replaced" }
  | { readonly obstacle: "gap"; readonly kept: EventsKept };

/**
 * The change events after a place, as many as one look takes, and the place behind them. Each look wants a
 * reader of its own: one reader sees one publication for ever.
 */
export function loadNewEvents(
  reader: Reader,
  place: FollowPlace,
  { types = [], limit = lookCountMax }: Pick<EventFilter, "types" | "limit"> = {},
): NewEvents | FollowObstacle {
  const info = loadInfo(reader);
  const streamId = info?.stream_id ?? null;
  if (place.streamId !== null && place.streamId !== streamId) return { obstacle: "replaced" };
  const kept = loadEventsKept(reader);
  // Single ones that are needed stay before the gap, maybe more of them than one look takes.
  const isGapKnown = kept.first_sequence === place.first;
  if (!isGapKnown && hasGapAfter(kept, place.after)) return { obstacle: "gap", kept };
  const countMax = Math.min(limit, lookCountMax);
  const rows: EventRow[] = [];
  let length = 0;
  for (const row of loadEvents(reader, { after: place.after, types, limit: countMax })) {
    rows.push(row);
    length += row.event.length;
    if (length > lookLengthMax) break;
  }
  const isMore = rows.length === countMax || length > lookLengthMax;
  // What no type asked for matches is not looked through again.
  const seen = isMore ? 0 : (info?.last_sequence ?? 0);
  const after = Math.max(place.after, rows.at(-1)?.sequence ?? 0, seen);
  return { rows, isMore, place: { after, streamId, first: kept.first_sequence } };
}
