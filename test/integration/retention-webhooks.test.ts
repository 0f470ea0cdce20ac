import { expect, it } from "vitest";
import type { Database } from "../../src/database/index.ts";
import { insert, nowMs, oldMs, openFile, prune, read, youngMs } from "./retention-file.ts";

function addWebhook(database: Database, id: string, receivedAtMs: number | null, importedAtMs = nowMs): void {
  insert(database, "leap_webhook", {
    webhook_event_id: id,
    type: "meter.created",
    subject: "meter-1",
    fact: "{}",
    received_at_ms: receivedAtMs,
    copy_count: 1,
    imported_at_ms: importedAtMs,
  });
}

const left = (database: Database) => read(database, "SELECT webhook_event_id FROM leap_webhook ORDER BY 1");

it("captured webhooks go once they were received, or else imported, as long ago as events are kept", () => {
  const database = openFile();
  addWebhook(database, "a-old", oldMs);
  addWebhook(database, "b-old-in-a-young-import", oldMs, youngMs);
  addWebhook(database, "c-young", youngMs, oldMs);
  addWebhook(database, "d-timeless-old", null, oldMs);
  addWebhook(database, "e-timeless-young", null, youngMs);
  expect(prune(database)).toMatchObject({ events: 3, isComplete: true });
  expect(left(database)).toEqual(["c-young", "e-timeless-young"]);
});

it("they go a bounded part a run, and all of them in the end (I8)", () => {
  const database = openFile();
  for (let count = 0; count < 1_200; count++)
    addWebhook(database, `id-${count}`, count % 2 === 0 ? oldMs : null, oldMs);
  expect(prune(database, {}, { rowCountMax: 600 })).toMatchObject({ events: 1_000, isComplete: false });
  expect(prune(database)).toMatchObject({ events: 200, isComplete: true });
  expect(left(database)).toEqual([]);
});
