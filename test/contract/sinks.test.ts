import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
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
import { appendToOutbox, loadSettledSequence, parseSequences, toEvent, toRange } from "./outbox.ts";

let folder: string;
let database: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sinks-"));
  database = openDatabase(join(folder, "meter-sync.sqlite"));
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const clock = { now: () => 1_000 };
const random = () => 0.5;
const neverAborted = new AbortController().signal;

/** A sink of one kind, what has reached its far end, and a twin of it whose far end refuses. */
type Bench = {
  readonly open: () => AppendSink;
  readonly arrived: () => string;
  readonly openBroken: () => AppendSink;
};

function makeFileBench(): Bench {
  const path = join(folder, "events", "changes.ndjson");
  const open = (target: string): AppendSink => openOne({ kind: "file", name: "file", path: target });
  return {
    open: () => open(path),
    arrived: () => readIfThere(path),
    openBroken: () => open(folder),
  };
}

function makeStdoutBench(): Bench {
  const chunks: Buffer[] = [];
  const open = (stdout: Writable): AppendSink => openOne({ kind: "stdout", name: "stdout" }, stdout);
  return {
    open: () =>
      open(
        new Writable({
          write: (chunk, _encoding, callback) => {
            chunks.push(chunk);
            setImmediate(callback);
          },
        }),
      ),
    arrived: () => Buffer.concat(chunks).toString(),
    openBroken: () => open(makeBrokenPipe()),
  };
}

function makeBrokenPipe(): Writable {
  return new Writable({
    write: (_chunk, _encoding, callback) =>
      callback(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
  });
}

function openOne(
  config: Parameters<typeof openSinks>[0][number],
  stdout: Writable = new PassThrough(),
): AppendSink {
  const [sink] = openSinks([config], { stdout, now: clock.now });
  if (sink?.kind !== "append") throw new Error("no sink was opened");
  return sink;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** The sink, with a look at what it is handed and when it has answered. */
function watch(
  sink: AppendSink,
  onBatch: (batch: readonly DueEvent[]) => void,
  onAnswer: () => void,
): AppendSink {
  return {
    ...sink,
    deliver: async (batch, signal) => {
      onBatch(batch);
      await sink.deliver(batch, signal);
      onAnswer();
    },
  };
}

describe.each([
  ["file", makeFileBench],
  ["stdout", makeStdoutBench],
] as const)("the %s sink", (_kind, makeBench) => {
  it("gets every due event once and in order, over several batches", async () => {
    const bench = makeBench();
    const sink = bench.open();
    registerSinks(database, [sink], 0);
    appendToOutbox(database, 1, 1203);
    const report = await deliverDue(database, [sink], { signal: neverAborted, clock, random });
    sink.close();
    expect(parseSequences(bench.arrived())).toEqual(toRange(1, 1203));
    expect(report).toEqual({
      delivered: { [sink.name]: 1203 },
      due: { [sink.name]: 0 },
      set_aside: {},
      failures: [],
    });
  });

  it("has nothing settled before it has answered (I5)", async () => {
    const bench = makeBench();
    const sink = bench.open();
    registerSinks(database, [sink], 0);
    appendToOutbox(database, 1, 700);
    const settled: (number | undefined)[] = [];
    const note = (): unknown => settled.push(loadSettledSequence(database, sink.name));
    await deliverDue(database, [watch(sink, note, note)], { signal: neverAborted, clock, random });
    sink.close();
    expect(settled).toEqual([0, 0, 500, 500]);
    expect(loadSettledSequence(database, sink.name)).toBe(700);
  });

  it("keeps its events due when it fails, and the others go on", async () => {
    const broken = makeBench().openBroken();
    const bench = makeBench();
    const sound = { ...bench.open(), name: "sound" };
    registerSinks(database, [broken, sound], 0);
    appendToOutbox(database, 1, 3);
    const report = await deliverDue(database, [broken, sound], { signal: neverAborted, clock, random });
    sound.close();
    broken.close();
    expect(report.due).toEqual({ [broken.name]: 3, sound: 0 });
    expect(report.delivered).toEqual({ [broken.name]: 0, sound: 3 });
    expect(report.failures.map(({ sink }) => sink)).toEqual([broken.name]);
    expect(parseSequences(bench.arrived())).toEqual([1, 2, 3]);
  });

  it("fails as an environment that a person can mend", async () => {
    const broken = makeBench().openBroken();
    const failure = await broken.deliver([toEvent(1)], neverAborted).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect((failure as Failure).kind).toBe("environment");
    expect((failure as Failure).message).toMatch(/^cannot (append|write) events to .+: .+/);
  });
});

describe("the stdout sink", () => {
  it("holds a batch back as undelivered until a slow reader has taken all of it", async () => {
    const release: (() => void)[] = [];
    const slow = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, callback) => void release.push(callback),
    });
    const sink = openOne({ kind: "stdout", name: "stdout" }, slow);
    registerSinks(database, [sink], 0);
    appendToOutbox(database, 1, 2);
    const delivery = deliverDue(database, [sink], { signal: neverAborted, clock, random });
    expect(release).toHaveLength(1);
    expect(loadSettledSequence(database, "stdout")).toBe(0);
    release[0]?.();
    await delivery;
    expect(loadSettledSequence(database, "stdout")).toBe(2);
  });

  it("lets go of a reader that has stopped reading when the run is to end; that is no failure", async () => {
    const stuck = new Writable({ write: () => undefined });
    const sink = openOne({ kind: "stdout", name: "stdout" }, stuck);
    registerSinks(database, [sink], 0);
    appendToOutbox(database, 1, 2);
    const controller = new AbortController();
    const delivery = deliverDue(database, [sink], { signal: controller.signal, clock, random });
    controller.abort();
    expect(await delivery).toEqual({
      delivered: { stdout: 0 },
      due: { stdout: 2 },
      set_aside: {},
      failures: [],
    });
  });
});
