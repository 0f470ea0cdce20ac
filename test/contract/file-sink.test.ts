import { execFile } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AppendSink, openSinks } from "../../src/delivery/index.ts";
import { parseSequences, toEvent } from "./outbox.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "file-sink-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const clock = { now: () => 1_000 };
const neverAborted = new AbortController().signal;

function openFile(path = join(folder, "changes.ndjson")): { sink: AppendSink; path: string } {
  const [sink] = openSinks([{ kind: "file", name: "file", path }], {
    stdout: new PassThrough(),
    now: clock.now,
  });
  if (sink?.kind !== "append") throw new Error("no sink was opened");
  return { sink, path };
}

describe("the file sink", () => {
  it("cuts off a torn last line before its first append", async () => {
    const { sink, path } = openFile();
    writeFileSync(path, `${toEvent(1).event}\n${toEvent(2).event.slice(0, 20)}`);
    await sink.deliver([toEvent(2)], neverAborted);
    sink.close();
    expect(parseSequences(readFileSync(path, "utf8"))).toEqual([1, 2]);
  });

  it("cuts off a torn line that is all the file has", async () => {
    const { sink, path } = openFile();
    writeFileSync(path, toEvent(1).event.slice(0, 20));
    await sink.deliver([toEvent(1)], neverAborted);
    sink.close();
    expect(parseSequences(readFileSync(path, "utf8"))).toEqual([1]);
  });

  it("leaves a file alone whose last line is not of its making", async () => {
    const { sink, path } = openFile();
    writeFileSync(path, "root:x:0:0");
    await expect(sink.deliver([toEvent(1)], neverAborted)).rejects.toThrow("not ours");
    sink.close();
    expect(readFileSync(path, "utf8")).toBe("root:x:0:0");
  });

  it.each([
    ["no file", null, null],
    ["an empty file", "", null],
    ["one event", `${toEvent(7).event}\n`, { sequence: 7, id: "id-7" }],
    [
      "events with a torn line behind",
      `${toEvent(7).event}\n${toEvent(8).event}`,
      { sequence: 7, id: "id-7" },
    ],
    ["a very long line", `x\n${toEvent(9, "é".repeat(200_000)).event}\n`, { sequence: 9, id: "id-9" }],
    ["a torn line alone", toEvent(8).event, null],
    ["no JSON", "hello\n", null],
    ["JSON that is no event", "[1]\nnull\n", null],
    ["a sequence that is no text", '{"id":"id-1","sequence":1}\n', null],
    ["a sequence beyond what a number holds", '{"id":"id-1","sequence":"9999999999999999999"}\n', null],
    ["an id that is no text", '{"id":1,"sequence":"0000000000000000001"}\n', null],
  ])("knows what it holds last: %s", (_what, content, held) => {
    const { sink, path } = openFile();
    if (content !== null) writeFileSync(path, content);
    expect(sink.lastHeld()).toEqual(held);
    if (content !== null) expect(readFileSync(path, "utf8")).toBe(content);
  });

  it("finds the last event of a very long file without reading it all", () => {
    const { sink, path } = openFile();
    const file = openSync(path, "w");
    // A hole of 8 GiB takes no room on the disk and would not fit into memory.
    writeSync(file, `\n${toEvent(3).event}\n`, 8 * 1024 ** 3);
    closeSync(file);
    expect(sink.lastHeld()).toEqual({ sequence: 3, id: "id-3" });
  });

  it("cuts a batch that did not fit back to the last whole line", async () => {
    const { path } = openFile();
    writeFileSync(path, `${toEvent(1).event}\n`);
    const program = `
      import { openSinks } from ${JSON.stringify(join(import.meta.dirname, "../../src/delivery/index.ts"))};
      const [sink] = openSinks([{ kind: "file", name: "file", path: ${JSON.stringify(path)} }], {});
      const event = { sequence: 2, id: "id-2", event: JSON.stringify("x".repeat(4000)) };
      const { signal } = new AbortController();
      await sink.deliver([event], signal).catch((error) => process.stdout.write(error.message));`;
    // The shell's limit on file sizes lets the first part of the batch through and refuses the rest.
    const shell = 'ulimit -f 1; exec "$0" --input-type=module-typescript -e "$1"';
    const { stdout } = await run("bash", ["-c", shell, process.execPath, program]);
    expect(stdout).toBe(
      `cannot append events to ${path}: ` +
        "the file has reached the largest size allowed; move it away and run again",
    );
    expect(readFileSync(path, "utf8")).toBe(`${toEvent(1).event}\n`);
  });
});

function run(program: string, args: readonly string[]): Promise<{ stdout: string; signal: string | null }> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], (error, stdout, stderr) => {
      const signal = error?.signal ?? null;
      if (error !== null && signal === null) reject(new Error(stderr || error.message));
      else resolve({ stdout, signal });
    });
  });
}
