import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { type DueEvent, deliverDue, openSinks, registerSinks, type Sink } from "../../src/delivery/index.ts";
import { Failure } from "../../src/failure/index.ts";
import { appendToOutbox, loadSettledSequence, parseSequences, toEvent, toRange } from "../contract/outbox.ts";

let folder: string;
let database: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "delivery-"));
  database = openDatabase(join(folder, "meter-sync.sqlite"));
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const clock = { now: () => 1_000 };
const signal = new AbortController().signal;

function makeSink(name: string, overrides: Partial<Sink> = {}): Sink & { readonly batches: DueEvent[][] } {
  const batches: DueEvent[][] = [];
  const deliver: Sink["deliver"] = async (batch) => void batches.push([...batch]);
  return { name, batches, deliver, lastHeld: () => null, close: () => undefined, ...overrides };
}

describe("registering a sink", () => {
  it("starts a new one at now: what was published before is not for it", async () => {
    appendToOutbox(database, 1, 5);
    const sink = makeSink("new");
    registerSinks(database, [sink], 42);
    appendToOutbox(database, 6, 7);
    await deliverDue(database, [sink], { signal, clock });
    expect(sink.batches.flat().map(({ sequence }) => sequence)).toEqual([6, 7]);
  });

  it("starts at the first event in a database that has no stream yet", () => {
    registerSinks(database, [makeSink("early")], 42);
    expect(loadSettledSequence(database, "early")).toBe(0);
  });

  it("leaves a sink that is known already where it is", () => {
    const sink = makeSink("known");
    registerSinks(database, [sink], 42);
    appendToOutbox(database, 1, 5);
    registerSinks(database, [sink, makeSink("new")], 43);
    expect(loadSettledSequence(database, "known")).toBe(0);
    expect(loadSettledSequence(database, "new")).toBe(5);
  });
});

describe("delivering what is due", () => {
  it("does nothing when nothing is due, and makes no file", async () => {
    const path = join(folder, "events.ndjson");
    const sinks = openSinks([{ kind: "file", name: "file", path }], { stdout: new PassThrough() });
    registerSinks(database, sinks, 0);
    const report = await deliverDue(database, sinks, { signal, clock });
    expect(report).toEqual({ delivered: { file: 0 }, due: { file: 0 }, failures: [] });
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it("is over with a second call: nothing is sent again", async () => {
    const sink = makeSink("once");
    registerSinks(database, [sink], 0);
    appendToOutbox(database, 1, 3);
    await deliverDue(database, [sink], { signal, clock });
    await deliverDue(database, [sink], { signal, clock });
    expect(sink.batches).toEqual([toRange(1, 3).map((sequence) => toEvent(sequence))]);
  });

  it("keeps batches within 500 events and 8 MiB (I8)", async () => {
    const sink = makeSink("bounded");
    registerSinks(database, [sink], 0);
    appendToOutbox(database, 1, 501);
    appendToOutbox(database, 502, 505, "x".repeat(3 * 1024 * 1024));
    await deliverDue(database, [sink], { signal, clock });
    const sizes = sink.batches.map((batch) => batch.length);
    expect(sizes).toEqual([500, 3, 2]);
    expect(sink.batches.flat().map(({ sequence }) => sequence)).toEqual(toRange(1, 505));
  });

  it("sends an event larger than a batch on its own", async () => {
    const sink = makeSink("large");
    registerSinks(database, [sink], 0);
    appendToOutbox(database, 1, 2, "x".repeat(9 * 1024 * 1024));
    await deliverDue(database, [sink], { signal, clock });
    expect(sink.batches.map((batch) => batch.length)).toEqual([1, 1]);
  });

  it("notes when a sink was settled last", async () => {
    const sink = makeSink("noted");
    registerSinks(database, [sink], 7);
    appendToOutbox(database, 1, 1);
    await deliverDue(database, [sink], { signal, clock });
    expect(database.prepare("SELECT * FROM sink").all()).toEqual([
      { name: "noted", settled_sequence: 1, created_at_ms: 7, settled_at_ms: 1_000 },
    ]);
  });

  it("delivers a later event only after the earlier ones are settled (I6)", async () => {
    let failing = true;
    const arrived: number[] = [];
    const sink = makeSink("flaky", {
      deliver: async (batch) => {
        if (failing) throw new Failure("environment", "down");
        arrived.push(...batch.map(({ sequence }) => sequence));
      },
    });
    registerSinks(database, [sink], 0);
    appendToOutbox(database, 1, 2);
    const report = await deliverDue(database, [sink], { signal, clock });
    expect(report.failures).toEqual([{ sink: "flaky", message: "down" }]);
    appendToOutbox(database, 3, 4);
    failing = false;
    await deliverDue(database, [sink], { signal, clock });
    expect(arrived).toEqual([1, 2, 3, 4]);
  });

  it("serves the other sinks before it makes a bug in one known", async () => {
    const buggy = makeSink("buggy", { deliver: async () => Promise.reject(new TypeError("not a function")) });
    const sound = makeSink("sound");
    registerSinks(database, [buggy, sound], 0);
    appendToOutbox(database, 1, 1);
    await expect(deliverDue(database, [buggy, sound], { signal, clock })).rejects.toThrow("not a function");
    expect(loadSettledSequence(database, "sound")).toBe(1);
    expect(loadSettledSequence(database, "buggy")).toBe(0);
  });

  it("stops between batches when it is told to, keeps what is settled and fails nobody", async () => {
    const controller = new AbortController();
    const first = makeSink("first", { deliver: async () => controller.abort() });
    const second = makeSink("second");
    registerSinks(database, [first, second], 0);
    appendToOutbox(database, 1, 600);
    const report = await deliverDue(database, [first, second], { signal: controller.signal, clock });
    expect(report).toEqual({
      delivered: { first: 500, second: 0 },
      due: { first: 100, second: 600 },
      failures: [],
    });
  });
});

describe("what a sink provably holds already", () => {
  async function deliverHeld(held: { sequence: number; id: string } | null): Promise<number[]> {
    const sink = makeSink("holding", { lastHeld: () => held });
    registerSinks(database, [sink], 0);
    appendToOutbox(database, 1, 5);
    await deliverDue(database, [sink], { signal, clock });
    return sink.batches.flat().map(({ sequence }) => sequence);
  }

  it("is settled without being sent again", async () => {
    expect(await deliverHeld({ sequence: 3, id: "id-3" })).toEqual([4, 5]);
  });

  it("counts only where sequence and id are of one event of ours", async () => {
    expect(await deliverHeld({ sequence: 3, id: "id-4" })).toEqual([1, 2, 3, 4, 5]);
  });

  it("counts not at all where the event is from another stream", async () => {
    expect(await deliverHeld({ sequence: 99, id: "id-99" })).toEqual([1, 2, 3, 4, 5]);
  });

  it("never moves a sink backwards", async () => {
    await deliverHeld({ sequence: 5, id: "id-5" });
    const sink = makeSink("holding", { lastHeld: () => ({ sequence: 2, id: "id-2" }) });
    await deliverDue(database, [sink], { signal, clock });
    expect(loadSettledSequence(database, "holding")).toBe(5);
    expect(sink.batches).toEqual([]);
  });
});

describe("the file", () => {
  function openFile(path: string): Sink[] {
    return openSinks([{ kind: "file", name: "file", path }], { stdout: new PassThrough() });
  }

  it("is made with its folder, for its owner only", async () => {
    const path = join(folder, "a", "b", "events.ndjson");
    const sinks = openFile(path);
    registerSinks(database, sinks, 0);
    appendToOutbox(database, 1, 1);
    await deliverDue(database, sinks, { signal, clock });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("goes on after its last event over several runs, torn lines mended", async () => {
    const path = join(folder, "events.ndjson");
    registerSinks(database, openFile(path), 0);
    for (const [first, last] of [
      [1, 2],
      [3, 5],
      [6, 6],
    ] as const) {
      appendToOutbox(database, first, last);
      const sinks = openFile(path);
      const report = await deliverDue(database, sinks, { signal, clock });
      expect(report.failures).toEqual([]);
      for (const sink of sinks) sink.close();
      expect(parseSequences(readFileSync(path, "utf8"))).toEqual(toRange(1, last));
      writeFileSync(path, '{"specversion":"1', { flag: "a" });
    }
  });

  it("says what to do where it cannot be made", async () => {
    writeFileSync(join(folder, "taken"), "");
    const sinks = openFile(join(folder, "taken", "events.ndjson"));
    registerSinks(database, sinks, 0);
    appendToOutbox(database, 1, 1);
    const report = await deliverDue(database, sinks, { signal, clock });
    expect(report.failures[0]?.message).toMatch(
      /events\.ndjson: a part of the path is a file; name another$/,
    );
  });

  it("takes nothing but a regular file", async () => {
    const sinks = openFile("/dev/null");
    registerSinks(database, sinks, 0);
    appendToOutbox(database, 1, 1);
    const report = await deliverDue(database, sinks, { signal, clock });
    expect(report.failures[0]?.message).toBe(
      "cannot append events to /dev/null: it is not a regular file; name another",
    );
  });
});
