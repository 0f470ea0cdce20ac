import { describe, expect, test } from "vitest";
import { openDatabaseReadOnly } from "../../src/database/index.ts";
import {
  childrenOf,
  count,
  type LogLine,
  type MovedProcess,
  openDoor,
  openMovedWorld,
  urlOf,
} from "../support/standing-schedule.ts";

const has =
  (job: string, message: string, least = 1) =>
  (lines: readonly LogLine[]) =>
    count(lines, job, message) >= least;

async function stop({ child, ended }: MovedProcess): Promise<void> {
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
}

const missed = "a time was missed: it is made up for now";
const daily = { METER_SYNC_CRON: "17 6 * * *", METER_SYNC_POLL_CRON: "*/2 * * * * *" };

describe("a schedule that was away", () => {
  test("makes up for all it missed with one sweep, which no restart repeats", async (context) => {
    const world = await openMovedWorld(context, "2026-06-10T06:00:00Z");
    expect(await world.start(["sync"]).ended).toBe(0);
    world.setClock("2026-06-15T12:00:00Z");
    for (const [round, sweeps] of [1, 0, 0].entries()) {
      const running = world.start(["schedule"], daily);
      if (sweeps > 0) await running.until(has("sync", "ended"));
      await running.until(has("poll", "started"));
      await stop(running);
      expect([round, count(running.lines, "sync", "started")]).toEqual([round, sweeps]);
      expect(count(running.lines, "sync", missed)).toBe(sweeps);
    }
    // A day later somebody sweeps by hand, after the time of day: that will do.
    world.setClock("2026-06-16T06:20:00Z");
    expect(await world.start(["sync"]).ended).toBe(0);
    const later = world.start(["schedule"], daily);
    await later.until(has("poll", "started"));
    await stop(later);
    expect(count(later.lines, "sync", "started")).toBe(0);
    expect(world.runs("sweep").map(({ at }) => at.slice(0, 13))).toEqual([
      "2026-06-10T06",
      "2026-06-15T12",
      "2026-06-16T06",
    ]);
  }, 300_000);

  test("stopped across a slot and continued makes up for it", async (context) => {
    const world = await openMovedWorld(context, "2026-06-10T06:00:00Z");
    expect(await world.start(["sync"]).ended).toBe(0);
    const running = world.start(["schedule"], daily);
    await running.until(has("poll", "started"));
    running.child.kill("SIGSTOP");
    world.setClock("2026-06-10T06:17:40Z");
    running.child.kill("SIGCONT");
    await running.until(has("sync", "started"));
    expect(count(running.lines, "sync", missed)).toBe(1);
    await running.until(has("sync", "ended"));
    await stop(running);
    expect(count(running.lines, "sync", "started")).toBe(1);
  }, 300_000);

  test("killed in the middle of a sweep, it goes on with that sweep, once", async (context) => {
    const world = await openMovedWorld(context, "2026-06-10T06:17:05Z", 60);
    // A first sweep has many windows: by then some are finished, not all.
    const door = await openDoor(context, world.leap.url, 12);
    const paced = { ...daily, METER_SYNC_POLL_CRON: "", METER_SYNC_CONCURRENCY: "1" };
    const killed = world.start(["schedule"], { ...paced, LEAP_BASE_URL: door.url });
    await door.isShut;
    // The machine goes down: both at once, without a word.
    const children = childrenOf(Number(killed.child.pid));
    expect(children).toHaveLength(1);
    killed.child.kill("SIGKILL");
    for (const pid of children) process.kill(pid, "SIGKILL");
    expect(await killed.ended).toBe("SIGKILL");
    expect(world.runs("sweep").map(({ status }) => status)).toEqual(["running"]);
    const again = world.start(["schedule"], {
      ...paced,
      LEAP_BASE_URL: door.url,
      METER_SYNC_POLL_CRON: daily.METER_SYNC_POLL_CRON,
    });
    door.passes = Number.POSITIVE_INFINITY;
    await again.until(has("sync", "ended"));
    await again.until(has("poll", "started"));
    await stop(again);
    expect(count(again.lines, "sync", "started")).toBe(1);
    expect(world.runs("sweep").map(({ status }) => status)).toEqual(["failed", "published"]);
    expect(resumedWindows(world.database)).toBeGreaterThan(0);
  }, 300_000);
});

function resumedWindows(path: string): number {
  const database = openDatabaseReadOnly(path);
  const row = database
    .prepare(
      `SELECT json_extract(report, '$.windows.resumed') AS count FROM run
       WHERE mode = 'sweep' ORDER BY run_key DESC LIMIT 1`,
    )
    .get();
  database.close();
  return Number(row?.count);
}

test("a Leap that hangs costs a run its deadline; later slots, answers and the end come", async (context) => {
  const world = await openMovedWorld(context, "2026-06-10T06:00:00Z");
  const door = await openDoor(context, world.leap.url, 0);
  const running = world.start(["schedule"], {
    METER_SYNC_CRON: "*/2 * * * * *",
    METER_SYNC_RUN_DEADLINE: "8s",
    LEAP_BASE_URL: door.url,
  });
  const url = await urlOf(running);
  await door.isShut;
  const isEnded = has("sync", "it took longer than METER_SYNC_RUN_DEADLINE");
  let slowestMs = 0;
  do {
    const startedMs = performance.now();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
  } while (!isEnded(running.lines));
  await running.until(has("sync", "started", 2));
  expect(slowestMs).toBeLessThan(3000);
  const startedMs = performance.now();
  await stop(running);
  expect(performance.now() - startedMs).toBeLessThan(20_000);
}, 300_000);
