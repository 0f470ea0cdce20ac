import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { insert, openPreviousSchema } from "./previous-schema.ts";

it("a file of an earlier release: its old revisions are as old as its last publication (I4)", () => {
  const folder = mkdtempSync(join(tmpdir(), "retention-upgrade-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "old.sqlite");
  const old = openPreviousSchema(path);
  insert(old, "stream", { id: 1, stream_id: "s", published_at_ms: 1234, last_sequence: 7 });
  insert(old, "meter", { meter_key: 1, meter_id: "meter-1", head_revision_id: 3 });
  insert(old, "meter", { meter_key: 2, meter_id: "meter-2", head_revision_id: null });
  for (const [id, meterKey] of [
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 1],
    [5, 2],
  ] as const) {
    insert(old, "revision", {
      revision_id: id,
      meter_key: meterKey,
      api_version: "v2",
      fingerprint: "f",
      transmission_region: "CAISO",
      tags: "[]",
      dispatchable: 1,
      action_required: 0,
      required_actions: "[]",
      is_archived: 0,
      document: "{}",
    });
  }
  // Read by a run that is not published yet, and planned by one that is held back.
  const staged = { run_key: 2, window_ordinal: 0, staged_order: 1 };
  insert(old, "staged_revision", { ...staged, meter_key: 1, revision_id: 4 });
  insert(old, "staged_head", { run_key: 3, meter_key: 2, revision_id: 5, is_changed: 1 });
  old.close();
  const database = openDatabase(path);
  onTestFinished(database.close);
  expect(database.prepare("SELECT * FROM replaced_revision").all()).toEqual([
    { replaced_at_ms: 1234, revision_id: 1 },
    { replaced_at_ms: 1234, revision_id: 2 },
  ]);
  expect(database.prepare("SELECT first_sequence, last_sequence FROM snapshot_info").all()).toEqual([
    { first_sequence: 1, last_sequence: 7 },
  ]);
});
