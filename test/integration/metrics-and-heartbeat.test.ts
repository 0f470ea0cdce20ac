import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { toSampleMap } from "../support/prometheus-parser.ts";
import { type CliWorld, openCliWorld, openGate } from "./cli-world.ts";
import { openPingReceiver, type PingReceiver, secretPath } from "./ping-receiver.ts";

let world: CliWorld;
let receiver: PingReceiver;
let metricsPath: string;

beforeAll(async () => {
  world = await openCliWorld(20);
  world.leap.setNow(Date.now());
  receiver = await openPingReceiver();
  metricsPath = join(world.folder, "meter-sync.prom");
});
afterAll(async () => {
  await receiver.close();
  await world.close();
});

/** What came since it was asked last. */
function takePings() {
  return receiver.pings.splice(0);
}

function readMetrics(path = metricsPath) {
  return toSampleMap(readFileSync(path, "utf8"));
}

const environment = (more: Record<string, string> = {}) => ({
  METER_SYNC_HEARTBEAT_URL: receiver.url,
  METER_SYNC_DELIVER_HEARTBEAT_URL: `${receiver.url}/deliver`,
  METER_SYNC_SINKS: `file:${join(world.folder, "events.ndjson")}`,
  METER_SYNC_METRICS_FILE: metricsPath,
  ...more,
});

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("whoever watches the job", () => {
  it("is told by sync that it began and went well, as one run, and finds what it did", async () => {
    const beforeMs = Date.now();
    const { exitCode, stdout, stderr } = await world.run(["sync"], environment());
    expect(exitCode, stderr).toBe(0);
    const [start, end, ...more] = takePings();
    expect(more).toEqual([]);
    expect(start).toMatchObject({ method: "POST", beneath: "/start", body: "" });
    expect(end).toMatchObject({ beneath: "", runId: start?.runId });
    expect(end?.body).toMatch(/^sync: published, \d+ changes?, \d+ meters, exit code 0$/);
    expect(start?.runId).toMatch(uuid);
    const metrics = readMetrics();
    const report = JSON.parse(stdout);
    expect(metrics.get('meter_sync_last_run_meters{mode="sweep",outcome="returned"}')).toBe(
      report.meters.returned,
    );
    expect(metrics.get("meter_sync_last_publication_timestamp_seconds")).toBe(
      Date.parse(report.published_at) / 1000,
    );
    expect(metrics.get('meter_sync_task_last_exit_code{task="sync"}')).toBe(0);
    expect(metrics.get('meter_sync_task_last_start_timestamp_seconds{task="sync"}')).toBeGreaterThanOrEqual(
      beforeMs / 1000,
    );
  });

  it("may read the file as another user, and finds nothing else beside it", () => {
    expect(statSync(metricsPath).mode & 0o777).toBe(0o644);
    expect(readdirSync(world.folder).filter((name) => /prom/.test(name))).toEqual(["meter-sync.prom"]);
  });

  it("is told by deliver at a check of its own, and by polls, rehearsals and dry runs nothing", async () => {
    const unheard = {
      METER_SYNC_DATABASE: join(world.folder, "rehearsal.sqlite"),
      METER_SYNC_METRICS_FILE: join(world.folder, "rehearsal.prom"),
    };
    const ended = await Promise.all([
      world.run(["deliver"], environment()),
      world.run(["sync", "--mode", "poll"], environment()),
      world.run(["sync", "--now", new Date().toISOString()], environment(unheard)),
      world.run(
        ["sync", "--dry-run"],
        environment({ METER_SYNC_METRICS_FILE: unheard.METER_SYNC_METRICS_FILE }),
      ),
    ]);
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(takePings().map(({ beneath, body }) => [beneath, body])).toEqual([
      ["/deliver/start", ""],
      ["/deliver", "deliver: exit code 0"],
    ]);
    expect(readdirSync(world.folder)).not.toContain("rehearsal.prom");
    const metrics = readMetrics();
    for (const task of ["sync", "deliver", "poll"]) {
      expect(metrics.get(`meter_sync_task_last_exit_code{task="${task}"}`)).toBe(0);
    }
    expect(metrics.get('meter_sync_last_run_exit_code{mode="poll"}')).toBe(0);
  });

  it("is told of a run that was held back by its exit code, and since when it waits", async () => {
    world.leap.setFaults([{ kind: "ungrouped" }]);
    const { exitCode, stdout } = await world.run(["sync"], environment());
    world.leap.setFaults([]);
    expect(exitCode).toBe(6);
    const [, end] = takePings();
    expect(end?.beneath).toBe("/6");
    expect(end?.body).toMatch(/^sync: held, \d+ changes, \d+ meters, exit code 6$/);
    const metrics = readMetrics();
    expect(metrics.get("meter_sync_held_run")).toBe(1);
    const heldAt = Date.parse(JSON.parse(stdout).finished_at) / 1000;
    expect(metrics.get("meter_sync_held_run_timestamp_seconds")).toBe(heldAt);
    expect(metrics.get('meter_sync_task_last_exit_code{task="sync"}')).toBe(6);
    expect(metrics.get('meter_sync_task_last_run_failed{task="sync"}')).toBe(0);
    expect(metrics.get('meter_sync_last_run_status{mode="sweep",status="held"}')).toBe(1);
  });

  it("is told of a key that is refused, and finds what was there before", async () => {
    const { exitCode } = await world.run(["sync"], environment({ LEAP_API_KEY: "other" }));
    expect(exitCode).toBe(2);
    expect(takePings().at(-1)).toMatchObject({ beneath: "/2", body: "sync: failed, exit code 2" });
    const metrics = readMetrics();
    expect(metrics.get('meter_sync_task_last_run_failed{task="sync"}')).toBe(1);
    expect(metrics.get('meter_sync_last_run_status{mode="sweep",status="failed"}')).toBe(1);
    // The run before it is held still, and what deliver said stands.
    expect(metrics.get("meter_sync_held_run")).toBe(1);
    expect(metrics.get('meter_sync_task_last_exit_code{task="deliver"}')).toBe(0);
  });
});

/** A job with a database, a metrics file and a heartbeat service of its own. */
async function openJob(name: string, { onTestFinished }: Pick<TestContext, "onTestFinished">) {
  const service = await openPingReceiver();
  onTestFinished(() => service.close());
  const own = {
    METER_SYNC_DATABASE: join(world.folder, `${name}.sqlite`),
    METER_SYNC_METRICS_FILE: join(world.folder, `${name}.prom`),
    METER_SYNC_HEARTBEAT_URL: service.url,
  };
  return { service, own, read: () => readMetrics(own.METER_SYNC_METRICS_FILE) };
}

describe.concurrent("a job that is not let in", () => {
  it("is noticed, whatever keeps it out: a damaged database, or no key", async (context) => {
    const { own, service, read } = await openJob("refused", context);
    writeFileSync(own.METER_SYNC_DATABASE, "no database at all, but a text".repeat(200));
    const more = { ...own, METER_SYNC_DELIVER_HEARTBEAT_URL: `${service.url}/deliver` };
    const asked = environment(more);
    expect((await world.run(["deliver"], asked)).exitCode).toBe(2);
    expect((await world.run(["sync"], { ...asked, LEAP_API_KEY: "" })).exitCode).toBe(2);
    expect(service.pings.map(({ beneath }) => beneath)).toEqual([
      "/deliver/start",
      "/deliver/2",
      "/start",
      "/2",
    ]);
    const metrics = read();
    for (const task of ["deliver", "sync"])
      expect(metrics.get(`meter_sync_task_last_run_failed{task="${task}"}`)).toBe(1);
    expect(metrics.get("meter_sync_database_readable")).toBe(0);
  });
});

describe.concurrent("a job", () => {
  it("that cannot even open its database is noticed", async (context) => {
    const { service, own, read } = await openJob("not-ours", context);
    writeFileSync(own.METER_SYNC_DATABASE, "neither a database nor anything else\n".repeat(100));
    expect((await world.run(["sync"], own)).exitCode).toBe(2);
    expect(service.pings.at(-1)).toMatchObject({ beneath: "/2", body: "sync: exit code 2" });
    expect(read().get("meter_sync_database_readable")).toBe(0);
    expect(read().get('meter_sync_task_last_exit_code{task="sync"}')).toBe(2);
    expect(read().get("meter_sync_meters")).toBeUndefined();
  });

  it("goes well where nobody takes its pings and metrics, warns, and tells no secret", async (context) => {
    const { service, own } = await openJob("unheard", context);
    service.answer = 500;
    const nowhere = { METER_SYNC_METRICS_FILE: join(world.folder, "nowhere", "x.prom") };
    const { exitCode, stdout, stderr, messages } = await world.run(["sync", "--verbose"], {
      ...own,
      ...nowhere,
    });
    expect(exitCode, stderr).toBe(0);
    expect(messages.filter((message) => /heartbeat service/.test(message))).toHaveLength(1);
    expect(messages.filter((message) => /cannot write the metrics file/.test(message))).toHaveLength(1);
    expect(stderr).toContain(service.host);
    expect(stdout + stderr).not.toContain(secretPath);
  });

  it("ends when told to, though the service hangs, and says that it was broken off", async (context) => {
    const { service, own, read } = await openJob("stopped", context);
    service.answer = "hang";
    const gate = await openGate(world.leap.url);
    context.onTestFinished(() => gate.close());
    const running = world.start(["sync"], { ...own, LEAP_BASE_URL: gate.url });
    await gate.isKnocked;
    running.child.kill("SIGTERM");
    expect((await running.ended).exitCode).toBe(3);
    expect(service.pings.map(({ beneath }) => beneath)).toEqual(["/start", "/fail"]);
    expect(read().get('meter_sync_task_last_exit_code{task="sync"}')).toBe(3);
  });
});
