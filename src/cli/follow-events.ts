import { setTimeout as wait } from "node:timers/promises";
import type { Config } from "../config/index.ts";
import { Failure } from "../failure/index.ts";
import {
  type FollowPlace,
  loadEventsKept,
  loadNewEvents,
  loadSequenceSince,
  type NewEvents,
  openReader,
} from "../reader/index.ts";
import { type EventsOptions, printEvents } from "./events-command.ts";
import type { Invocation } from "./invocation.ts";
import { assertKept, toGapFailure, warnOfGoneBefore } from "./kept-events.ts";
import { openStop } from "./stop.ts";
import { toInstantMs } from "./when.ts";

const intervalMsDefault = 1000;
const intervalMsMin = 100;
/** What a timer holds: it would not wait at all for longer. */
const intervalMsMax = 2 ** 31 - 1;

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
    let place: FollowPlace = { after, streamId: null, first: null };
    let remaining = options.limit ?? Infinity;
    for (;;) {
      const look = loadNew(config, options, place, remaining);
      await printEvents(output, "ndjson", look.rows);
      await output.flush();
      place = look.place;
      remaining -= look.rows.length;
      if (remaining === 0 || isEnded()) return 0;
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
function loadNew(
  config: Config,
  { type: types = [] }: EventsOptions,
  place: FollowPlace,
  limit: number,
): NewEvents {
  const reader = openReader(config.databasePath, config);
  try {
    const look = loadNewEvents(reader, place, { types, limit });
    if (!("obstacle" in look)) return look;
    if (look.obstacle === "gap") throw toGapFailure(look.kept, place.after);
    throw new Failure(
      "environment",
      "the database was replaced by another, or by an older copy: its sequences start anew; read the views " +
        "again, then follow from their last_sequence",
    );
  } finally {
    reader.close();
  }
}
