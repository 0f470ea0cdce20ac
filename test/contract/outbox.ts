import { type Database, inTransaction } from "../../src/database/index.ts";

/**
 * A change event as the outbox holds it: its sequence and id are its own, the rest does not matter to a sink.
 */
export function toEvent(sequence: number, padding = ""): { sequence: number; id: string; event: string } {
  const id = `id-${sequence}`;
  const event = JSON.stringify({
    specversion: "1.0",
    id,
    sequence: String(sequence).padStart(19, "0"),
    data: { padding },
  });
  return { sequence, id, event };
}

/** Puts the events `first` to `last` into the outbox, as a publication would. */
export function appendToOutbox(database: Database, first: number, last: number, padding = ""): void {
  inTransaction(database, () => {
    const append = database.prepare(
      `INSERT INTO event (sequence, id, type, subject, partitionkey, time_ms, run_id, event)
       VALUES (?, ?, 'meter.created', 'meter-1', 'meter-1', 0, 'run-1', ?)`,
    );
    for (let sequence = first; sequence <= last; sequence += 1) {
      const { id, event } = toEvent(sequence, padding);
      append.run(sequence, id, event);
    }
    database
      .prepare(
        `INSERT INTO stream (id, stream_id, last_sequence) VALUES (1, 'stream-1', ?)
         ON CONFLICT (id) DO UPDATE SET last_sequence = excluded.last_sequence`,
      )
      .run(last);
  });
}

export function loadSettledSequence(database: Database, sinkName: string): number | undefined {
  const row = database.prepare("SELECT settled_sequence FROM sink WHERE name = ?").get(sinkName);
  return row === undefined ? undefined : Number(row.settled_sequence);
}

/** The sequences of NDJSON events, in order; throws where a line is not whole. */
export function parseSequences(ndjson: string): number[] {
  if (ndjson !== "" && !ndjson.endsWith("\n")) throw new Error("the last line is torn");
  const lines = ndjson.split("\n").slice(0, -1);
  return lines.map((line) => Number((JSON.parse(line) as { sequence: string }).sequence));
}

export function toRange(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
