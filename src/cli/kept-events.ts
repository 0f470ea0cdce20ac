import type { Database } from "../database/index.ts";
import type { ReplayFilter, Sink } from "../delivery/index.ts";
import { Failure } from "../failure/index.ts";
import type { Logger } from "../log/index.ts";
import { type EventsKept, hasGapAfter, loadEventsKept, loadSinkNames, toReader } from "../reader/index.ts";
import { loadEventId } from "../snapshot/index.ts";
import { parseInstant } from "../time/index.ts";
import type { Invocation } from "./invocation.ts";

/** Why events after a sequence cannot be given without a gap. */
export function toGapFailure(kept: EventsKept, after: number): Failure {
  return new Failure(
    "usage",
    `change events after ${after} are not kept any more: ${describeFirst(kept)}. A consumer that stopped ` +
      `at ${after} starts again from the views; what there is shows with --after ${kept.first_sequence - 1}`,
  );
}

/**
 * Throws where events after a sequence are gone. After 0 is whatever there is: who begins has missed nothing,
 * and is warned where that is not all there was.
 */
export async function assertKept(
  invocation: Pick<Invocation, "openLogger">,
  kept: EventsKept,
  after: number | undefined,
): Promise<void> {
  if (hasGapAfter(kept, after ?? 0)) throw toGapFailure(kept, after ?? 0);
  if (after === 0 && kept.first_sequence > 1) warnOfFirst(await invocation.openLogger(), kept);
}

/** Warns whoever asks for what was told since an instant, where some of that is gone. */
export async function warnOfGoneBefore(
  invocation: Pick<Invocation, "openLogger">,
  kept: EventsKept,
  sinceMs: number | undefined,
): Promise<void> {
  if (sinceMs !== undefined && isReachingBefore({ sinceMs }, kept)) {
    warnOfFirst(await invocation.openLogger(), kept);
  }
}

/**
 * Throws a `Failure` of kind `usage` for a replay from a sequence on that is gone; `--from 1` is everything
 * there is, and a warning says that it is not everything there was, as from a single one that is still there.
 */
export function assertReplayable(database: Database, filter: ReplayFilter, logger: Logger): EventsKept {
  const kept = loadEventsKept(toReader(database));
  const { fromSequence = 1 } = filter;
  if (!isReachingBefore(filter, kept)) return kept;
  if (fromSequence > 1 && loadEventId(database, fromSequence) === null) {
    throw new Failure(
      "usage",
      `change events from ${fromSequence} on are not kept any more: ${describeFirst(kept)}. Replay --from ` +
        `${kept.first_sequence}, and let a consumer that lacks earlier ones start again from the views`,
    );
  }
  warnOfFirst(logger, kept);
  return kept;
}

/** Warns where events that a replay was to send were removed while it sent others. */
export function warnOfGoneSince(
  database: Database,
  before: EventsKept,
  filter: ReplayFilter,
  logger: Logger,
): void {
  const kept = loadEventsKept(toReader(database));
  if (kept.first_sequence === before.first_sequence || !isReachingBefore(filter, kept)) return;
  logger.warn(
    { first_sequence: kept.first_sequence },
    `old events were removed meanwhile, and some may not have been sent again: ${describeFirst(kept)}`,
  );
}

function isReachingBefore(
  { fromSequence = 1, sinceMs = Number.NEGATIVE_INFINITY }: ReplayFilter,
  kept: EventsKept,
): boolean {
  if (fromSequence >= kept.first_sequence) return false;
  return fromSequence > 1 || sinceMs < (parseInstant(kept.first_at ?? "") ?? Number.POSITIVE_INFINITY);
}

/** Warns of sinks that are to start with an event that is gone. To be called before they are registered. */
export function warnOfLateStarts(database: Database, sinks: readonly Sink[], logger: Logger): void {
  const late = sinks.filter((sink) => sink.kind === "webhook" && sink.startAt !== "now");
  if (late.length === 0) return;
  const kept = loadEventsKept(toReader(database));
  const known = loadSinkNames(toReader(database));
  for (const sink of late) {
    const start = sink.kind === "webhook" && sink.startAt !== "now" ? sink.startAt : kept.first_sequence;
    if (known.includes(sink.name) || start >= kept.first_sequence) continue;
    logger.warn(
      { sink: sink.name, start_sequence: start, first_sequence: kept.first_sequence },
      `the sink is to start at ${start}, but ${describeFirst(kept)}: it gets what is left, and a consumer ` +
        "that needs more starts from the views",
    );
  }
}

function warnOfFirst(logger: Logger, kept: EventsKept): void {
  logger.warn(
    { first_sequence: kept.first_sequence },
    `earlier change events are gone: ${describeFirst(kept)}`,
  );
}

function describeFirst({ first_sequence: first, first_at: at }: EventsKept): string {
  const toldAt = at === null ? "" : `, told at ${at},`;
  return `they are complete from ${first}${toldAt} on (METER_SYNC_KEEP_EVENTS)`;
}
