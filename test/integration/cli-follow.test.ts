import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { runProgram, startProgram } from "./run-program.ts";
import { fillSmallDatabase } from "./small-database.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-follow-"));
  path = join(folder, "small.sqlite");
  fillSmallDatabase(path);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("events --follow", () => {
  it("prints what is there, then what is published, until it is stopped, and exits 0", async () => {
    const following = follow();
    expect(await following.read(3)).toEqual([1, 2, 3]);
    publish([4, 5]);
    expect(await following.read(5)).toEqual([1, 2, 3, 4, 5]);
    publish([6]);
    expect(await following.read(6)).toEqual([1, 2, 3, 4, 5, 6]);
    following.child.kill("SIGTERM");
    expect(await following.ended).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("ends after as many as were asked for, over several publications, of a type", async () => {
    const following = follow("--type", "meter.group.*", "--limit", "2");
    expect(await following.read(1)).toEqual([2]);
    publish([4], "sync.published");
    publish([5, 6], "meter.group.remapped");
    expect((await following.ended).exitCode).toBe(0);
    expect(await following.read(2)).toEqual([2, 5]);
  });

  it("ends with the next event once nobody reads any more", async () => {
    const following = follow();
    await following.read(3);
    following.child.stdout?.destroy();
    publish([4]);
    expect(await following.ended).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("ends where another database takes the place, rather than go on in another stream", async () => {
    const other = join(folder, "other.sqlite");
    fillSmallDatabase(other);
    change(other, (database) => database.execute("UPDATE stream SET stream_id = 'stream-2'"));
    const following = follow();
    await following.read(3);
    for (const more of ["-wal", "-shm"]) rmSync(`${path}${more}`, { force: true });
    renameSync(other, path);
    const { exitCode, messages } = await following.ended;
    expect(exitCode).toBe(3);
    expect(messages).toEqual([expect.stringMatching(/replaced by another.*read the views again/)]);
  });

  it("exits 2 for any other format than its own", async () => {
    const words = ["events", "--database", path, "--follow", "--format", "json"];
    const { exitCode, stdout, messages } = await runProgram(words);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(messages).toEqual([expect.stringContaining("--follow prints ndjson, not json")]);
  });
});

/** The program following; `read` resolves once so many events are there, and gives their sequences. */
function follow(...words: readonly string[]) {
  const started = startProgram(["events", "--database", path, "--follow", "--interval", "100ms", ...words]);
  let text = "";
  let onText = (): void => undefined;
  started.child.stdout?.on("data", (chunk: string) => {
    text += chunk;
    onText();
  });
  const toSequences = () =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => Number((JSON.parse(line) as { sequence: string }).sequence));
  const read = async (count: number): Promise<readonly number[]> => {
    while (toSequences().length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      onText = resolve;
      const ended = started.ended.then(({ stderr }) => {
        if (toSequences().length < count) throw new Error(`ended after ${toSequences().length}: ${stderr}`);
      });
      await Promise.race([promise, ended]);
    }
    return toSequences();
  };
  return { ...started, read };
}

/** Appends events as another process does that publishes. */
function publish(sequences: readonly number[], type = "meter.created"): void {
  change(path, (database) => {
    const append = database.prepare(
      `INSERT INTO event (sequence, id, type, subject, partitionkey, time_ms, run_id, event)
       VALUES (?, ?, ?, 'm', 'm', 0, 'run-2', ?)`,
    );
    for (const sequence of sequences) {
      const event = JSON.stringify({ type, sequence: String(sequence).padStart(19, "0") });
      append.run(sequence, `id-${sequence}`, type, event);
    }
    database.prepare("UPDATE stream SET last_sequence = ?").run(sequences.at(-1));
  });
}

function change(databasePath: string, body: (database: Database) => void): void {
  const database = openDatabase(databasePath);
  database.connection.transaction(body).immediate(database);
  database.close();
}
