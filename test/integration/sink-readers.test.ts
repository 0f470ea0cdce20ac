import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import {
  loadDeadLetter,
  loadDeadLetters,
  loadEvents,
  loadSinkNames,
  loadSinkStates,
  toReader,
} from "../../src/reader/index.ts";
import { fillSmallDatabase, insert, meter, publishedAtMs } from "./small-database.ts";

const folder = mkdtempSync(join(tmpdir(), "sink-readers-"));
let database: Database;

beforeAll(() => {
  fillSmallDatabase(join(folder, "small.sqlite"));
  database = openDatabase(join(folder, "small.sqlite"));
  for (const name of ["webhook:a", "webhook:b"]) insertSink(name);
  insertDelivery("webhook:a", 1, "set_aside", meter.hostile);
  insertDelivery("webhook:a", 2, "set_aside", meter.plain);
  insertDelivery("webhook:a", 3, "waiting", meter.plain);
  insertDelivery("webhook:b", 2, "set_aside", meter.plain);
  insertDelivery("webhook:b", 3, "batched", "run-1");
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the sinks", () => {
  it("have undelivered what is beyond their place, and what it has passed that is not set aside", () => {
    const counts = loadSinkStates(toReader(database)).map(({ name, undelivered, set_aside: setAside }) => ({
      name,
      undelivered,
      setAside,
    }));
    expect(counts).toEqual([
      { name: "file:/events.ndjson", undelivered: 2, setAside: 0 },
      { name: "webhook:a", undelivered: 1, setAside: 2 },
      { name: "webhook:b", undelivered: 1, setAside: 1 },
    ]);
  });

  it("say since when the oldest is undelivered, and what is wrong, as instants", () => {
    const [, sink] = loadSinkStates(toReader(database));
    expect(sink).toEqual({
      name: "webhook:a",
      settled_sequence: 3,
      start_sequence: 0,
      settled_at: null,
      undelivered: 1,
      set_aside: 2,
      oldest_undelivered_at: "2026-10-28T06:17:00.000Z",
      retry_at: "2026-10-28T06:18:00.000Z",
      disabled_at: null,
      failure_count: 2,
      error: "no answer",
      error_at: "2026-10-28T06:17:00.000Z",
    });
  });

  it("have no oldest event where nothing is undelivered", () => {
    insertSink("webhook:done");
    const state = loadSinkStates(toReader(database)).find(({ name }) => name === "webhook:done");
    expect(state).toMatchObject({ undelivered: 0, oldest_undelivered_at: null });
    database.execute("DELETE FROM sink WHERE name = 'webhook:done'");
  });

  it("are known by their names", () => {
    expect(loadSinkNames(toReader(database))).toEqual(["file:/events.ndjson", "webhook:a", "webhook:b"]);
  });
});

describe("dead letters", () => {
  it("come sink by sink in order, with how many of their key wait for them at that sink", () => {
    const rows = [...loadDeadLetters(toReader(database))];
    expect(rows.map(({ sink, sequence, waiting }) => [sink, sequence, waiting])).toEqual([
      ["webhook:a", 1, 0],
      ["webhook:a", 2, 1],
      ["webhook:b", 2, 0],
    ]);
    expect(rows[1]).toMatchObject({
      type: "meter.group.remapped",
      subject: meter.plain,
      set_aside_at: "2026-10-28T06:17:00.000Z",
      attempts: 2,
      status: 422,
      error: "refused",
    });
  });

  it.each([
    [{ sink: "webhook:b" }, [2]],
    [{ types: ["meter.created"] }, [1]],
    [{ types: ["meter.group.*"] }, [2, 2]],
    [{ types: ["meter.c*", "meter.group.remapped"], sink: "webhook:a" }, [1, 2]],
    [{ types: ["*.created"] }, []],
    [{ limit: 1 }, [1]],
  ])("are narrowed by %j", (filter, sequences) => {
    expect([...loadDeadLetters(toReader(database), filter)].map((row) => row.sequence)).toEqual(sequences);
  });

  it("are shown with the last answer and the event, once for each sink that refused it", () => {
    const letters = loadDeadLetter(toReader(database), 2);
    expect(letters.map(({ sink }) => sink)).toEqual(["webhook:a", "webhook:b"]);
    expect(letters[0]?.answer).toBe("I do not want it");
    expect(JSON.parse(letters[0]?.event ?? "")).toMatchObject({ type: "meter.group.remapped" });
    expect(loadDeadLetter(toReader(database), 3)).toEqual([]);
  });
});

describe("change events", () => {
  it.each([
    [["meter.*"], [1, 2]],
    [
      ["meter.group.remapped", "sync.*"],
      [2, 3],
    ],
    [["m?ter.*"], []],
    [["*"], [1, 2, 3]],
  ])("of the types %j are these", (types, sequences) => {
    expect([...loadEvents(toReader(database), { types })].map((row) => row.sequence)).toEqual(sequences);
  });
});

function insertSink(name: string): void {
  insert(database, "sink", {
    name,
    settled_sequence: 3,
    created_at_ms: publishedAtMs,
    retry_at_ms: publishedAtMs + 60_000,
    failure_count: 2,
    error: "no answer",
    error_at_ms: publishedAtMs,
  });
}

function insertDelivery(sink: string, sequence: number, state: string, partitionkey: string): void {
  const isSetAside = state === "set_aside";
  insert(database, "delivery", {
    sink,
    sequence,
    partitionkey,
    run_id: "run-1",
    state,
    ...(isSetAside
      ? { attempt_count: 2, set_aside_at_ms: publishedAtMs, status: 422, error: "refused" }
      : {}),
    ...(isSetAside ? { answer: "I do not want it" } : {}),
  });
}
