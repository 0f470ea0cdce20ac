import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import {
  type AppendSink,
  type DueEvent,
  deliverDue,
  openSinks,
  registerSinks,
} from "../../src/delivery/index.ts";
import { Failure } from "../../src/failure/index.ts";
import { appendToOutbox, loadSettledSequence, toEvent, toRange } from "../contract/outbox.ts";

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
const random = () => 0.5;
const signal = new AbortController().signal;

function makeSink(
  name: string,
  overrides: Partial<AppendSink> = {},
): AppendSink & { readonly batches: DueEvent[][] } {
  const batches: DueEvent[][] = [];
  const deliver: AppendSink["deliver"] = async (batch) => void batches.push([...batch]);
  return {
    kind: "append",
    name,
    batches,
    deliver,
    lastHeld: () => null,
    close: () => undefined,
    ...overrides,
  };
}

describe("registering a sink", () => {
  it("starts a new one at now: what was published before is not for it", async () => {
    appendToOutbox(database, 1, 5);
    const sink = makeSink("new");
    registerSinks(database, [sink], 42);
    appendToOutbox(database, 6, 7);
    await deliverDue(database, [sink], { signal, clock, random });
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
    const sinks = openSinks([{ kind: "file", name: "file", path }], {
      stdout: new PassThrough(),
      now: clock.now,
    });
    registerSinks(database, sinks, 0);
    const report = await deliverDue(database, sinks, { signal, clock, random });
    expect(report).toEqual({ delivered: { file: 0 }, due: { file: 0 }, set_aside: {}, failures: [] });
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it("is over with a second call: nothing is sent again", async () => {
    const sink = makeSink("once");
    registerSinks(database, [sink], 0);
    appendToOutbox(database, 1, 3);
    await deliverDue(database, [sink], { signal, clock, random });
    await deliverDue(database, [sink], { signal, clock, random });
    expect(sink.batches).toEqual([toRange(1, 3).map((sequence) => toEvent(sequence))]);
  });

  it("keeps batches within 500 events and 8 MiB (I8)", async () => {
    const sink = makeSink("bounded");
    registerSinks(database, [sink], 0);
    appendToOutbox(database, 1, 501);
    appendToOutbox(database, 502, 505, "x".repeat(3 * 1024 * 1024));
    await deliverDue(database, [sink], { signal, clock, random });
    const sizes = sink.batches.map((batch) => batch.length);
    expect(sizes).toEqual([500, 3, 2]);
    expect(sink.batches.flat().map(({ sequence }) => sequence)).toEqual(toRange(1, 505));
  });

  it("sends an event larger than a batch on its own", async () => {
    const sink = makeSink("large");
    registerSinks(database, [sink], 0);
    appendToOutbox(database, 1, 2, "x".repeat(9 * 1024 * 1024));
    await deliverDue(database, [sink], { signal, clock, random });
    expect(sink.batches.map((batch) => batch.length)).toEqual([1, 1]);
  });

  it("notes when a sink was settled last", async () => {
    const sink = makeSink("noted");
    registerSinks(database, [sink], 7);
    appendToOutbox(database, 1, 1);
    await deliverDue(database, [sink], { signal, clock, random });
    expect(database.prepare("SELECT * FROM sink").all()).toMatchObject([
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
    const report = await deliverDue(database, [sink], { signal, clock, random });
    expect(report.failures).toEqual([{ sink: "flaky", message: "down" }]);
    appendToOutbox(database, 3, 4);
    failing = false;
    await deliverDue(database, [sink], { signal, clock, random });
    expect(arrived).toEqual([1, 2, 3, 4]);
  });

  it("serves the other sinks before it makes a bug in one known", async () => {
    const buggy = makeSink("buggy", { deliver: async () => Promise.reject(new TypeError("not a function")) });
    const sound = makeSink("sound");
    registerSinks(database, [buggy, sound], 0);
    appendToOutbox(database, 1, 1);
    await expect(deliverDue(database, [buggy, sound], { signal, clock, random })).rejects.toThrow(
      "not a function",
    );
    expect(loadSettledSequence(database, "sound")).toBe(1);
    expect(loadSettledSequence(database, "buggy")).toBe(0);
  });

  it("stops between batches when it is told to, keeps what is settled and fails nobody", async () => {
    const controller = new AbortController();
    const first = makeSink("first", { deliver: async () => controller.abort() });
    const second = makeSink("second");
    registerSinks(database, [first, second], 0);
    appendToOutbox(database, 1, 600);
    const report = await deliverDue(database, [first, second], { signal: controller.signal, clock, random });
    expect(report).toEqual({
      delivered: { first: 500, second: 0 },
      due: { first: 100, second: 600 },
      set_aside: {},
      failures: [],
    });
  });
});

describe("what a sink provably holds already", () => {
  async function deliverHeld(held: { sequence: number; id: string } | null): Promise<number[]> {
    const sink = makeSink("holding", { lastHeld: () => held });
    registerSinks(database, [sink], 0);
    appendToOutbox(database, 1, 5);
    await deliverDue(database, [sink], { signal, clock, random });
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
    await deliverDue(database, [sink], { signal, clock, random });
    expect(loadSettledSequence(database, "holding")).toBe(5);
    expect(sink.batches).toEqual([]);
  });
});
