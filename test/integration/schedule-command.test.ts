import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { recallSweeps } from "../../src/cli/schedule-jobs.ts";
import { acquireLock, openDatabase, openDatabaseReadOnly, toLockPath } from "../../src/database/index.ts";
import { type CliWorld, openCliWorld, openGate } from "./cli-world.ts";
import { runProgram, startProgram } from "./run-program.ts";
import { follow, urlOf } from "./schedule-running.ts";
import { fillSmallDatabase } from "./small-database.ts";

const token = "a-token-of-many-symbols";
/** Nobody listens there: the sweep that begins where none was before ends soon. */
const nowhere = "http://127.0.0.1:9";
const base = {
  LEAP_API_KEY: "a:b",
  LEAP_BASE_URL: nowhere,
  METER_SYNC_LISTEN: "127.0.0.1:0",
  METER_SYNC_ACK_TOKEN: token,
};
let folder: string;
let world: CliWorld;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "schedule-"));
  world = await openCliWorld(10);
  world.leap.setNow(Date.now());
});

afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Whatever is due meanwhile ends at once: another run holds the lock. */
function keepFromSyncing(database: string, { onTestFinished }: Pick<TestContext, "onTestFinished">): void {
  const lock = acquireLock(toLockPath(database, "lock"), "taken");
  onTestFinished(() => lock.release());
}

async function post(url: string, reports: unknown, authorization = `Bearer ${token}`) {
  const headers = { authorization, "content-type": "application/json" };
  const response = await fetch(`${url}/acknowledgements`, {
    method: "POST",
    headers,
    body: reports === "" ? "" : JSON.stringify(reports),
  });
  const retryAfter = response.headers.get("retry-after");
  return { status: response.status, retryAfter, body: (await response.json()) as unknown };
}

function report(eventId: string, payloadType = "GroupRemapApplied") {
  return { eventId, payloads: [{ payloadType }] };
}

const remapId = "2".repeat(64);

test.concurrent.each([
  ["no credentials", { METER_SYNC_LISTEN: "127.0.0.1:0" }, [], /no credentials/],
  ["a bad value", { ...base, METER_SYNC_ACK_TOKEN: "hunter2" }, [], /^METER_SYNC_ACK_TOKEN is not usable/],
  ["a time no calendar has", { ...base, METER_SYNC_CRON: "0 0 1 1 1#2" }, [], /no day|METER_SYNC_CRON/],
  ["a made-up time", base, ["--now", "2026-10-28T06:00:00Z"], /leave --now out/],
])("%s ends the schedule before it begins, with exit code 2", async (_, environment, words, message) => {
  const ended = await runProgram(["schedule", ...words], environment, folder);
  expect([ended.exitCode, ended.stdout, ended.messages]).toEqual([2, "", [expect.stringMatching(message)]]);
});

test.concurrent("an address that is taken ends it with exit code 3", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const environment = { ...base, METER_SYNC_LISTEN: `127.0.0.1:${port}` };
  const { exitCode, messages } = await runProgram(["schedule"], environment, folder);
  server.close();
  expect([exitCode, messages]).toEqual([3, [expect.stringMatching(/EADDRINUSE.*METER_SYNC_LISTEN/)]]);
});

describe.concurrent("schedule", () => {
  test("says what is due and what it makes up for, answers, and ends with 0 on SIGTERM", async (context) => {
    const database = join(folder, "due.sqlite");
    fillSmallDatabase(database);
    const writer = openDatabase(database);
    writer.prepare("UPDATE run SET started_at_real_ms = ?").run(Date.now() - 2 * 24 * 3_600_000);
    writer.close();
    keepFromSyncing(database, context);
    const environment = {
      ...base,
      METER_SYNC_DATABASE: database,
      METER_SYNC_ACK_TOKEN: "",
      METER_SYNC_SINKS: "file:e.ndjson",
      METER_SYNC_POLL_CRON: "*/20 * * * *",
      METER_SYNC_TIMEZONE: "America/New_York",
    };
    const running = follow(startProgram(["schedule"], environment, folder), context);
    const url = await urlOf(running);
    for (const path of ["healthz", "readyz", "metrics"])
      expect([path, (await fetch(`${url}/${path}`)).status]).toEqual([path, 200]);
    // Without a token there is nothing to post to.
    expect((await post(url, report(remapId))).status).toBe(404);
    await running.until(/"deliver"/);
    running.child.kill("SIGTERM");
    const { exitCode, stdout, messages } = await running.ended;
    expect(messages.filter((message) => message.includes("a time was missed"))).toHaveLength(1);
    const jobs = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(exitCode).toBe(0);
    const instant = expect.stringMatching(/:00.000Z$/);
    const inNewYork = { timezone: "America/New_York", next_run_at: instant, made_up_for: null };
    expect(jobs).toEqual([
      { job: "sync", cron: "17 6 * * *", ...inNewYork, made_up_for: instant },
      { job: "poll", cron: "*/20 * * * *", ...inNewYork },
      { job: "deliver", cron: "*/5 * * * *", ...inNewYork, timezone: "UTC" },
    ]);
  });

  test("keeps what is reported, once, and knows what it never told", async (context) => {
    const database = join(folder, "reports.sqlite");
    const environment = { ...base, METER_SYNC_SINKS: "stdout" };
    keepFromSyncing(database, context);
    const running = follow(startProgram(["schedule", "--database", database], environment, folder), context);
    const url = await urlOf(running);
    // Before the first sync.
    expect(await post(url, report(remapId))).toMatchObject({ status: 503, retryAfter: "60" });
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    fillSmallDatabase(database);
    expect((await post(url, report(remapId), "Bearer hunter2")).status).toBe(401);
    expect(await post(url, [report(remapId), { eventId: remapId }])).toMatchObject({
      status: 400,
      body: { problems: [expect.stringMatching(/^report 2: /)] },
    });
    const unknown = "f".repeat(64);
    expect(await post(url, [report(remapId), report(unknown)])).toEqual({
      status: 200,
      retryAfter: null,
      body: { applied: 1, rejected: 0, repeated: 0, unknown: [unknown] },
    });
    expect((await post(url, report(remapId))).body).toMatchObject({ applied: 0, repeated: 1 });
    const nothing = { applied: 0, rejected: 0, repeated: 0, unknown: [] };
    expect(await post(url, "")).toEqual({ status: 200, retryAfter: null, body: nothing });
    const reader = openDatabaseReadOnly(database);
    const rows = reader.prepare("SELECT event_id, state FROM told_remap").all();
    reader.close();
    expect(rows).toEqual([{ event_id: remapId, state: "applied" }]);
    running.child.kill("SIGTERM");
    const { exitCode, stdout, stderr } = await running.ended;
    expect([exitCode, stderr]).toEqual([0, expect.not.stringMatching(/hunter2|a-token/)]);
    // With the stdout sink on, stdout is for change events alone.
    expect([stdout, stderr]).toEqual([expect.not.stringContaining("cron"), expect.stringContaining("cron")]);
  });

  test("waits while a run publishes, and answers others meanwhile", async (context) => {
    const path = join(folder, "busy.sqlite");
    fillSmallDatabase(path);
    keepFromSyncing(path, context);
    const running = follow(startProgram(["schedule", "--database", path], base, folder), context);
    const url = await urlOf(running);
    const publishing = openDatabase(path);
    publishing.execute("BEGIN IMMEDIATE");
    const posted = post(url, report(remapId, "GroupRemapRejected"));
    for (let count = 0; count < 3; count += 1) expect((await fetch(`${url}/healthz`)).status).toBe(200);
    publishing.execute("COMMIT");
    publishing.close();
    expect(await posted).toMatchObject({ status: 200, body: { rejected: 1 } });
  });

  test("asks for reports again where a run publishes on and on", async (context) => {
    const path = join(folder, "locked.sqlite");
    fillSmallDatabase(path);
    keepFromSyncing(path, context);
    const running = follow(startProgram(["schedule", "--database", path], base, folder), context);
    const url = await urlOf(running);
    const publishing = openDatabase(path);
    publishing.execute("BEGIN IMMEDIATE");
    expect(await post(url, report(remapId))).toMatchObject({ status: 503, retryAfter: "10" });
    publishing.execute("COMMIT");
    publishing.close();
    expect(await post(url, report(remapId))).toMatchObject({ status: 200, body: { applied: 1 } });
  });

  test("on a network file system that is allowed it is as ready, and knows of as much", async (context) => {
    const path = join(folder, "network.sqlite");
    fillSmallDatabase(path);
    const writer = openDatabase(path);
    writer.prepare("UPDATE run SET started_at_real_ms = ?").run(Date.now() - 2 * 24 * 3_600_000);
    writer.close();
    keepFromSyncing(path, context);
    const disk = new URL("../support/network-disk.ts", import.meta.url).href;
    const start = (isAllowed: string) =>
      startProgram(
        ["schedule", "--database", path],
        { ...base, NODE_OPTIONS: `--import ${disk}`, METER_SYNC_ALLOW_NETWORK_FS: isAllowed },
        folder,
      );
    const refused = follow(start("off"), context);
    expect(await (await fetch(`${await urlOf(refused)}/readyz`)).json()).toMatchObject({
      reason: expect.stringContaining("NFS"),
    });
    const running = follow(start("on"), context);
    expect((await fetch(`${await urlOf(running)}/readyz`)).status).toBe(200);
    await running.until(/a time was missed: it is made up for now/);
  });

  test("starts syncs, whose reports go where its own output goes", async (context) => {
    const running = follow(
      world.start(["schedule"], { METER_SYNC_LISTEN: "127.0.0.1:0", METER_SYNC_CRON: "* * * * * *" }),
      context,
    );
    await running.until(/"status":"published"/);
    await running.until(/"job":"sync","exit_code":0/);
  });

  test("tells a sync under way to end, waits for it, and skips what is due meanwhile", async (context) => {
    const gate = await openGate(world.leap.url);
    context.onTestFinished(() => gate.close());
    const environment = {
      LEAP_BASE_URL: gate.url,
      METER_SYNC_DATABASE: join(folder, "gate.sqlite"),
      METER_SYNC_LISTEN: "127.0.0.1:0",
      METER_SYNC_CRON: "* * * * * *",
    };
    const running = follow(world.start(["schedule"], environment), context);
    await gate.isKnocked;
    await running.until(/skipped: a run is still under way/);
    running.child.kill("SIGTERM");
    const { exitCode, stderr, messages } = await running.ended;
    expect(exitCode).toBe(0);
    expect(messages.filter((message) => message === "started")).toHaveLength(1);
    expect(stderr).toMatch(/"exit_code":3/);
    expect(messages).toContain("ended, as it was told to");
    expect(stderr).not.toContain("did not end well");
    // What was cut short is no reason to wait for the next slot when all is up again.
    expect(recallSweeps(environment.METER_SYNC_DATABASE, Date.now())).toEqual({ kind: "never" });
    // The child is gone, and its lock with it.
    acquireLock(toLockPath(environment.METER_SYNC_DATABASE, "lock"), "still locked").release();
  });
});
