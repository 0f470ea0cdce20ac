import { type Database, inTransaction } from "../database/index.ts";
import { toStartOfDay, toZone, type ZoneRules } from "../market/index.ts";
import { loadStream, type Stream } from "../snapshot/index.ts";
import { type AcknowledgingSink, loadAcknowledgingSinks, saveLooked } from "./place-store.ts";
import { loadToldRemaps, saveToldRemap, type ToldRemap } from "./told-remap-store.ts";

/** Whose reports are waited for. */
export type LookOptions = {
  readonly zones: ZoneRules;
  /** Names of sinks; those that are not registered count for nothing. */
  readonly acknowledgedBy: readonly string[];
  /** Whether a sink is to get an event at all; left out, each gets every one. */
  readonly isWanted?: (sinkName: string, event: { readonly type: string; readonly event: string }) => boolean;
};

/** How far the outbox has been looked through, for the sinks acknowledged now. */
export type Standing = {
  readonly stream: Stream;
  readonly sinks: readonly AcknowledgingSink[];
  /** The outbox has been looked through for all of them up to this one. */
  readonly through: number;
  /** Remaps up to this one are for none of the sinks. */
  readonly start: number;
};

const remapCountMax = 500;
const sequenceCountMax = 10_000;

/** `null` where no sink is acknowledged. */
export function loadStanding(database: Database, acknowledgedBy: readonly string[]): Standing | null {
  const sinks = loadAcknowledgingSinks(database, acknowledgedBy);
  const stream = loadStream(database);
  if (sinks.length === 0 || stream === null) return null;
  const start = Math.min(...sinks.map(({ startSequence }) => startSequence));
  // Each sink has a place of its own: one that is acknowledged later than others may want what they did not.
  // What is known already stays as it is.
  const through = Math.min(...sinks.map(({ lookedSequence }) => lookedSequence));
  return { stream, start, sinks, through };
}

export function isLookedThrough({ through, stream }: Standing, until = stream.lastSequence): boolean {
  return through >= Math.min(until, stream.lastSequence);
}

/** Looks through what was told so far, up to `until` if given, a chunk and a transaction at a time. */
export function lookThrough(database: Database, options: LookOptions, until?: number): void {
  for (;;) {
    const seen = loadStanding(database, options.acknowledgedBy);
    if (seen === null || isLookedThrough(seen, until)) return;
    inTransaction(database, () => {
      // Another process may have looked meanwhile.
      const standing = loadStanding(database, options.acknowledgedBy);
      if (standing !== null && !isLookedThrough(standing, until)) {
        lookFurther(database, standing, options, until);
      }
    });
  }
}

function lookFurther(
  database: Database,
  { sinks, through, stream }: Standing,
  options: LookOptions,
  until = stream.lastSequence,
): void {
  const end = Math.min(through + sequenceCountMax, stream.lastSequence, until);
  const remaps = loadToldRemaps(database, through, end, remapCountMax);
  const { isWanted } = options;
  for (const remap of remaps) {
    const told = { type: "meter.group.remapped", event: remap.event };
    const isFor = sinks.some(
      ({ name, startSequence }) => startSequence < remap.sequence && isWanted?.(name, told) !== false,
    );
    if (isFor) saveToldRemap(database, remap, toStart(remap, options.zones));
  }
  const isCut = remaps.length === remapCountMax;
  saveLooked(database, sinks, isCut ? (remaps.at(-1)?.sequence ?? end) : end);
}

function toStart({ data }: ToldRemap, zones: ZoneRules): number {
  return toStartOfDay(data.effective_from, toZone(data.transmission_region, zones));
}
