import { type Database, inTransaction } from "../database/index.ts";

/** Which dead letters a person decides on. */
export type DeadLetterChoice = {
  /** `null` for those of every sink. */
  readonly sink: string | null;
  readonly sequences: readonly number[] | "all";
};

type DeadLetter = {
  readonly sink: string;
  readonly sequence: number;
  readonly eventId: string;
  readonly type: string;
};

/** Makes dead letters due again, and what waits behind them once they are taken; returns how many. */
export function resendDeadLetters(database: Database, choice: DeadLetterChoice): number {
  return inTransaction(database, () => {
    const chosen = loadChosen(database, choice);
    const insert = database.prepare(
      "INSERT INTO delivery_batch (sink, webhook_id, first_sequence) VALUES (?, ?, ?)",
    );
    const update = database.prepare(
      `UPDATE delivery SET state = ?, batch_key = ?, attempt_count = 0, set_aside_at_ms = NULL
       WHERE sink = ? AND sequence = ?`,
    );
    for (const { sink, sequence, eventId, type } of chosen) {
      // The end of a run waits for what is sent again of that run.
      if (type === "sync.published") {
        update.run("waiting", null, sink, sequence);
        continue;
      }
      // Its only event is its own id: the receiver may know the request from before.
      const { lastInsertRowid } = insert.run(sink, eventId, sequence);
      update.run("batched", Number(lastInsertRowid), sink, sequence);
    }
    return chosen.length;
  });
}

/** Drops dead letters for good: what waits behind them becomes due. Returns how many. */
export function dropDeadLetters(database: Database, choice: DeadLetterChoice): number {
  return inTransaction(database, () => {
    const chosen = loadChosen(database, choice);
    const drop = database.prepare("DELETE FROM delivery WHERE sink = ? AND sequence = ?");
    for (const { sink, sequence } of chosen) drop.run(sink, sequence);
    return chosen.length;
  });
}

/** Sends again to a sink that was disabled, or waits; false where there is no such sink. */
export function enableSink(database: Database, name: string): boolean {
  return inTransaction(database, () => {
    const { changes } = database
      .prepare("UPDATE sink SET disabled_at_ms = NULL, retry_at_ms = NULL, failure_count = 0 WHERE name = ?")
      .run(name);
    // What gave trouble alone may have met with what is mended now.
    database
      .prepare(
        "UPDATE delivery_batch SET next_attempt_at_ms = 0 WHERE sink = ? AND next_attempt_at_ms IS NOT NULL",
      )
      .run(name);
    return changes > 0;
  });
}

function loadChosen(database: Database, { sink, sequences }: DeadLetterChoice): DeadLetter[] {
  const rows = database
    .prepare(
      `SELECT d.sink, d.sequence, e.id, e.type FROM delivery d JOIN event e ON e.sequence = d.sequence
       WHERE d.state = 'set_aside' AND (@sink IS NULL OR d.sink = @sink)
         AND (@sequences IS NULL OR d.sequence IN (SELECT value FROM json_each(@sequences)))
       ORDER BY d.sink, d.sequence`,
    )
    .all({ sink, sequences: sequences === "all" ? null : JSON.stringify(sequences) });
  return rows.map((row) => ({
    sink: String(row.sink),
    sequence: Number(row.sequence),
    eventId: String(row.id),
    type: String(row.type),
  }));
}
