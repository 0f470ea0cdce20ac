import { setTimeout as wait } from "node:timers/promises";
import type { Config } from "../config/index.ts";
import { Failure } from "../failure/index.ts";
import {
  type EventRow,
  loadEvents,
  loadEventsKept,
  loadInfo,
  loadSequenceSince,
  openReader,
} from "../reader/index.ts";
import { type EventsOptions, printEvents, toEventFilter } from "./events-command.ts";
import type { Invocation } from "./invocation.ts";
import { assertKept, toGapFailure, warnOfGoneBefore } from "./kept-events.ts";
import { openStop } from "./stop.ts";
import { toInstantMs } from "./when.ts";

const intervalMsDefault = 1000;
const intervalMsMin = 100;
/** What a timer holds: it would not wait at all for longer. */
const intervalMsMax = 2 ** 31 - 1;

/** What one look takes at most, by count or once it is more than so many characters. */
const lookCountMax = 500;
const lookLengthMax = 4 * 1024 * 1024;

/** How far a reader has come, and in which stream. */
type Place = {
  readonly after: number;
  readonly remaining: number;
  readonly streamId: string | null;
  /** Whoever begins with what there is knows of the gap before this sequence; null at the first look. */
  readonly first: number | null;
};

type Look = { readonly events: readonly EventRow[]; readonly isMore: boolean; readonly place: Place };

/**
 * Prints the change events there are, then those that are published, as they are published. Ends where it is
 * stopped, after as many as were asked for, and where nobody reads any more, which the next event finds out.
 */
export async function followEvents(invocation: Invocation, options: EventsOptions): Promise<number> {
  const intervalMs = toIntervalMs(invocation, options);
  const config = await invocation.loadConfig();
  const { output } = invocation;
  const stop = openStop("stopped", 0);
  const isEnded = () => stop.signal.aborted || output.isGone();
  try {
    const after = await loadStart(invocation, config, options);
    let place: Place = { after, remaining: options.limit ?? Infinity, streamId: null, first: null };
    for (;;) {
      const look = loadNew(config, options, place);
      await printEvents(output, "ndjson", look.events);
      await output.flush();
      place = look.place;
      if (place.remaining === 0 || isEnded()) return 0;
      if (!look.isMore) await wait(intervalMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    stop.close();
  }
}

/** How often to look, in milliseconds. Throws a `Failure` for options that do not fit. */
export function toIntervalMs(
  { formatAsked }: Pick<Invocation, "formatAsked">,
  { follow, interval, until }: EventsOptions,
): number {
  if (follow !== true) throw new Failure("usage", "--interval says how often --follow looks: give both");
  if (until !== undefined) throw new Failure("usage", "--follow goes on and on: leave --until out");
  if (formatAsked !== null && formatAsked !== "ndjson") {
    throw new Failure("usage", `--follow prints ndjson, not ${formatAsked}: leave --format out`);
  }
  const intervalMs = interval ?? intervalMsDefault;
  if (intervalMs >= intervalMsMin && intervalMs <= intervalMsMax) return intervalMs;
  throw new Failure("usage", `--interval takes at least ${intervalMsMin}ms, and at most 24d`);
}

/** After which sequence to begin; warns where events that were asked for are gone. */
async function loadStart(invocation: Invocation, config: Config, options: EventsOptions): Promise<number> {
  const { after, since } = options;
  if (since === undefined && after !== 0) return after ?? 0;
  const reader = openReader(config.databasePath, config);
  try {
    const kept = loadEventsKept(reader);
    await assertKept(invocation, kept, after);
    if (since === undefined) return 0;
    const sinceMs = toInstantMs(since, invocation.clock.now());
    if (after === undefined) await warnOfGoneBefore(invocation, kept, sinceMs);
    // Single ones that were told before the gap are left out: what follows is complete.
    return Math.max(after ?? 0, kept.first_sequence - 1, loadSequenceSince(reader, sinceMs));
  } finally {
    reader.close();
  }
}

/**
 * One look at the file, by a reader of its own: one reader sees one publication for ever. It is closed before
 * anything is printed, so that whoever reads slowly does not keep the file from being tidied up.
 */
function loadNew(config: Config, options: EventsOptions, place: Place): Look {
  const reader = openReader(config.databasePath, config);
  try {
    const info = loadInfo(reader);
    const streamId = info?.stream_id ?? null;
    assertSameStream(place.streamId, streamId);
    const kept = loadEventsKept(reader);
    // Single ones that are needed stay before the gap, maybe more of them than one look takes.
    const gap = kept.first_sequence === place.first ? null : toGapFailure(kept, place.after);
    if (gap !== null) throw gap;
    const limit = Math.min(place.remaining, lookCountMax);
    const events: EventRow[] = [];
    let length = 0;
    for (const row of loadEvents(reader, toEventFilter({ ...options, after: place.after, limit }))) {
      events.push(row);
      length += row.event.length;
      if (length > lookLengthMax) break;
    }
    const isMore = events.length === lookCountMax || length > lookLengthMax;
    // What no type asked for matches is not looked through again.
    const seen = isMore ? 0 : (info?.last_sequence ?? 0);
    const after = Math.max(place.after, events.at(-1)?.sequence ?? 0, seen);
    const remaining = place.remaining - events.length;
    return { events, isMore, place: { after, remaining, streamId, first: kept.first_sequence } };
  } finally {
    reader.close();
  }
}

/** A copy put in the file's place counts its events anew: what follows would not follow on. */
function assertSameStream(before: string | null, now: string | null): void {
  if (before === null || before === now) return;
  throw new Failure(
    "environment",
    "the database was replaced by another, or by an older copy: its sequences start anew; read the views " +
      "again, then follow from their last_sequence",
  );
}
