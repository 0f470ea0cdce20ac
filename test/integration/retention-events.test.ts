import { describe, expect, it } from "vitest";
import type { Database } from "../../src/database/index.ts";
import {
  addRemap,
  addRun,
  addSink,
  insert,
  nowMs,
  oldMs,
  openFile,
  prune,
  read,
  tell,
  youngMs,
} from "./retention-file.ts";

const sequences = (database: Database) => read(database, "SELECT sequence FROM event ORDER BY sequence");

/** Five old events of five meters and a young one: what is kept of the old ones is kept for a reason. */
function openOutbox(): Database {
  const database = openFile();
  for (let number = 1; number <= 5; number += 1) tell(database, { key: `meter-${number}` });
  tell(database, { atMs: youngMs, key: "sync", type: "sync.published" });
  return database;
}

describe("change events that are older than they are to be kept", () => {
  it("go, and a reader is told from where on all are there", () => {
    const database = openOutbox();
    addSink(database, "file:/got-everything");
    insert(database, "event_count", { type: "t", subject: "meter-1", program: "", told: 7 });
    expect(prune(database)).toMatchObject({ events: 5, isComplete: true });
    expect(sequences(database)).toEqual([6]);
    expect(read(database, "SELECT first_sequence FROM snapshot_info")).toEqual([6]);
    // The ids of later events depend on it.
    expect(read(database, "SELECT told FROM event_count")).toEqual([7]);
  });

  it("go without any sink, too: readers have had their time", () => {
    const database = openOutbox();
    expect(prune(database).events).toBe(5);
  });

  it("stay while a sink has not got them, whether it is configured or not", () => {
    const database = openOutbox();
    addSink(database, "file:/got-everything");
    addSink(database, "webhook:nobody-knows-it-any-more", { settled_sequence: 2 });
    prune(database);
    expect(sequences(database)).toEqual([3, 4, 5, 6]);
    expect(read(database, "SELECT first_sequence FROM snapshot_info")).toEqual([3]);
  });

  for (const state of ["waiting", "batched", "set_aside"]) {
    it(`stay while they are ${state} for a sink`, () => {
      const database = openOutbox();
      addSink(database, "webhook:a");
      addSink(database, "webhook:b");
      insert(database, "delivery", {
        sink: "webhook:b",
        sequence: 3,
        partitionkey: "meter-3",
        run_id: "run-old",
        state,
      });
      expect(prune(database).events).toBe(4);
      expect(sequences(database)).toEqual([3, 6]);
      // A reader that stopped at 3 lacks 4 and 5.
      expect(read(database, "SELECT first_sequence FROM snapshot_info")).toEqual([6]);
      database.execute("DELETE FROM delivery");
      expect(prune(database).events).toBe(1);
    });
  }

  it("stay where a sink took them last: sent again, they show that its receiver takes anything", () => {
    const database = openOutbox();
    addSink(database, "webhook:a", { taken_sequence: 2 });
    prune(database);
    expect(sequences(database)).toEqual([2, 6]);
  });

  it("stay until they were looked through for those whose consumers report", () => {
    const database = openOutbox();
    addSink(database, "webhook:a", { looked_sequence: 2 });
    addSink(database, "webhook:b", { looked_sequence: 0, start_sequence: 4 });
    addSink(database, "webhook:not-asked");
    prune(database, { acknowledgedBy: ["webhook:a", "webhook:b", "webhook:not-there"] });
    expect(sequences(database)).toEqual([3, 4, 5, 6]);
    prune(database, { acknowledgedBy: ["webhook:b"] });
    expect(sequences(database)).toEqual([5, 6]);
  });

  for (const state of ["told", "rejected"]) {
    it(`stay while they are remaps that are ${state}, with all later ones of their meter`, () => {
      const database = openFile();
      for (const key of ["meter-1", "meter-2", "meter-1", "meter-1", "meter-2"]) tell(database, { key });
      tell(database, { atMs: youngMs });
      addRemap(database, 1, "superseded");
      addRemap(database, 2, "applied", "meter-2");
      addRemap(database, 3, state);
      addRemap(database, 4, "applied");
      addRemap(database, 5, "applied", "meter-2");
      expect(prune(database).events).toBe(3);
      expect(sequences(database)).toEqual([3, 4, 6]);
      expect(read(database, "SELECT sequence FROM told_remap ORDER BY 1")).toEqual([3, 4]);
      database.execute("UPDATE told_remap SET state = 'applied'");
      expect(prune(database).events).toBe(2);
      expect(read(database, "SELECT sequence FROM told_remap")).toEqual([]);
    });
  }

  it("stay where the mark beside the file names them, and the last one stays always", () => {
    const database = openFile();
    for (let number = 1; number <= 4; number += 1) tell(database);
    prune(database, { toldSequence: 2 });
    expect(sequences(database)).toEqual([2, 4]);
  });

  it("stay where they are of the last publication", () => {
    const database = openFile();
    for (const runId of ["run-a", "run-b", "run-c", "run-b"]) tell(database, { runId });
    tell(database, { atMs: youngMs });
    // The one that was released last was started first.
    addRun(database, { run_id: "run-b", published_at_ms: oldMs + 2 });
    addRun(database, { run_id: "run-a", published_at_ms: oldMs + 1 });
    addRun(database, { run_id: "run-c", status: "failed", published_at_ms: null });
    prune(database);
    expect(sequences(database)).toEqual([2, 4, 5]);
  });

  it("stay behind a younger one: a clock that was put back takes nothing away", () => {
    const database = openFile();
    for (const atMs of [oldMs, youngMs, oldMs, nowMs]) tell(database, { atMs });
    prune(database);
    expect(sequences(database)).toEqual([2, 3, 4]);
  });
});
