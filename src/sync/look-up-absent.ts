import { inTransaction } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import type { JsonObject } from "../meter/index.ts";
import {
  type AbsentMeter,
  loadAbsentMeters,
  loadReturnedMeterId,
  pointReadWindow,
  saveAbsenceOutcome,
} from "../snapshot/index.ts";
import type { Run, Sweep, SyncContext } from "./context.ts";
import { addObservations } from "./observations.ts";
import { stagePage, startWindowReading, type WindowReading } from "./stage-page.ts";

/** Whether absent meters were looked up by id, and if not, why. */
export type Lookup = {
  readonly isDone: boolean;
  /** In words, where nothing could be concluded though it should have been; null otherwise. */
  readonly problem: string | null;
};

/** One less than a call takes: a meter that is known to be there is asked for with them. */
const idsPerCall = 999;

/** Asked again so often while answers go on finding more (I8). */
const roundsMax = 20;

/**
 * Looks up by id what a certified sweep did not return (I7): found, it moved under our feet and is staged
 * like any other; not found, it is missing, or its assignments end where it has been missing for long enough.
 */
export async function lookUpAbsent(context: SyncContext, run: Run, sweep: Sweep): Promise<Lookup> {
  const { database, config, clock, logger } = context;
  const nowMs = Math.max(clock.now(), run.stream.publishedAtMs ?? 0);
  const missingThroughMs = nowMs - config.missingConfirmAfterMs;
  const control = loadReturnedMeterId(database);
  const own = startWindowReading(pointReads);
  let last = 0;
  try {
    for (;;) {
      const absent = loadAbsentMeters(database, missingThroughMs, last, idsPerCall);
      if (absent.length === 0) return { isDone: true, problem: null };
      last = absent.at(-1)?.meterKey ?? last;
      const ids = absent.map(({ meterId }) => meterId);
      const found = await readAbsent(context, ids, control);
      if (typeof found === "string") return { isDone: false, problem: found };
      inTransaction(database, () => noteFound(context, run, sweep, own, absent, found));
    }
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "contract") throw error;
    logger.warn({ error: error.message }, "absent meters could not be looked up by id");
    return { isDone: false, problem: error.message };
  } finally {
    addObservations(sweep.observations, own.observations);
    for (const meterKey of own.unreadableKeys) sweep.unreadable.add(meterKey);
  }
}

/**
 * What Leap has of these meters. With every question goes a meter that the sweep did return: where even that
 * is not found, an answer proves nothing. And an answer may be cut short like any other (I2), so those not
 * found are asked for again until an answer holds nothing else. Returns why it proves nothing otherwise.
 */
async function readAbsent(
  { leap, signal }: SyncContext,
  meterIds: readonly string[],
  control: string | null,
): Promise<ReadonlyMap<string, JsonObject> | string> {
  const found = new Map<string, JsonObject>();
  let open = meterIds;
  for (let round = 0; round < roundsMax; round += 1) {
    const answer = await leap.readMeters(control === null ? open : [...open, control], signal);
    if (control !== null && !answer.has(control)) {
      return (
        `a search by id did not find meter ${control}, which this sweep has just returned: it proves ` +
        "nothing about the absent ones"
      );
    }
    const still = open.filter((meterId) => !answer.has(meterId));
    for (const [meterId, document] of answer) if (meterId !== control) found.set(meterId, document);
    if (still.length === 0 || still.length === open.length) return found;
    open = still;
  }
  return `searches by id went on finding more after ${roundsMax} rounds: their answers are cut short`;
}

/** Where what was read by id is staged: in no window. */
const pointReads = {
  windowKey: 0,
  ordinal: pointReadWindow,
  addedFromMs: null,
  addedToMs: null,
  modifiedFromMs: null,
  isDone: true,
};

function noteFound(
  context: SyncContext,
  run: Run,
  sweep: Sweep,
  own: WindowReading,
  absent: readonly AbsentMeter[],
  found: ReadonlyMap<string, JsonObject>,
): void {
  const documents: JsonObject[] = [];
  for (const { meterKey, meterId, isMissing } of absent) {
    const document = found.get(meterId);
    if (document !== undefined) documents.push(document);
    const gone = isMissing ? "ended" : "missing";
    saveAbsenceOutcome(context.database, meterKey, document === undefined ? gone : "found");
  }
  stagePage(context, run, own, sweep.seen, {
    documents,
    unreadableCount: 0,
    nextPageToken: null,
    serverDateMs: null,
  });
}
