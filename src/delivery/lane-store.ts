import { type Database, inTransaction } from "../database/index.ts";
import { boundMaxMs } from "./back-off.ts";
import type { DueEvent, WebhookSink } from "./delivery.ts";
import { type Candidate, planBatch } from "./plan-batch.ts";
import { toWebhookId } from "./sign.ts";

/** A request that is to be sent, or was sent and is not settled. */
export type Batch = {
  readonly batchKey: number;
  readonly webhookId: string;
  readonly attemptCount: number;
  readonly firstSentAtMs: number | null;
  /** How often what it is a part of was taken apart; 0 for a request as it was first sent. */
  readonly partDepth: number;
  readonly events: readonly DueEvent[];
};

/** Looked at for one request; where a filter leaves out more, the next look goes on from there. */
const candidateCountMax = 1000;

type LaneCandidate = Candidate & { readonly runId: string; readonly id: string; readonly event: string };

/**
 * The open request that is next; `null` where there is none, or where it is not time. Whole ones by sequence;
 * parts of those that failed by how small they are, so that a sibling follows a part that fails and shows
 * whether it is the receiver; of those that gave trouble alone the least tried, in time, or
 * where the clock was put back: no wait is that long.
 */
export function loadOpenBatch(
  database: Database,
  sinkName: string,
  kind: "whole" | "part" | "postponed",
  nowMs: number,
): Batch | null {
  const row = database
    .prepare(
      `SELECT batch_key FROM delivery_batch
       WHERE sink = @sink AND (next_attempt_at_ms IS NULL OR next_attempt_at_ms <= @nowMs
           OR next_attempt_at_ms > @nowMs + @waitMaxMs)
         AND CASE WHEN next_attempt_at_ms IS NOT NULL THEN 'postponed'
           WHEN part_depth > 0 THEN 'part' ELSE 'whole' END = @kind
       ORDER BY CASE WHEN @kind = 'postponed' THEN attempt_count ELSE part_depth END, first_sequence LIMIT 1`,
    )
    .get({ sink: sinkName, kind, nowMs, waitMaxMs: boundMaxMs });
  return row === undefined ? null : loadBatch(database, Number(row.batch_key));
}

/** Of those that gave trouble the one to be sent next, and what it met with; `null` where there is none. */
export function loadNextAttempt(
  database: Database,
  sinkName: string,
): { readonly atMs: number; readonly error: string | null } | null {
  const row = database
    .prepare(
      `SELECT b.next_attempt_at_ms AS at, d.error FROM delivery_batch b
       JOIN delivery d ON d.batch_key = b.batch_key
       WHERE b.sink = ? AND b.next_attempt_at_ms IS NOT NULL ORDER BY 1 LIMIT 1`,
    )
    .get(sinkName);
  return row === undefined ? null : { atMs: Number(row.at), error: row.error as string | null };
}

function loadBatch(database: Database, batchKey: number): Batch {
  const row = database.prepare("SELECT * FROM delivery_batch WHERE batch_key = ?").get(batchKey);
  if (row === undefined) throw new Error(`there is no batch ${batchKey}`);
  const events = database
    .prepare(
      `SELECT e.sequence, e.id, e.event FROM delivery d JOIN event e ON e.sequence = d.sequence
       WHERE d.batch_key = ? ORDER BY d.sequence`,
    )
    .all(batchKey);
  return {
    batchKey,
    webhookId: String(row.webhook_id),
    attemptCount: Number(row.attempt_count),
    firstSentAtMs: row.first_sent_at_ms as number | null,
    partDepth: Number(row.part_depth),
    events: events.map(toDueEvent),
  };
}

/** An event that the sink took last; `null` where it never took any, or it is not kept any more. */
export function loadLastTaken(database: Database, sinkName: string): DueEvent | null {
  const row = database
    .prepare(
      `SELECT e.sequence, e.id, e.event FROM sink s JOIN event e ON e.sequence = s.taken_sequence
       WHERE s.name = ?`,
    )
    .get(sinkName);
  return row === undefined ? null : toDueEvent(row);
}

/**
 * Makes the next request out of what no longer waits, and then of what comes next in the outbox, and moves
 * the sink's place. `null` where nothing is left to send. From here on the request is fixed. What waits may
 * be much: it is not looked through where nothing can have been freed since the last look.
 */
export function saveNextBatch(
  database: Database,
  sink: WebhookSink,
  pass: { mayBeFreed: boolean },
  nowMs: number,
): Batch | null {
  for (;;) {
    const step = inTransaction(database, () => {
      const freed = pass.mayBeFreed ? saveFreed(database, sink, nowMs) : null;
      pass.mayBeFreed = freed !== null;
      return freed ?? saveFromOutbox(database, sink, nowMs);
    });
    if (step === "end") return null;
    if (step !== "passed") return loadBatch(database, step);
  }
}

/** Events that waited behind another of their key, and do no more; `null` where there are none. */
function saveFreed(database: Database, sink: WebhookSink, nowMs: number): number | null {
  const rows = database
    .prepare(
      `SELECT e.sequence, e.id, e.type, e.partitionkey, e.run_id, e.event FROM delivery d
       JOIN event e ON e.sequence = d.sequence
       WHERE d.sink = @sink AND d.state = 'waiting' AND NOT EXISTS (
         SELECT 1 FROM delivery o
         WHERE o.sink = @sink AND o.partitionkey = d.partitionkey AND o.state <> 'waiting')
       ORDER BY d.sequence`,
    )
    .iterate({ sink: sink.name });
  const { taken } = planBatch(toFreed(database, sink, rows), toLimits(sink));
  return taken.length === 0 ? null : saveBatch(database, sink.name, taken, nowMs);
}

function* toFreed(
  database: Database,
  sink: WebhookSink,
  rows: Iterable<Record<string, unknown>>,
): Generator<LaneCandidate> {
  for (const row of rows)
    yield toCandidate(row, { isWanted: true, isBlocked: waitsForRun(database, sink.name, row) });
}

function saveFromOutbox(database: Database, sink: WebhookSink, nowMs: number): number | "passed" | "end" {
  const { taken, waiting, lastSequence } = planBatch(loadCandidates(database, sink), toLimits(sink));
  if (lastSequence === null) return "end";
  saveRows(database, sink.name, waiting, "waiting", null);
  database.prepare("UPDATE sink SET settled_sequence = ? WHERE name = ?").run(lastSequence, sink.name);
  return taken.length === 0 ? "passed" : saveBatch(database, sink.name, taken, nowMs);
}

/** What comes next in the outbox: iterated, because many large events would not fit in memory. */
function* loadCandidates(database: Database, sink: WebhookSink): Generator<LaneCandidate> {
  const rows = database
    .prepare(
      `SELECT sequence, id, type, partitionkey, run_id, event,
         EXISTS (SELECT 1 FROM delivery d
           WHERE d.sink = @sink AND d.partitionkey = event.partitionkey) AS is_behind
       FROM event WHERE sequence > (SELECT settled_sequence FROM sink WHERE name = @sink)
       ORDER BY sequence LIMIT @limit`,
    )
    .iterate({ sink: sink.name, limit: candidateCountMax });
  for (const row of rows) {
    const isWanted = sink.wants({ type: String(row.type), event: String(row.event) });
    const isBlocked = row.is_behind === 1 || waitsForRun(database, sink.name, row);
    yield toCandidate(row, { isWanted, isBlocked });
  }
}

/** `sync.published` is told after all others of its run: those behind a dead letter are set aside with it. */
function waitsForRun(database: Database, sinkName: string, row: Record<string, unknown>): boolean {
  if (row.type !== "sync.published") return false;
  const open = database
    .prepare(
      `SELECT 1 AS found FROM delivery d
       WHERE d.sink = @sink AND d.run_id = @run AND d.sequence < @sequence AND (d.state = 'batched'
         OR (d.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM delivery o
           WHERE o.sink = @sink AND o.partitionkey = d.partitionkey AND o.state = 'set_aside'))) LIMIT 1`,
    )
    .get({ sink: sinkName, run: row.run_id, sequence: row.sequence });
  return open !== undefined;
}

/** It is sent at once, so it counts as sent from here on. */
function saveBatch(
  database: Database,
  sinkName: string,
  events: readonly LaneCandidate[],
  nowMs: number,
): number {
  const first = events[0];
  if (first === undefined) throw new Error("a batch of nothing");
  const inserted = database
    .prepare(
      "INSERT INTO delivery_batch (sink, webhook_id, first_sequence, first_sent_at_ms) VALUES (?, ?, ?, ?)",
    )
    .run(sinkName, toWebhookId(events.map(({ id }) => id)), first.sequence, nowMs);
  const batchKey = Number(inserted.lastInsertRowid);
  saveRows(database, sinkName, events, "batched", batchKey);
  return batchKey;
}

function saveRows(
  database: Database,
  sinkName: string,
  events: readonly LaneCandidate[],
  state: "batched" | "waiting",
  batchKey: number | null,
): void {
  const insert = database.prepare(
    `INSERT INTO delivery (sink, sequence, partitionkey, run_id, state, batch_key) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (sink, sequence) DO UPDATE SET state = excluded.state, batch_key = excluded.batch_key`,
  );
  for (const { sequence, partitionkey, runId } of events)
    insert.run(sinkName, sequence, partitionkey, runId, state, batchKey);
}

function toCandidate(
  row: Record<string, unknown>,
  { isWanted, isBlocked }: { readonly isWanted: boolean; readonly isBlocked: boolean },
): LaneCandidate {
  const { sequence, id, event } = toDueEvent(row);
  return {
    sequence,
    id,
    // Of what is not sent now the text is not kept: there may be much of it.
    event: isWanted && !isBlocked ? event : "",
    type: String(row.type),
    partitionkey: String(row.partitionkey),
    runId: String(row.run_id),
    bytes: Buffer.byteLength(event),
    isWanted,
    isBlocked,
  };
}

function toLimits(sink: WebhookSink) {
  return { eventCountMax: sink.batchEventCountMax, bytesMax: sink.batchBytesMax };
}

function toDueEvent(row: Record<string, unknown>): DueEvent {
  return { sequence: Number(row.sequence), id: String(row.id), event: String(row.event) };
}
