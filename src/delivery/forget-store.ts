import { type Database, inTransaction } from "../database/index.ts";
import { countDue, countSetAside } from "./delivery-store.ts";

/** What would be lost, or was, with a sink. */
export type Forgotten = {
  /** False where there is something to lose, and that was not said to be fine. */
  readonly isForgotten: boolean;
  readonly undelivered: number;
  /** Its dead letters. */
  readonly setAside: number;
  /** Remaps that nobody is left to report on. */
  readonly remaps: number;
};

export type ForgetOptions = {
  /** Whether it may go with what it has still to get. */
  readonly mayLose: boolean;
  /** The sinks whose consumers report. */
  readonly acknowledgedBy: readonly string[];
  readonly isWanted: (sinkName: string, event: { readonly type: string; readonly event: string }) => boolean;
};

/**
 * Removes a sink's registration, its place and what it has still to get, all or nothing. What it leaves
 * behind in the outbox is kept for others, or for as long as any event is.
 */
export function forgetSink(database: Database, name: string, options: ForgetOptions): Forgotten {
  return inTransaction(database, () => {
    const sink = database.prepare("SELECT looked_sequence FROM sink WHERE name = ?").get(name);
    if (sink === undefined) throw new Error(`the sink ${name} has not been registered`);
    const undelivered = countDue(database, name);
    const setAside = countSetAside(database, name);
    if (undelivered + setAside > 0 && !options.mayLose) {
      return { isForgotten: false, undelivered, setAside, remaps: 0 };
    }
    for (const table of ["delivery", "delivery_batch"]) {
      database.prepare(`DELETE FROM ${table} WHERE sink = ?`).run(name);
    }
    database.prepare("DELETE FROM sink WHERE name = ?").run(name);
    // Its consumer was waited for: what only that one was to act on nobody ever will.
    const remaps = Number(sink.looked_sequence) > 0 ? releaseRemaps(database, options) : 0;
    return { isForgotten: true, undelivered, setAside, remaps };
  });
}

/** Lets go of open remaps that none of the sinks that are left and acknowledged is to get. */
function releaseRemaps(database: Database, { acknowledgedBy, isWanted }: ForgetOptions): number {
  const left = database
    .prepare("SELECT name, start_sequence FROM sink WHERE name IN (SELECT value FROM json_each(?))")
    .all(JSON.stringify(acknowledgedBy))
    .map((row) => ({ name: String(row.name), start: Number(row.start_sequence) }));
  const rows = database
    .prepare(
      `SELECT t.sequence, e.type, e.event FROM told_remap t JOIN event e ON e.sequence = t.sequence
       WHERE t.state IN ('told', 'rejected')`,
    )
    .iterate();
  const released: number[] = [];
  for (const row of rows) {
    const sequence = Number(row.sequence);
    const told = { type: String(row.type), event: String(row.event) };
    if (!left.some(({ name, start }) => start < sequence && isWanted(name, told))) released.push(sequence);
  }
  const release = database.prepare("DELETE FROM told_remap WHERE sequence = ?");
  for (const sequence of released) release.run(sequence);
  return released.length;
}
