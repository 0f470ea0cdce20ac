import { describe, expect, it } from "vitest";
import type { Invocation } from "../../src/cli/invocation.ts";
import { runForget } from "../../src/cli/run-forget.ts";
import type { Config } from "../../src/config/index.ts";
import { acquireLock, type Database } from "../../src/database/index.ts";
import { forgetSink } from "../../src/delivery/index.ts";
import { addRemap, addSink, insert, nowMs, openFile, prune, read, tell, youngMs } from "./retention-file.ts";

/** Three old events and a young one; `webhook:old` has got the first, and refused the second. */
function openSinks(): Database {
  const database = openFile();
  for (const key of ["meter-1", "meter-2", "meter-3"]) tell(database, { key });
  tell(database, { atMs: youngMs });
  addSink(database, "webhook:old", { settled_sequence: 2, looked_sequence: 4, start_sequence: 0 });
  addSink(database, "webhook:ems", { settled_sequence: 4, looked_sequence: 4, start_sequence: 1 });
  addSink(database, "file:/there", { settled_sequence: 4 });
  const row = { sequence: 2, partitionkey: "meter-2", run_id: "run-old" };
  insert(database, "delivery", { sink: "webhook:old", ...row, state: "set_aside" });
  insert(database, "delivery", { sink: "webhook:ems", ...row, state: "waiting" });
  insert(database, "delivery_batch", { sink: "webhook:old", webhook_id: "w", first_sequence: 1 });
  return database;
}

async function forget(
  database: Database,
  name: string,
  { yes = false, configured = ["webhook:ems"], format = "json", acknowledgedBy = ["webhook:ems"] } = {},
): Promise<string> {
  const written: string[] = [];
  const note = () => undefined;
  const config = {
    databasePath: database.path,
    leap: { baseUrl: "http://127.0.0.1:1" },
    sinks: configured.map((each) => ({ kind: "file", name: each })),
    acknowledgedBy,
  } as unknown as Config;
  const invocation = {
    clock: { now: () => nowMs },
    realClock: { now: () => nowMs },
    nowMs: null,
    format,
    output: { write: async (text: string) => void written.push(text), isTerminal: false },
    loadConfig: async () => config,
    openLogger: async () => ({ debug: note, info: note, warn: note, error: note }),
  } as unknown as Invocation;
  expect(await runForget(invocation, { yes }, [name])).toBe(0);
  return written.join("");
}

describe("a sink that is not configured any more", () => {
  it("is not forgotten while it has something to lose, unless that is said to be fine", async () => {
    const database = openSinks();
    const refused = forget(database, "old");
    await expect(refused).rejects.toThrow(/webhook:old has 2 events still to get and 1 dead letter: nothing/);
    await expect(refused).rejects.toMatchObject({ kind: "usage" });
    expect(read(database, "SELECT count(*) FROM sink")).toEqual([3]);
    expect(read(database, "SELECT count(*) FROM delivery")).toEqual([2]);
  });

  it("is forgotten with all that waits for it, and with nothing of others", async () => {
    const database = openSinks();
    prune(database);
    expect(read(database, "SELECT sequence FROM event")).toEqual([2, 3, 4]);
    const record = JSON.parse(await forget(database, "webhook:old", { yes: true }));
    expect(record).toEqual({
      sink: "webhook:old",
      is_forgotten: true,
      undelivered: 2,
      set_aside: 1,
      remaps: 0,
    });
    expect(read(database, "SELECT name FROM sink ORDER BY 1")).toEqual(["file:/there", "webhook:ems"]);
    expect(read(database, "SELECT sink FROM delivery")).toEqual(["webhook:ems"]);
    expect(read(database, "SELECT count(*) FROM delivery_batch")).toEqual([0]);
    prune(database);
    expect(read(database, "SELECT sequence FROM event")).toEqual([2, 4]);
  });

  it("goes without a word where it has got everything", async () => {
    const database = openSinks();
    expect(await forget(database, "file:/there", { format: "table" })).toBe(
      "file:/there is forgotten, with 0 events still to get and 0 dead letters\n",
    );
  });

  it("is waited for no more: remaps that nobody else was to act on are let go", async () => {
    const database = openSinks();
    for (const [sequence, state] of [
      [1, "told"],
      [2, "rejected"],
      [3, "applied"],
    ] as const) {
      addRemap(database, sequence, state, `meter-${sequence}`);
    }
    // webhook:ems began behind the first one.
    const record = JSON.parse(await forget(database, "old", { yes: true }));
    expect(record.remaps).toBe(1);
    expect(read(database, "SELECT sequence FROM told_remap")).toEqual([2, 3]);
  });

  it("leaves nobody to act on what the others do not want", () => {
    const database = openSinks();
    addRemap(database, 1, "applied");
    addRemap(database, 2, "told", "meter-2");
    addRemap(database, 3, "told", "meter-3");
    const isWanted = (_: string, { event }: { readonly event: string }) => event === "{}";
    database.execute(`UPDATE event SET event = '{"other":1}' WHERE sequence = 3`);
    const options = { mayLose: true, acknowledgedBy: ["webhook:ems"], isWanted };
    expect(forgetSink(database, "webhook:old", options).remaps).toBe(1);
    expect(read(database, "SELECT sequence FROM told_remap")).toEqual([1, 2]);
  });

  it("leaves remaps alone that it was never waited for", async () => {
    const database = openSinks();
    addRemap(database, 1, "told");
    await forget(database, "file:/there", { acknowledgedBy: [] });
    expect(read(database, "SELECT sequence FROM told_remap")).toEqual([1]);
    await forget(database, "old", { yes: true, acknowledgedBy: [] });
    expect(read(database, "SELECT sequence FROM told_remap")).toEqual([]);
  });
});

describe("forget", () => {
  it("refuses a sink that is configured, and one that nobody knows", async () => {
    const database = openSinks();
    await expect(forget(database, "ems", { yes: true })).rejects.toThrow(/is among METER_SYNC_SINKS/);
    await expect(forget(database, "nobody", { yes: true })).rejects.toThrow(/no sink nobody: there are/);
    expect(read(database, "SELECT count(*) FROM sink")).toEqual([3]);
  });

  it("refuses while a run is under way, which delivers to the sink at its end", async () => {
    const database = openSinks();
    const lock = acquireLock(`${database.path}.lock`, "a run");
    await expect(forget(database, "file:/there")).rejects.toMatchObject({ kind: "locked" });
    expect(read(database, "SELECT count(*) FROM sink")).toEqual([3]);
    lock.release();
    await forget(database, "file:/there");
    expect(read(database, "SELECT count(*) FROM sink")).toEqual([2]);
  });

  it("waits for a delivery that is under way", async () => {
    const database = openSinks();
    const lock = acquireLock(`${database.path}.deliver.lock`, "a delivery");
    const forgotten = forget(database, "file:/there");
    await new Promise((resolve) => setImmediate(resolve));
    expect(read(database, "SELECT count(*) FROM sink")).toEqual([3]);
    lock.release();
    await forgotten;
    expect(read(database, "SELECT count(*) FROM sink")).toEqual([2]);
  });
});
