import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { appendToOutbox } from "../contract/outbox.ts";
import { openStreamFolder, type StreamFolder } from "../integration/stream-folder.ts";

const script = join(import.meta.dirname, "mark-until-killed.ts");

let at: StreamFolder;
beforeEach(() => {
  const opened = openStreamFolder();
  at = opened;
  return opened.remove;
});

/** Looks after the stream and marks what is told; `null` where it was killed at this step. */
async function runUntil(step: number, database = at.database): Promise<number | null> {
  const child: ChildProcess = spawn(process.execPath, [script, database, String(step)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout?.on("data", (chunk) => {
    said += chunk;
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  if (signal === "SIGKILL") return null;
  expect(code).toBe(0);
  return Number(said);
}

/** One copy of the database for each step, and what the next start makes of what a kill there left. */
async function killAtEach(steps: readonly number[], suffixes: readonly string[]): Promise<readonly string[]> {
  const copies = steps.map((step) => join(at.path, `killed-${step}.sqlite`));
  for (const copy of copies) for (const suffix of suffixes) at.copy(`${at.database}${suffix}`, copy + suffix);
  // Two at a time: these are whole processes.
  for (let first = 0; first < steps.length; first += 2) {
    const pair = steps.slice(first, first + 2);
    const ended = await Promise.all(pair.map((step, place) => runUntil(step, copies[first + place])));
    expect(ended).toEqual(pair.map(() => null));
  }
  return copies;
}

describe("kill -9 while the mark is written", () => {
  it("never renews the stream: before the first event is told", async () => {
    at.open((database) => appendToOutbox(database, 1, 3));
    // Before the mark has its name, and before the file notes it.
    const [unnamed, unnoted] = await killAtEach([4, 7], [""]);
    expect([at.readMark(unnamed), at.readMark(unnoted).sequence]).toEqual([{}, 3]);
    for (const copy of [unnamed, unnoted]) {
      expect(at.readStream(copy).mark).toBeNull();
      at.start(copy);
      expect(at.readStream(copy).mark ?? undefined).toBe(at.readMark(copy).mark);
      at.tell(4, copy);
      const { file, beside } = at.readAll(copy) as Record<string, Record<string, unknown>>;
      expect(beside).toEqual({ stream_id: "stream-1", sequence: 4, id: "id-4", mark: file!.mark });
    }
    expect(at.warnings).toEqual([]);
  });

  it("never renews the stream: between two publications", async () => {
    at.tell(3);
    at.open((database) => appendToOutbox(database, 4, 5));
    // Before the name is on the disk for good.
    for (const copy of await killAtEach([5], ["", ".told"])) {
      expect(at.readMark(copy)).toMatchObject({ sequence: 5, mark: "made-1" });
      at.start(copy);
      at.tell(6, copy);
      expect(at.readAll(copy)).toEqual({
        file: { stream_id: "stream-1", mark: "made-1", last_sequence: 6 },
        beside: { stream_id: "stream-1", sequence: 6, id: "id-6", mark: "made-1" },
      });
    }
    expect(at.warnings).toEqual([]);
  });

  it("renews the stream of a copy once all the same", async () => {
    at.tell(3);
    const backup = join(at.path, "backup");
    at.copy(at.database, backup);
    at.tell(5);
    at.copy(backup, at.database);
    // Before the mark has its name, and before the file is another stream.
    const copies = await killAtEach([4, 7], ["", ".told"]);
    expect(copies.map((copy) => at.readMark(copy).stream_id === "stream-1")).toEqual([true, false]);
    for (const copy of copies) {
      expect(at.readStream(copy).stream_id).toBe("stream-1");
      at.start(copy);
      const renewed = at.readStream(copy);
      expect(renewed.stream_id).not.toBe("stream-1");
      expect(at.readMark(copy)).toMatchObject({ stream_id: renewed.stream_id, mark: renewed.mark });
      at.start(copy);
      at.tell(4, copy);
      expect(at.readStream(copy)).toEqual({ ...renewed, last_sequence: 4 });
    }
    expect(at.warnings).toHaveLength(2);
  });
});

describe("what a crash or a cut of the power may leave", () => {
  it("a torn file beside the mark is nothing but written over", () => {
    writeFileSync(`${at.database}.told.new`, '{"stream');
    at.tell(3);
    writeFileSync(`${at.database}.told.new`, "\0\0\0");
    at.start();
    at.tell(4);
    expect(at.readMark()).toMatchObject({ stream_id: "stream-1", sequence: 4, mark: "made-1" });
    expect(at.warnings).toEqual([]);
  });

  it("a mark that the file does not know yet is taken for its own, and tells a copy from then on", () => {
    at.tell(3);
    at.open((database) => database.execute("UPDATE stream SET mark = NULL"));
    at.start(at.database, false);
    expect(at.readStream()).toEqual({ stream_id: "stream-1", mark: "made-1", last_sequence: 3 });
    expect(at.warnings).toEqual([]);
    rmSync(`${at.database}.told`);
    at.start();
    expect(at.warnings).toHaveLength(1);
  });

  it("publications that the disk has lost although they were told make another stream", () => {
    at.tell(3);
    at.open((database) => {
      database.execute("DELETE FROM event WHERE sequence = 3; UPDATE stream SET last_sequence = 2");
    });
    at.start();
    expect(at.warnings).toEqual([expect.stringMatching(/events up to 3 .* ends at 2/)]);
  });
});
