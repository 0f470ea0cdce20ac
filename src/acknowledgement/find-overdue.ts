import { type Database, inTransaction, toDatabaseFailure } from "../database/index.ts";
import { appendEvents, loadToldCount, toOverdueEvent } from "../events/index.ts";
import { saveLastSequence } from "../snapshot/index.ts";
import { isLookedThrough, type LookOptions, loadStanding, lookThrough, type Standing } from "./look.ts";
import { saveLooked } from "./place-store.ts";
import {
  loadFirstUntold,
  loadOpenCounts,
  loadUntold,
  type OverdueRow,
  saveOverdueTold,
} from "./told-remap-store.ts";

export type OverdueReport = {
  /** Remaps that some consumer is to act on and none has reported applied, rejected or superseded. */
  readonly unacknowledged: number;
  /** Those of them, and the rejected ones, whose time to be applied has passed. */
  readonly overdue: number;
  /** `group.remap.overdue` told now; each remap is told once. */
  readonly told: number;
};

export type OverdueOptions = LookOptions & {
  /** How long before its first trade date begins a remap is to be applied. */
  readonly marginMs: number;
  readonly nowMs: number;
};

const chunkCount = 500;

/**
 * Looks through what was told since the last look, and tells of each remap that became overdue, once. Does
 * nothing, and counts nothing, where no sink is acknowledged. Needs no lock, and may be at work in several
 * processes at once. Throws a `Failure` of kind `environment` where the database cannot be written.
 */
export function findOverdue(database: Database, options: OverdueOptions): OverdueReport {
  try {
    let told = 0;
    for (;;) {
      lookThrough(database, options);
      const standing = loadStanding(database, options.acknowledgedBy);
      if (standing === null) return { unacknowledged: 0, overdue: 0, told: 0 };
      const question = { ...options, start: standing.start };
      const first = loadFirstUntold(database, toQuestion(question));
      if (first === null) return { ...loadOpenCounts(database, toQuestion(question)), told };
      told += tellFrom(database, options, first);
    }
  } catch (error) {
    throw toDatabaseFailure(error, "cannot look for overdue remaps");
  }
}

/** Tells chunk by chunk, until none is left or something else was told meanwhile; returns how many. */
function tellFrom(database: Database, options: OverdueOptions, first: number): number {
  let told = 0;
  for (let from = first; ; ) {
    const chunk = inTransaction(database, () => {
      const standing = loadStanding(database, options.acknowledgedBy);
      // What was told a moment ago may supersede one of these: that has to be looked at first.
      if (standing === null || !isLookedThrough(standing)) return [];
      return tellChunk(database, standing, options, from);
    });
    told += chunk.length;
    const last = chunk.at(-1);
    if (last === undefined || chunk.length < chunkCount) return told;
    from = last.sequence + 1;
  }
}

/** Events and the mark that they were told move in one transaction: once, however many look (I1). */
function tellChunk(
  database: Database,
  { stream, start, sinks }: Standing,
  options: OverdueOptions,
  from: number,
): readonly OverdueRow[] {
  const { marginMs, nowMs } = options;
  const rows = loadUntold(database, { start, marginMs, nowMs, from, countMax: chunkCount });
  let lastSequence = stream.lastSequence;
  for (const row of rows) {
    const context = {
      streamId: stream.streamId,
      account: stream.account ?? "default",
      runId: row.runId,
      nowMs,
    };
    const event = toOverdueEvent(context, row, (meterId, program) =>
      loadToldCount(database, "group.remap.overdue", meterId, program),
    );
    lastSequence = appendEvents(database, row.runId, [event], lastSequence);
    saveOverdueTold(database, row.sequence, nowMs);
  }
  if (rows.length === 0) return rows;
  saveLastSequence(database, lastSequence);
  saveLooked(database, sinks, lastSequence);
  return rows;
}

function toQuestion({ start, marginMs, nowMs }: OverdueOptions & { readonly start: number }) {
  return { start, marginMs, nowMs };
}
