import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { deliverDue, openSinks, registerSinks, type Sink } from "../../src/delivery/index.ts";
import { appendToOutbox, parseSequences, toRange } from "../contract/outbox.ts";

let folder: string;
let database: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "delivery-file-"));
  database = openDatabase(join(folder, "meter-sync.sqlite"));
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const clock = { now: () => 1_000 };
const random = () => 0.5;
const signal = new AbortController().signal;

describe("the file", () => {
  function openFile(path: string): Sink[] {
    return openSinks([{ kind: "file", name: "file", path }], { stdout: new PassThrough(), now: clock.now });
  }

  it("is made with its folder, for its owner only", async () => {
    const path = join(folder, "a", "b", "events.ndjson");
    const sinks = openFile(path);
    registerSinks(database, sinks, 0);
    appendToOutbox(database, 1, 1);
    await deliverDue(database, sinks, { signal, clock, random });
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
      const report = await deliverDue(database, sinks, { signal, clock, random });
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
    const report = await deliverDue(database, sinks, { signal, clock, random });
    expect(report.failures[0]?.message).toMatch(
      /events\.ndjson: a part of the path is a file; name another$/,
    );
  });

  it("takes nothing but a regular file", async () => {
    const sinks = openFile("/dev/null");
    registerSinks(database, sinks, 0);
    appendToOutbox(database, 1, 1);
    const report = await deliverDue(database, sinks, { signal, clock, random });
    expect(report.failures[0]?.message).toBe(
      "cannot append events to /dev/null: it is not a regular file; name another",
    );
  });
});
