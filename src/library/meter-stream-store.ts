import { loadMeters, type Reader } from "../reader/index.ts";
import type { Meter } from "./rows.ts";
import type { MeterFilter } from "./snapshot.ts";

/** What is being iterated in a view of a file: it is ended before the view can be closed. */
export type Streams = Set<Generator<Meter>>;

/**
 * The meters, one at a time, each looked for by `within`, which throws where they are not shown any more: to
 * end early must not look like the end.
 * A kept statement gives one iteration at a time, so one within another has a statement of its own.
 */
export function* streamMeters(
  reader: Reader,
  streams: Streams,
  filter: MeterFilter,
  within: <T>(look: () => T) => T,
): Generator<Meter, void, undefined> {
  const rows = within(() => loadMeters(streams.size === 0 ? reader : toUnkept(reader), filter));
  streams.add(rows);
  try {
    for (;;) {
      const next = within(() => rows.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    streams.delete(rows);
    rows.return(undefined);
  }
}

function toUnkept(reader: Reader): Reader {
  const { database } = reader;
  const prepare = (sql: string) => database.connection.prepare(sql) as ReturnType<typeof database.prepare>;
  return { ...reader, database: { ...database, prepare } };
}
