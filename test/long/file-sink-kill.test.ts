import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { type AppendSink, deliverDue, openSinks, registerSinks } from "../../src/delivery/index.ts";
import { appendToOutbox, loadSettledSequence, parseSequences, toRange } from "../contract/outbox.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "file-sink-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const clock = { now: () => 1_000 };
const random = () => 0.5;
const neverAborted = new AbortController().signal;

it("a file sink holds every event once, whichever step of appending or settling a kill hits", async () => {
  const eventCount = 501;
  const lived: number[] = [];
  const deliverUntilKilled = async (step: number): Promise<void> => {
    const base = join(folder, `killed-${step}`);
    const killed = openDatabase(`${base}.sqlite`);
    const { sink } = openFile(`${base}.ndjson`);
    registerSinks(killed, [sink], 0);
    appendToOutbox(killed, 1, eventCount);
    const script = join(import.meta.dirname, "../contract/deliver-until-killed.ts");
    const child = await run(process.execPath, [script, `${base}.sqlite`, `${base}.ndjson`, String(step)]);
    if (child.signal === null) lived.push(Number(child.stdout));
    else expect(child.signal).toBe("SIGKILL");
    const settled = loadSettledSequence(killed, "file") ?? 0;
    const held = settled === 0 ? "" : readFileSync(`${base}.ndjson`, "utf8");
    expect(held.split("\n").length - 1).toBeGreaterThanOrEqual(settled);
    await deliverDue(killed, [sink], { signal: neverAborted, clock, random });
    sink.close();
    killed.close();
    expect(parseSequences(readFileSync(`${base}.ndjson`, "utf8"))).toEqual(toRange(1, eventCount));
  };
  for (let step = 1; lived.length === 0; step += 2) {
    await Promise.all([deliverUntilKilled(step), deliverUntilKilled(step + 1)]);
  }
  expect(Math.min(...lived)).toBeGreaterThanOrEqual(12);
}, 180_000);

function openFile(path: string): { sink: AppendSink; path: string } {
  const [sink] = openSinks([{ kind: "file", name: "file", path }], {
    stdout: new PassThrough(),
    now: clock.now,
  });
  if (sink?.kind !== "append") throw new Error("no sink was opened");
  return { sink, path };
}

function run(program: string, args: readonly string[]): Promise<{ stdout: string; signal: string | null }> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], (error, stdout, stderr) => {
      const signal = error?.signal ?? null;
      if (error !== null && signal === null) reject(new Error(stderr || error.message));
      else resolve({ stdout, signal });
    });
  });
}
