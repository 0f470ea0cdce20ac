import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, type TestContext } from "vitest";
import { openDatabaseReadOnly } from "../../src/database/index.ts";
import { openCliWorld } from "../integration/cli-world.ts";
import { openPingReceiver } from "../integration/ping-receiver.ts";
import { toSampleMap } from "../support/prometheus-parser.ts";

async function open({ onTestFinished }: Pick<TestContext, "onTestFinished">) {
  const [world, receiver] = await Promise.all([openCliWorld(10), openPingReceiver()]);
  world.leap.setNow(Date.now());
  onTestFinished(async () => {
    await receiver.close();
    await world.close();
  });
  const environment = {
    METER_SYNC_HEARTBEAT_URL: receiver.url,
    METER_SYNC_DELIVER_HEARTBEAT_URL: receiver.url,
    METER_SYNC_DATABASE: world.database,
    METER_SYNC_SINKS: `file:${join(world.folder, "events.ndjson")}`,
  };
  return { world, receiver, environment };
}

it.concurrent("a heartbeat service that hangs costs a job seconds, and nothing else", async (context) => {
  const { world, receiver, environment } = await open(context);
  expect((await world.run(["sync"], environment)).exitCode).toBe(0);
  receiver.pings.splice(0);
  receiver.answer = "hang";
  const beforeMs = performance.now();
  const { exitCode, messages } = await world.run(["deliver"], environment);
  // Two seconds for what is left of the start, five for the end, and the job itself on a busy machine.
  expect(performance.now() - beforeMs).toBeLessThan(30_000);
  expect([exitCode, messages.length]).toEqual([0, 1]);
  expect(receiver.pings.map(({ beneath }) => beneath)).toEqual(["/start", ""]);
});

it.concurrent("a job that went well says so, though told to stop while nobody listens", async (context) => {
  const { world, receiver, environment } = await open(context);
  receiver.answer = "hang";
  const { child, ended } = world.start(["sync"], { ...environment, METER_SYNC_SINKS: "" });
  // What is left to do is the last ping, which waits for the first.
  await expect.poll(() => isPublished(world.database), { timeout: 30_000 }).toBe(true);
  child.kill("SIGTERM");
  const { exitCode, stderr } = await ended;
  expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining("run sync again")]);
});

function isPublished(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    const database = openDatabaseReadOnly(path);
    try {
      return database.prepare("SELECT 1 FROM run WHERE status = 'published'").get() !== undefined;
    } finally {
      database.close();
    }
  } catch {
    // It is being made.
    return false;
  }
}

it.concurrent("a Leap that is down is told by its exit code, 3", async (context) => {
  const { world, receiver, environment } = await open(context);
  const { exitCode } = await world.run(["sync"], { ...environment, LEAP_BASE_URL: "http://127.0.0.1:9" });
  expect(exitCode).toBe(3);
  expect(receiver.pings.map(({ beneath }) => beneath)).toEqual(["/start", "/3"]);
  expect(receiver.pings.at(-1)?.body).toBe("sync: failed, exit code 3");
});

it.concurrent("a job that does not end when it is told to is told of before it is ended", async (context) => {
  const { world, receiver, environment } = await open(context);
  const metricsPath = join(world.folder, "meter-sync.prom");
  const child = spawn(process.execPath, [join(import.meta.dirname, "hanging-job.ts")], {
    env: { ...process.env, ...environment, METER_SYNC_METRICS_FILE: metricsPath },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "close");
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  expect(await ended).toEqual([3, null]);
  expect(receiver.pings.map(({ beneath }) => beneath)).toEqual(["/start", "/fail"]);
  expect(receiver.pings.at(-1)?.body).toBe("sync: told to stop, exit code 3");
  const metrics = toSampleMap(readFileSync(metricsPath, "utf8"));
  expect(metrics.get('meter_sync_task_last_exit_code{task="sync"}')).toBe(3);
});
