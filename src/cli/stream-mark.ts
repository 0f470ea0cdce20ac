import {
  acquireLock,
  type Database,
  inTransaction,
  loadCompanion,
  saveCompanion,
  toDatabaseFailure,
  toLockPath,
} from "../database/index.ts";
import type { DueEvent, Sink } from "../delivery/index.ts";
import { Failure } from "../failure/index.ts";
import {
  decideStream,
  parseToldMark,
  type StreamVerdict,
  type ToldMark,
  toMarkText,
} from "../guard/index.ts";
import type { Logger } from "../log/index.ts";
import {
  loadDecidedRun,
  loadEventId,
  loadHeldRunId,
  loadMarkedStream,
  loadOrSaveStream,
  type MarkedStream,
  releaseStaged,
  saveRunDiscarded,
  saveStreamMark,
  saveStreamRenewed,
} from "../snapshot/index.ts";
import type { Clock } from "../time/index.ts";

export type StreamContext = {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly makeId: () => string;
  /** Whether the caller holds the run lock (I12): without it, it is taken for as long as a renewal lasts. */
  readonly isRunLocked: boolean;
};

/** What the file and the mark beside it say, and what follows. Null where nothing was ever told. */
export type StreamLook = {
  readonly stream: MarkedStream;
  readonly told: ToldMark | null;
  readonly verdict: StreamVerdict;
};

/**
 * To be called on a database opened for writing, before anything is planned on it or delivered from it. A
 * file that was put in the database's place becomes a stream of its own, with a warning: told sequences are
 * not told again unnoticed. Throws a `Failure`: `environment` where the mark cannot be read or written,
 * `locked` where a run is under way that would go on under the old stream id.
 */
export function assureStream(database: Database, context: StreamContext): void {
  const { kind } = loadStreamLook(database)?.verdict ?? { kind: "same" };
  if (kind === "same" || kind === "unmarked") return;
  if (kind === "unconfirmed" || context.isRunLocked) {
    settleStream(database, context);
    return;
  }
  const heldBy = "a copy was put in the database's place, and a run is under way on it";
  const lock = acquireLock(toLockPath(database.path, "lock"), heldBy, { allowsNetworkFileSystem: true });
  try {
    settleStream(database, context);
  } finally {
    lock.release();
  }
}

/**
 * Notes that everything the outbox holds by now may be given to sinks, before any of it is; returns the last
 * sequence noted. Throws a `Failure` of kind `environment` where that cannot be noted: then nothing may be
 * delivered.
 */
export function saveMark(database: Database, makeId: () => string): number {
  const marked = toMarkedSequence(loadStreamLook(database));
  if (marked !== null) return marked;
  return translate(() =>
    // SQLite lets one connection write at a time: reading, comparing and writing is one step for all, so that
    // neither of two processes takes a mark back.
    inTransaction(database, () => {
      const look = loadStreamLook(database);
      const markedNow = toMarkedSequence(look);
      if (look === null || markedNow !== null) return markedNow ?? 0;
      const { stream, told, verdict } = look;
      if (verdict.kind === "copy") {
        throw new Failure(
          "environment",
          `the database or its mark was replaced while it was in use (${verdict.because}): run again`,
        );
      }
      const mark = told?.mark ?? makeId();
      // The file comes second: one that says a mark has had one beside it, whenever the power goes.
      saveTold(database, stream.streamId, stream.lastSequence, mark);
      if (stream.mark === null) saveStreamMark(database, mark);
      return stream.lastSequence;
    }),
  );
}

/**
 * The sinks, none of which is given anything beyond the mark: what another process publishes while they are
 * served is marked first. Where that fails, the sink fails with the `Failure` that says why.
 */
export function withMark(database: Database, sinks: readonly Sink[], makeId: () => string): Sink[] {
  let markedSequence = 0;
  const mark = (events: readonly DueEvent[]): void => {
    const last = events.reduce((highest, { sequence }) => Math.max(highest, sequence), 0);
    if (last > markedSequence) markedSequence = saveMark(database, makeId);
  };
  return sinks.map((sink) => {
    if (sink.kind === "append") {
      const deliver: typeof sink.deliver = async (batch, signal) => {
        mark(batch);
        await sink.deliver(batch, signal);
      };
      return { ...sink, deliver };
    }
    const send: typeof sink.send = async (request, signal) => {
      mark(request.events);
      return sink.send(request, signal);
    };
    return { ...sink, send };
  });
}

/** The mark is read before the file: between the two another process only ever adds to the file. */
export function loadStreamLook(database: Database): StreamLook | null {
  const told = loadTold(database);
  const stream = loadMarkedStream(database) ?? (told === null ? null : noStream);
  if (stream === null) return null;
  const idAtMark = told === null ? null : loadEventId(database, told.sequence);
  return { stream, told, verdict: decideStream(told, { ...stream, idAtMark }) };
}

/** A new file, in the place of one whose mark is still there. */
const noStream: MarkedStream = { streamId: "", mark: null, lastSequence: 0 };

/** How far the mark reaches; null where it has to be written. */
function toMarkedSequence(look: StreamLook | null): number | null {
  if (look === null || look.stream.lastSequence === 0) return 0;
  const { stream, told, verdict } = look;
  return verdict.kind === "same" && told !== null && told.sequence >= stream.lastSequence
    ? told.sequence
    : null;
}

/** Once more under the database's own write lock: another process may have been faster. */
function settleStream(database: Database, context: StreamContext): void {
  const renewed = translate(() =>
    inTransaction(database, () => {
      const look = loadStreamLook(database);
      if (look === null) return null;
      const { stream, told, verdict } = look;
      if (verdict.kind === "unconfirmed" && told !== null) saveStreamMark(database, told.mark);
      if (verdict.kind !== "copy") return null;
      return { ...renew(database, context, stream), because: verdict.because };
    }),
  );
  if (renewed === null) return;
  const { because, ...fields } = renewed;
  context.logger.warn(
    fields,
    `another file stands in the database's place (${because}): it has a new stream id now, and a plan that ` +
      "was held back is discarded; consumers see another streamid and start again from the snapshot",
  );
}

function renew(database: Database, { makeId, clock }: StreamContext, stream: MarkedStream) {
  const streamId = makeId();
  const mark = makeId();
  // Before the file, which is renewed at the next start where this is as far as it comes: once, either way.
  saveTold(database, streamId, stream.lastSequence, mark);
  loadOrSaveStream(database, () => streamId);
  saveStreamRenewed(database, streamId, mark);
  return {
    stream_id: streamId,
    stream_id_before: stream === noStream ? null : stream.streamId,
    last_sequence: stream.lastSequence,
    run_discarded: discardHeld(database, clock.now()),
  };
}

/** The events of a plan that is held were made under the old stream id. */
function discardHeld(database: Database, nowMs: number): string | null {
  const runId = loadHeldRunId(database);
  const run = runId === null ? null : loadDecidedRun(database, runId);
  if (run === null) return null;
  saveRunDiscarded(database, run.runKey, nowMs);
  releaseStaged(database, run.runKey + 1);
  return run.runId;
}

function saveTold(database: Database, streamId: string, sequence: number, mark: string): void {
  const id = loadEventId(database, sequence);
  const path = toMarkPath(database);
  const couldNot = `cannot note in ${path} what is about to be told, so nothing is delivered`;
  saveCompanion(path, toMarkText({ streamId, sequence, id, mark }), couldNot);
}

function loadTold(database: Database): ToldMark | null {
  const path = toMarkPath(database);
  const text = loadCompanion(path);
  if (text === null) return null;
  const told = parseToldMark(text);
  if (told !== null) return told;
  throw new Failure(
    "environment",
    `cannot read ${path}, the mark of what was told: it is damaged; remove it, and the next run makes a ` +
      "new stream of the database, whose consumers start again from the snapshot",
  );
}

function toMarkPath(database: Database): string {
  return toLockPath(database.path, "told");
}

function translate<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw toDatabaseFailure(error, "cannot note what was told, so nothing is delivered");
  }
}
