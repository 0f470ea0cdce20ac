import { expect, it } from "vitest";
import type { Database } from "../../src/database/index.ts";
import { insert, openFile, prune, read } from "./retention-file.ts";

/** Of the day of the test, 2026-11-10, thirty days are kept, and one more for zones. */
const dates = ["2026-10-09", "2026-10-10", "2026-11-10"];

function addCheck(database: Database, tradeDate: string, eventId = "slot"): void {
  const texts = ["target_id", "test", "sent_basis", "verdict", "content_sha256"];
  const lists = ["event_types", "programs", "missing_here", "missing_there"];
  const counts = ["dispatched", "published", "missing_here", "missing_there"].map((name) => `${name}_count`);
  const flags = ["is_cancelled", "is_voluntary", "is_counted"];
  const instants = ["start", "end", "sent_at", "first_checked_at", "checked_at"].map((name) => `${name}_ms`);
  insert(database, "dispatch_check", {
    level: "group",
    event_id: eventId,
    trade_date: tradeDate,
    ...Object.fromEntries(texts.map((name) => [name, "text"])),
    ...Object.fromEntries(lists.map((name) => [name, "[]"])),
    ...Object.fromEntries([...counts, ...flags, ...instants].map((name) => [name, 0])),
  });
}

const left = (database: Database) => read(database, "SELECT trade_date FROM dispatch_check ORDER BY 1");

it("what became of dispatches goes by trade date, as the history of groups does", () => {
  const database = openFile();
  for (const date of dates) addCheck(database, date);
  expect(prune(database)).toMatchObject({ history: 1, isComplete: true });
  expect(left(database)).toEqual(dates.slice(1));
});

it("goes a bounded part a run, and all of it in the end (I8)", () => {
  const database = openFile();
  for (let slot = 0; slot < 1_200; slot++) addCheck(database, "2026-01-01", `slot-${slot}`);
  expect(prune(database, {}, { rowCountMax: 600 })).toMatchObject({ history: 1_000, isComplete: false });
  expect(prune(database)).toMatchObject({ history: 200, isComplete: true });
  expect(left(database)).toEqual([]);
});
