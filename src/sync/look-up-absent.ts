import { inTransaction } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { isWhole, type LeapPage } from "../leap/index.ts";
import type { JsonObject } from "../meter/index.ts";
import {
  type AbsenceOutcome,
  type AbsentMeter,
  loadAbsentMeters,
  loadHiddenAbsent,
  loadReturnedMeterId,
  pointReadWindow,
  saveAbsenceOutcome,
} from "../snapshot/index.ts";
import type { Run, Sweep, SyncContext } from "./context.ts";
import { addObservations } from "./observations.ts";
import { stagePage, startWindowReading } from "./stage-page.ts";
import type { Lookup } from "./verdicts.ts";

/** One less than a call takes: a meter that is known to be there is asked for with them. */
const idsPerCall = 999;

/** Asked again so often while answers go on finding more (I8). */
const roundsMax = 20;

/**
 * Looks up by id what a certified sweep did not return (I7): found, it moved under our feet and is staged
 * like any other; not found, it is missing, or its assignments end where it has been missing for long enough.
 */
export function lookUpAbsent(context: SyncContext, run: Run, sweep: Sweep): Promise<Lookup> {
  const { database, config, clock } = context;
  const nowMs = Math.max(clock.now(), run.stream.publishedAtMs ?? 0);
  const missingThroughMs = nowMs - config.missingConfirmAfterMs;
  return lookUp(
    context,
    run,
    sweep,
    (after) => loadAbsentMeters(database, missingThroughMs, after, idsPerCall),
    ({ isMissing }) => (isMissing ? "ended" : "missing"),
  );
}

/**
 * Looks up the meters that windows are known to hide. Of those not found, nothing is concluded by that yet.
 */
export function lookUpHidden(context: SyncContext, run: Run, sweep: Sweep): Promise<Lookup> {
  const { database } = context;
  if (run.mode === "poll") return Promise.resolve({ isDone: false, problem: null });
  return lookUp(
    context,
    run,
    sweep,
    (after) => loadHiddenAbsent(database, after, idsPerCall),
    () => null,
  );
}

async function lookUp(
  context: SyncContext,
  run: Run,
  sweep: Sweep,
  loadNext: (afterMeterKey: number) => AbsentMeter[],
  toOutcome: (absent: AbsentMeter) => AbsenceOutcome | null,
): Promise<Lookup> {
  const { database, logger } = context;
  const control = loadReturnedMeterId(database);
  const own = startWindowReading(pointReads);
  let last = 0;
  try {
    for (;;) {
      const absent = loadNext(last);
      if (absent.length === 0) return { isDone: true, problem: null };
      last = absent.at(-1)?.meterKey ?? last;
      const ids = absent.map(({ meterId }) => meterId);
      const found = await readAbsent(context, ids, control);
      if (typeof found === "string") return { isDone: false, problem: found };
      inTransaction(database, () => {
        for (const meter of absent) {
          const document = found.get(meter.meterId);
          const outcome = document === undefined ? toOutcome(meter) : "found";
          if (outcome !== null) saveAbsenceOutcome(database, meter.meterKey, outcome);
          if (document === undefined || isWhole(document, run.apiVersion)) continue;
          // It is there, and its last known state stands.
          found.delete(meter.meterId);
          sweep.seen.add(meter.meterKey);
          sweep.unreadable.add(meter.meterKey);
        }
        stagePage(context, run, own, sweep.seen, toPage([...found.values()]));
      });
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

function toPage(documents: readonly JsonObject[]): LeapPage {
  return { documents, unreadableCount: 0, nextPageToken: null, serverDateMs: null };
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
): Promise<Map<string, JsonObject> | string> {
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
