import type { Database } from "./open.ts";

/** Whatever is not a promise: the later writes of an `async` body would land outside of any transaction. */
type Settled<T> = T extends PromiseLike<unknown> ? never : T;

/** Runs the body in one immediate transaction: all of it or nothing. The body must be synchronous. */
export function inTransaction<T>(database: Database, body: () => Settled<T>): T {
  return database.connection.transaction(body as () => T).immediate();
}
