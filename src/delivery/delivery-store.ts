import { type Database, inTransaction, toDatabaseFailure } from "../database/index.ts";
import type { DueEvent, Sink } from "./delivery.ts";

const batchEventCountMax = 500;
const batchBytesMax = 8 * 1024 * 1024;

/**
 * A sink not known yet starts at now, and gets what is published from here on, or where it says. Known ones
 * keep their place.
 */
export function registerSinks(database: Database, sinks: readonly Sink[], nowMs: number): void {
  try {
    inTransaction(database, () => {
      const stream = database.prepare("SELECT max(last_sequence) AS last FROM stream").get();
      const register = database.prepare(
        `INSERT INTO sink (name, settled_sequence, start_sequence, created_at_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT (name) DO NOTHING`,
      );
      const last = Number(stream?.last ?? 0);
      for (const sink of sinks) {
        const isAtNow = sink.kind === "append" || sink.startAt === "now";
        const start = isAtNow ? last : sink.startAt - 1;
        register.run(sink.name, start, start, nowMs);
      }
    });
  } catch (error) {
    throw toDatabaseFailure(error, "cannot register the sinks");
  }
}

export function loadSettled(database: Database, sinkName: string): number {
  const row = database.prepare("SELECT settled_sequence FROM sink WHERE name = ?").get(sinkName);
  if (row === undefined) throw new Error(`the sink ${sinkName} has not been registered`);
  return Number(row.settled_sequence);
}

/**
 * The next due events, at least one where there is one: iterated, because 500 large events would not fit in
 * memory.
 */
export function loadBatch(database: Database, afterSequence: number): readonly DueEvent[] {
  const rows = database
    .prepare("SELECT sequence, id, event FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?")
    .iterate(afterSequence, batchEventCountMax);
  const batch: DueEvent[] = [];
  let bytes = 0;
  for (const row of rows) {
    const event = String(row.event);
    bytes += Buffer.byteLength(event) + 1;
    if (batch.length > 0 && bytes > batchBytesMax) break;
    batch.push({ sequence: Number(row.sequence), id: String(row.id), event });
  }
  return batch;
}

/** Only ever after the sink has answered (I5), and never backwards. */
export function settle(database: Database, sinkName: string, sequence: number, nowMs: number): void {
  inTransaction(database, () => {
    database
      .prepare(
        `UPDATE sink SET settled_sequence = ?, settled_at_ms = ?, failure_count = 0, error = NULL,
           error_at_ms = NULL WHERE name = ? AND settled_sequence < ?`,
      )
      .run(sequence, nowMs, sinkName, sequence);
  });
}

/** Keeps what went wrong with a sink, for whoever looks. */
export function saveError(database: Database, sinkName: string, error: string, nowMs: number): void {
  database
    .prepare("UPDATE sink SET error = ?, error_at_ms = ?, failure_count = failure_count + 1 WHERE name = ?")
    .run(error, nowMs, sinkName);
}

/** What a sink is still to get, dead letters left out. */
export function countDue(database: Database, sinkName: string): number {
  const row = database
    .prepare(
      `SELECT (SELECT count(*) FROM event
           WHERE sequence > (SELECT settled_sequence FROM sink WHERE name = @sink))
         + (SELECT count(*) FROM delivery WHERE sink = @sink AND state <> 'set_aside') AS n`,
    )
    .get({ sink: sinkName });
  return Number(row?.n ?? 0);
}

export function countSetAside(database: Database, sinkName: string): number {
  const row = database
    .prepare("SELECT count(*) AS n FROM delivery WHERE sink = ? AND state = 'set_aside'")
    .get(sinkName);
  return Number(row?.n ?? 0);
}

/** Whether sequence and id are of one event of ours. */
export function isAppended(
  database: Database,
  event: { readonly sequence: number; readonly id: string },
): boolean {
  const row = database
    .prepare("SELECT 1 AS found FROM event WHERE sequence = ? AND id = ?")
    .get(event.sequence, event.id);
  return row !== undefined;
}
