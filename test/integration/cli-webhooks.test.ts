import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { acquireLock, toLockPath } from "../../src/database/index.ts";
import { programPath } from "../support/build-program.ts";
import { runInProcess } from "./cli-in-process.ts";
import {
  hourMs,
  meterId,
  openReconciliationWorld,
  otherMeterId,
  type ReconciliationWorld,
  readOtherTables,
  statusType,
  toReadMs,
  toStatusChange,
  toStatusPayload,
  toText,
} from "./reconciliation-world.ts";
import { runProgram } from "./run-program.ts";

const now = toText(toReadMs(10));
const toCapture = (status: string, meter: string, atMs: number, id: string) =>
  JSON.stringify({
    received_at: toText(atMs),
    headers: { authorization: "Bearer not-to-be-shown" },
    body: {
      webhook_event_id: id,
      payload: { webhook_event_type: statusType, ...toStatusPayload(status, meter) },
    },
  });

const environment = (world: ReconciliationWorld) => ({
  METER_SYNC_DATABASE: world.path,
  LEAP_BASE_URL: "http://127.0.0.1:9",
});

/** `webhooks …` as of the tenth day of a world, in this process. */
const run = (world: ReconciliationWorld, ...words: readonly string[]) =>
  runInProcess(["webhooks", ...words, "--now", now], environment(world));

/** The same as a child of its own: what it logs is its own, too. */
const runChild = (world: ReconciliationWorld, ...words: readonly string[]) =>
  runProgram(["webhooks", ...words, "--now", now], environment(world));

function toFile(world: ReconciliationWorld, ...lines: readonly string[]): string {
  const path = join(world.path, "..", "captures.ndjson");
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

/** One change with its webhook, one without, and a webhook without a change. */
function openThree() {
  const world = openReconciliationWorld();
  world.tell(2, statusType, meterId, toStatusChange("ACTIVE", "PENDING"));
  world.tell(3, statusType, otherMeterId, toStatusChange("ACTIVE", "PENDING", otherMeterId));
  world.tell(3, "meter.archived", otherMeterId, { before: {}, after: {} });
  const file = toFile(
    world,
    toCapture("PENDING", meterId, toReadMs(2) - hourMs, "w-1"),
    toCapture("PENDING", meterId, toReadMs(2), "w-1"),
    toCapture("INELIGIBLE", meterId, toReadMs(4) + hourMs, "w-2"),
  );
  return { world, file, words: ["--from", toText(toReadMs(0)), "--to", now] };
}

describe("webhooks import", () => {
  it("keeps a file, and tells in JSON what has which; exit code 7 where it is unexplained", async () => {
    const { world, file, words } = openThree();
    const before = readOtherTables(world.database);
    const { exitCode, stdout } = await run(world, "import", "--file", file, ...words, "--format", "json");
    expect(exitCode).toBe(7);
    const { findings, total, imported, ...summary } = JSON.parse(stdout);
    expect(imported).toMatchObject({
      webhooks: 3,
      added: 2,
      copies: 1,
      conflicting: [],
      conflicting_count: 0,
    });
    expect(total).toMatchObject({
      changes: 2,
      webhooks: 2,
      matched: 1,
      no_webhook: 1,
      no_change: 1,
      doubled: 1,
    });
    expect(summary).toMatchObject({
      captured_from: toText(toReadMs(0)),
      captured_to: now,
      changes_kept_from: null,
      not_sent_by_leap: { "meter.archived": 1 },
      late_by_at_most_seconds: { median: 23 * 3600, percentile_95: 23 * 3600, worst: 23 * 3600 },
    });
    expect(findings.map((row: { finding: string; subject: string }) => [row.finding, row.subject])).toEqual([
      ["matched", meterId],
      ["no_change", meterId],
      ["no_webhook", otherMeterId],
    ]);
    expect(stdout).not.toContain("not-to-be-shown");
    expect(readOtherTables(world.database)).toBe(before);
  });

  it("says the same by check, and after the same file once more", async () => {
    const { world, file, words } = openThree();
    const rest = [...words, "--all", "--format", "ndjson"];
    const imported = await run(world, "import", "--file", file, ...rest);
    expect(imported.stdout.split("\n")).toHaveLength(4);
    for (let count = 0; count < 2; count++) {
      expect(await run(world, "import", "--file", file, ...rest)).toEqual(imported);
      expect(await run(world, "check", ...rest)).toEqual(imported);
    }
  });

  it("reads stdin as a child of its own, and works while a run holds the lock", async () => {
    const { world, file, words } = openThree();
    const lock = acquireLock(toLockPath(world.path, "lock"), "a run");
    const child = spawn(process.execPath, [programPath, "webhooks", "import", ...words, "--now", now], {
      env: { PATH: process.env.PATH, ...environment(world) },
      stdio: ["pipe", "pipe", "ignore"],
    });
    child.stdin.end(readFileSync(file));
    child.stdout.resume();
    const [exitCode] = await once(child, "close");
    lock.release();
    expect(exitCode).toBe(7);
    expect(world.database.prepare("SELECT count(*) AS n FROM leap_webhook").get()?.n).toBe(2);
  });

  it("prints a table with a summary in words, and CSV with the columns of every row", async () => {
    const { world, file, words } = openThree();
    const table = await run(world, "import", "--file", file, ...words, "--format", "table");
    expect(table.stdout).toContain("read 3 webhooks: 2 new, 1 captured before or more than once");
    expect(table.stdout).toContain("1 change had no webhook, 1 webhook no change\n");
    expect(table.stdout).toContain("1 doubled, 0 out of order, 0 late\n");
    expect(table.stdout).toContain("no webhook of Leap's is there for 1 meter.archived");
    const csv = await run(world, "check", ...words, "--format", "csv");
    const [head, ...lines] = csv.stdout.trim().split("\n");
    expect(head?.startsWith("about,finding,flags,type,subject,sequence,")).toBe(true);
    expect(lines).toHaveLength(3);
  });

  it("refuses a text with a line that is no webhook, and keeps none of it", async () => {
    const { world } = openThree();
    const file = toFile(world, toCapture("PENDING", meterId, toReadMs(2), "w-1"), '{"no": 1}');
    const { exitCode, messages } = await runChild(world, "import", "--file", file);
    expect(exitCode).toBe(2);
    expect(messages.join()).toContain("line 2: it has no webhook_event_id");
    expect(world.database.prepare("SELECT count(*) AS n FROM leap_webhook").get()?.n).toBe(0);
  });

  it("where all is explained, or nothing is published yet, it ends well, and says so", async () => {
    const world = openReconciliationWorld();
    const file = toFile(world, toCapture("ACTIVE", meterId, toReadMs(2), "w-1"));
    expect((await run(world, "import", "--file", file)).exitCode).toBe(0);
    const empty = openReconciliationWorld(0);
    empty.database.execute("DELETE FROM meter");
    const { exitCode, stdout, messages } = await runChild(empty, "import", "--file", file, "--all");
    expect(exitCode).toBe(0);
    expect(messages.join()).toContain("nothing is published yet");
    expect(JSON.parse(stdout).total).toMatchObject({ webhooks: 1, not_swept_yet: 1, unknown_meter: 0 });
  });

  it("makes no database where none is", async () => {
    const world = openReconciliationWorld();
    const nowhere = { ...world, path: `${world.path}-none` };
    const file = toFile(world, toCapture("ACTIVE", meterId, toReadMs(2), "w-1"));
    expect((await runChild(nowhere, "import", "--file", file)).exitCode).toBe(2);
    expect(existsSync(nowhere.path)).toBe(false);
  });
});
