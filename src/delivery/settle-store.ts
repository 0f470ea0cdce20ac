import { type Database, inTransaction } from "../database/index.ts";
import type { Answer } from "./delivery.ts";
import type { Batch } from "./lane-store.ts";
import { toWebhookId } from "./sign.ts";

/** More dead letters of one sink than this are no longer single events that went wrong. */
export const deadLetterCountMax = 1000;

/** How one sink is doing. */
export type SinkState = {
  readonly settledAtMs: number | null;
  readonly failureCount: number;
  readonly retryAtMs: number | null;
  readonly error: string | null;
  readonly errorAtMs: number | null;
  readonly disabledAtMs: number | null;
  readonly deadLetterCount: number;
};

export function loadSinkState(database: Database, sinkName: string): SinkState {
  const row = database
    .prepare(
      `SELECT *, (SELECT count(*) FROM delivery WHERE sink = name AND state = 'set_aside') AS dead_letters
       FROM sink WHERE name = ?`,
    )
    .get(sinkName);
  if (row === undefined) throw new Error(`the sink ${sinkName} has not been registered`);
  return {
    settledAtMs: row.settled_at_ms as number | null,
    failureCount: Number(row.failure_count),
    retryAtMs: row.retry_at_ms as number | null,
    error: row.error as string | null,
    errorAtMs: row.error_at_ms as number | null,
    disabledAtMs: row.disabled_at_ms as number | null,
    deadLetterCount: Number(row.dead_letters),
  };
}

/** Notes that the batch is about to be sent: what follows is judged from here on. */
export function saveFirstSent(database: Database, batch: Batch, nowMs: number): void {
  if (batch.firstSentAtMs !== null) return;
  database
    .prepare("UPDATE delivery_batch SET first_sent_at_ms = ? WHERE batch_key = ?")
    .run(nowMs, batch.batchKey);
}

/** Only ever after the receiver has answered (I5). Returns whether something may have waited for it. */
export function settleBatch(database: Database, sinkName: string, batch: Batch, nowMs: number): boolean {
  return inTransaction(database, () => {
    const waiting = database
      .prepare(
        `SELECT 1 AS found FROM delivery w WHERE w.sink = @sink AND w.state = 'waiting'
           AND w.partitionkey IN (
             SELECT 'sync' UNION SELECT partitionkey FROM delivery WHERE batch_key = @batch) LIMIT 1`,
      )
      .get({ sink: sinkName, batch: batch.batchKey });
    releaseBatch(database, batch.batchKey);
    database.prepare("DELETE FROM delivery WHERE batch_key = ?").run(batch.batchKey);
    saveTaken(database, sinkName, nowMs);
    database
      .prepare("UPDATE sink SET taken_sequence = ? WHERE name = ?")
      .run(batch.events.at(-1)?.sequence, sinkName);
    return waiting !== undefined;
  });
}

/**
 * The sink has taken something: nothing is wrong with it. What gave trouble before is tried again at once,
 * for it may have been the receiver: one outage after another must not make a dead letter.
 */
export function saveTaken(database: Database, sinkName: string, nowMs: number): void {
  database
    .prepare(
      `UPDATE delivery_batch SET next_attempt_at_ms = ? WHERE sink = ? AND next_attempt_at_ms > ?
         AND (SELECT failure_count FROM sink WHERE name = delivery_batch.sink) > 0`,
    )
    .run(nowMs, sinkName, nowMs);
  database
    .prepare(
      `UPDATE sink SET settled_at_ms = ?, failure_count = 0, retry_at_ms = NULL, error = NULL,
         error_at_ms = NULL WHERE name = ?`,
    )
    .run(nowMs, sinkName);
}

export type SinkTrouble = {
  readonly failureCount: number;
  /** `null` where the next request may go at once. */
  readonly retryAtMs: number | null;
  readonly error: string;
  readonly isGone: boolean;
};

export function saveSinkTrouble(
  database: Database,
  sinkName: string,
  trouble: SinkTrouble,
  nowMs: number,
): void {
  const { failureCount, retryAtMs, error, isGone } = trouble;
  database
    .prepare(
      `UPDATE sink SET failure_count = ?, retry_at_ms = ?, error = ?, error_at_ms = ?,
         disabled_at_ms = CASE WHEN ? = 1 THEN coalesce(disabled_at_ms, ?) ELSE disabled_at_ms END
       WHERE name = ?`,
    )
    .run(failureCount, retryAtMs, error, nowMs, isGone ? 1 : 0, nowMs, sinkName);
}

/**
 * Keeps what came of an attempt, and counts it where it may have been the batch's own fault;
 * `nextAttemptAtMs` puts the batch behind the others.
 */
export function saveAttempt(
  database: Database,
  batch: Batch,
  answer: Answer,
  nextAttemptAtMs: number | null,
): void {
  // A receiver that is away, or busy, has not looked at what was sent.
  const isCounted = answer.kind !== "unreachable" && answer.kind !== "busy";
  const attemptCount = batch.attemptCount + (isCounted ? 1 : 0);
  database
    .prepare(
      `UPDATE delivery_batch SET attempt_count = ?,
         next_attempt_at_ms = coalesce(?, next_attempt_at_ms) WHERE batch_key = ?`,
    )
    .run(attemptCount, nextAttemptAtMs, batch.batchKey);
  database
    .prepare("UPDATE delivery SET attempt_count = ?, status = ?, answer = ?, error = ? WHERE batch_key = ?")
    .run(attemptCount, answer.status, answer.answer, answer.message, batch.batchKey);
}

/**
 * Takes a request apart that was not taken: two in its place. Of the later one what shares a key with the
 * earlier waits for it, for it may be taken while the other is not (I6).
 */
export function saveSplit(database: Database, sinkName: string, batch: Batch): void {
  const middle = Math.ceil(batch.events.length / 2);
  const halves = [batch.events.slice(0, middle), batch.events.slice(middle)];
  releaseBatch(database, batch.batchKey);
  const insert = database.prepare(
    `INSERT INTO delivery_batch (sink, webhook_id, first_sequence, part_depth, first_sent_at_ms)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const earlier = new Set<string>();
  for (const half of halves) {
    const rows = half.map((event) => ({ ...event, key: loadKey(database, sinkName, event.sequence) }));
    const own = rows.filter(({ key }) => !earlier.has(key));
    for (const { key } of rows) earlier.add(key);
    moveRows(
      database,
      sinkName,
      rows.filter((row) => !own.includes(row)),
      null,
    );
    const first = own[0];
    if (first === undefined) continue;
    const webhookId = toWebhookId(own.map(({ id }) => id));
    // Its events were first sent with the whole: what was taken since then counts for them, too.
    const { lastInsertRowid } = insert.run(
      sinkName,
      webhookId,
      first.sequence,
      batch.partDepth + 1,
      batch.firstSentAtMs,
    );
    moveRows(database, sinkName, own, Number(lastInsertRowid));
  }
}

/** Sets a single event, sent once more for proof, and with it its key aside for a person to look at. */
export function saveSetAside(
  database: Database,
  sinkName: string,
  batch: Batch,
  answer: Answer,
  nowMs: number,
): void {
  releaseBatch(database, batch.batchKey);
  database
    .prepare(
      `UPDATE delivery SET state = 'set_aside', batch_key = NULL, attempt_count = ?, set_aside_at_ms = ?,
         status = ?, answer = ?, error = ? WHERE batch_key = ?`,
    )
    .run(batch.attemptCount + 2, nowMs, answer.status, answer.answer, answer.message, batch.batchKey);
  // What went wrong stands with the dead letter from now on.
  database.prepare("UPDATE sink SET error = NULL, error_at_ms = NULL WHERE name = ?").run(sinkName);
}

function releaseBatch(database: Database, batchKey: number): void {
  database.prepare("DELETE FROM delivery_batch WHERE batch_key = ?").run(batchKey);
}

function loadKey(database: Database, sinkName: string, sequence: number): string {
  const row = database
    .prepare("SELECT partitionkey FROM delivery WHERE sink = ? AND sequence = ?")
    .get(sinkName, sequence);
  return String(row?.partitionkey);
}

function moveRows(
  database: Database,
  sinkName: string,
  rows: readonly { readonly sequence: number }[],
  batchKey: number | null,
): void {
  const update = database.prepare(
    "UPDATE delivery SET batch_key = ?, state = ? WHERE sink = ? AND sequence = ?",
  );
  for (const { sequence } of rows)
    update.run(batchKey, batchKey === null ? "waiting" : "batched", sinkName, sequence);
}
