import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { acquireLock } from "../../src/database/index.ts";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { type Ended, runProgram, startProgram } from "./run-program.ts";

const first = "2026-10-28T06:17:00Z";
const second = "2026-10-29T06:17:00Z";
const world = { seed: 5, meterCount: 60, startDate: "2026-10-28" };

let leap: RunningSimulator;
let folder: string;

beforeAll(async () => {
  leap = await startSimulator({ ...world, nowMs: Date.parse(first) });
});
afterAll(() => leap.close());
beforeEach(() => {
  leap.setNow(Date.parse(first));
  folder = mkdtempSync(join(tmpdir(), "cli-sync-"));
  return () => rmSync(folder, { recursive: true, force: true });
});

describe("sync", () => {
  it("prints the run report and, without a sink, the first changes", async () => {
    const baseline = await sync(first);
    expect(baseline.exitCode, baseline.stderr).toBe(0);
    expect(JSON.parse(baseline.stdout)).toMatchObject({
      status: "published",
      is_baseline: true,
      is_rehearsal: true,
      meters: { returned: 60 },
      delivery: null,
      acknowledgement: null,
      first_changes: [],
    });
    leap.setNow(Date.parse(second));
    const next = JSON.parse((await sync(second)).stdout);
    expect(next.first_changes.length).toBeGreaterThan(0);
    expect(next.first_changes.length).toBeLessThanOrEqual(20);
    expect(next.first_changes[0]).toMatchObject({
      specversion: "1.0",
      sequence: expect.stringMatching(/^\d{19}$/),
    });
  });

  it("gives stdout to change events alone where the stdout sink is on", async () => {
    await sync(first, { METER_SYNC_SINKS: "stdout" });
    leap.setNow(Date.parse(second));
    const { exitCode, stdout, messages } = await sync(second, { METER_SYNC_SINKS: "stdout" });
    expect(exitCode).toBe(0);
    const types = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).type);
    expect(types.length).toBeGreaterThan(1);
    expect(types.at(-1)).toBe("sync.published");
    expect(messages).toContain("run report");
  });

  it("plans without a trace when run dry, also beside a database that is there", async () => {
    const dry = await sync(first, {}, "--dry-run");
    expect(dry.exitCode, dry.stderr).toBe(0);
    expect(JSON.parse(dry.stdout)).toMatchObject({ is_dry_run: true, meters: { returned: 60 } });
    expect(readdirSync(folder)).toEqual([]);
    await sync(first);
    const before = JSON.parse((await reading("status")).stdout);
    leap.setNow(Date.parse(second));
    const planned = JSON.parse((await sync(second, {}, "--dry-run")).stdout);
    expect(planned.first_changes.length).toBeGreaterThan(0);
    const after = JSON.parse((await reading("status")).stdout);
    expect([after.last_sequence, after.last_run.run_id]).toEqual([
      before.last_sequence,
      before.last_run.run_id,
    ]);
  });

  it("exits 5 while another run holds the lock", async () => {
    const lock = acquireLock(`${databasePath()}.lock`, "a test");
    const { exitCode, messages } = await sync(first);
    lock.release();
    expect([exitCode, messages.length]).toEqual([5, 1]);
    expect(messages[0]).toContain("another run is under way");
  });

  it.each([
    ["without credentials", { LEAP_API_KEY: "" }, /LEAP_API_KEY/],
    ["rehearsing against production", { LEAP_BASE_URL: "https://API.leap.energy" }, /--now .*production/],
    ["with two bad values", { METER_SYNC_CONCURRENCY: "0", METER_SYNC_RESUME_WITHIN: "6" }, /2 problems/],
  ])("exits 2 and makes no database %s", async (_, environment, message) => {
    const { exitCode, messages } = await sync(first, environment);
    expect(exitCode).toBe(2);
    expect(messages).toEqual([expect.stringMatching(message)]);
    expect(existsSync(databasePath())).toBe(false);
  });

  it("exits 2 where the key is refused, and never shows it", async () => {
    const { exitCode, stderr } = await sync(first, { LEAP_API_KEY: "wrong-key-of-a-test" });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/refused the key/);
    expect(stderr).not.toContain("wrong-key-of-a-test");
  });

  it("exits 4 where something else than Leap answers", async () => {
    const server = createServer((_, response) => {
      response
        .writeHead(200, { "content-type": "text/html" })
        .end("<html>Welcome to the guest network</html>");
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", resolve);
    await promise;
    const { port } = server.address() as AddressInfo;
    const { exitCode, stdout } = await sync(first, { LEAP_BASE_URL: `http://127.0.0.1:${port}` });
    server.close();
    expect([exitCode, stdout]).toEqual([4, ""]);
  });

  it("exits 3 where a sink fails, keeps its events, and delivers them later", async () => {
    const sinks = { METER_SYNC_SINKS: `file:${join(folder, "events.ndjson")}` };
    await sync(first, sinks);
    leap.setNow(Date.parse(second));
    const unwritable = join(folder, "events.ndjson");
    rmSync(unwritable);
    mkdirSync(unwritable);
    const failed = await sync(second, sinks);
    expect(failed.exitCode).toBe(3);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      status: "published",
      exit_code: 0,
      delivery: { failures: [{ message: expect.stringContaining("events.ndjson") }] },
    });
    rmSync(unwritable, { recursive: true });
    const delivered = await deliver(sinks);
    expect(delivered.exitCode, delivered.stderr).toBe(0);
    const [count] = Object.values(JSON.parse(delivered.stdout).delivered);
    expect(readFileSync(unwritable, "utf8").trimEnd().split("\n")).toHaveLength(Number(count));
  });

  it("ends within moments of SIGTERM, says that it can be run again, and exits 3", async () => {
    const slow = await startSimulator({ ...world, nowMs: Date.parse(first), latencyMs: 30_000 });
    const { child, ended } = startProgram(["sync", "--now", first], environmentOf(slow));
    while (slow.requests.length === 0 && child.exitCode === null) await nextTick();
    const startedAtMs = performance.now();
    child.kill("SIGTERM");
    const { exitCode, messages } = await ended;
    await slow.close();
    expect(exitCode).toBe(3);
    expect(messages.at(-1)).toBe("stopped; finished windows are kept, run sync again");
    expect(performance.now() - startedAtMs).toBeLessThan(5000);
  });
});

describe("deliver", () => {
  it("makes no database, and says what it lacks", async () => {
    const noDatabase = await deliver({ METER_SYNC_SINKS: "stdout" });
    expect(noDatabase).toMatchObject({ exitCode: 2, stdout: "" });
    expect(readdirSync(folder)).toEqual([]);
    const noSink = await deliver({});
    expect(noSink.exitCode).toBe(2);
    expect(noSink.messages[0]).toContain("METER_SYNC_SINKS");
  });

  it("exits 5 while another delivery is under way", async () => {
    await sync(first);
    const lock = acquireLock(`${databasePath()}.deliver.lock`, "a test");
    const { exitCode } = await deliver({ METER_SYNC_SINKS: "stdout" });
    lock.release();
    expect(exitCode).toBe(5);
  });
});

describe("doctor", () => {
  it("finds everything in order without a database, and leaves none", async () => {
    const { exitCode, stdout } = await runProgram(["doctor", "--now", first], environmentOf(leap));
    expect(exitCode, stdout).toBe(0);
    const checks = JSON.parse(stdout) as readonly { check: string; outcome: string }[];
    expect(checks.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        "config",
        "folder",
        "database",
        "lock",
        "time zones",
        "credentials",
        "leap",
        "clock",
      ]),
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it("exits 2 where the key is refused and 3 where nobody answers", async () => {
    const refused = await doctor({ LEAP_API_KEY: "wrong" });
    expect(refused.exitCode).toBe(2);
    const silent = await doctor({ LEAP_BASE_URL: "http://127.0.0.1:9" });
    expect(silent.exitCode).toBe(3);
  });

  it("lists every problem of the configuration", async () => {
    const { exitCode, stdout } = await doctor({ METER_SYNC_PAGE_SIZE: "x", LEAP_API_VERSION: "v9" });
    expect(exitCode).toBe(2);
    expect(stdout.match(/"fail"/g)).toHaveLength(2);
  });
});

function databasePath(): string {
  return join(folder, "run.sqlite");
}

function environmentOf(simulator: RunningSimulator): Record<string, string> {
  return {
    METER_SYNC_DATABASE: databasePath(),
    LEAP_BASE_URL: simulator.url,
    LEAP_API_KEY: simulator.apiKey,
  };
}

function sync(now: string, environment: Record<string, string> = {}, ...words: string[]): Promise<Ended> {
  return runProgram(["sync", "--now", now, ...words], { ...environmentOf(leap), ...environment });
}

function deliver(environment: Record<string, string>): Promise<Ended> {
  return runProgram(["deliver", "--now", second], { ...environmentOf(leap), ...environment });
}

function doctor(environment: Record<string, string>): Promise<Ended> {
  return runProgram(["doctor", "--now", first], { ...environmentOf(leap), ...environment });
}

function reading(...words: string[]): Promise<Ended> {
  return runProgram([...words, "--database", databasePath()]);
}

function nextTick(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}
