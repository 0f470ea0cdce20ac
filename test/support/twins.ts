import type { Database } from "../../src/database/index.ts";
import { readEvents, readSnapshot } from "./views.ts";

/** What two databases with the same stream id must have in common, whatever it took them to get there. */
export function readTwin(database: Database) {
  const told = readEvents(database).filter(({ type }) => type !== "sync.failed");
  return {
    ...readSnapshot(database),
    events: told.map(({ id, type, subject, partitionkey, event }) =>
      // What a run tells of itself names the run, and a repeated one is another.
      type === "sync.held"
        ? JSON.stringify([type, event.data.checksum, event.data.trips])
        : type === "sync.published"
          ? JSON.stringify([id, type])
          : JSON.stringify([id, type, subject, partitionkey, event.data]),
    ),
  };
}
