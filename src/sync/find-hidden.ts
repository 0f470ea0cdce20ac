import { Failure } from "../failure/index.ts";
import { loadLastWindowedStart, loadNewMeters, loadSuspects } from "../snapshot/index.ts";
import type { Run, SyncContext } from "./context.ts";
import { readIds } from "./read-ids.ts";
import type { Hidden } from "./verdicts.ts";

const examplesMax = 5;

/** Meters added while the last sweep was under way were none of its business. */
const overlapMs = 10 * 60_000;

/**
 * After an unfiltered chain: the meters that windows do not return. Known ones are those that the last
 * windows left out and this chain has; of new ones, those that were not added since, as a search by date
 * added says. Returns null where no chain was read or that cannot be asked.
 */
export async function findHidden(context: SyncContext, run: Run): Promise<Hidden | null> {
  const { database, signal, logger } = context;
  if (run.reading !== "chain") return null;
  const known = loadSuspects(database);
  const fresh = loadNewMeters(database, run.runKey);
  const sinceMs = loadLastWindowedStart(database);
  if (fresh.length === 0 || sinceMs === null) return { meterKeys: known, examples: [], isCertain: true };
  try {
    const added = new Set<string>();
    await readIds(context, { addedFromMs: sinceMs - overlapMs, addedToMs: null }, (meterIds) => {
      for (const meterId of meterIds) added.add(meterId);
    });
    const hidden = fresh.filter(({ meterId }) => !added.has(meterId));
    return {
      meterKeys: [...known, ...hidden.map(({ meterKey }) => meterKey)],
      examples: hidden.slice(0, examplesMax).map(({ meterId }) => meterId),
      isCertain: true,
    };
  } catch (error) {
    if (signal.aborted || !(error instanceof Failure)) throw error;
    logger.warn({ error: error.message }, "what windows hide could not be told");
    // Those that the next windows return are not hidden; the others are looked up, and do not count as
    // absent.
    const all = [...known, ...fresh.map(({ meterKey }) => meterKey)];
    return { meterKeys: all, examples: [], isCertain: false };
  }
}
