import { describe, expect, test } from "vitest";
import { count, type LogLine, type MovedProcess, openMovedWorld } from "../support/standing-schedule.ts";

const newYork = { METER_SYNC_TIMEZONE: "America/New_York" };

const has =
  (job: string, message: string, least = 1) =>
  (lines: readonly LogLine[]) =>
    count(lines, job, message) >= least;

/** So many more polls begin from now on: so often, at least, it was looked at what is due. */
async function untilMorePolls({ lines, until }: MovedProcess, more = 1): Promise<void> {
  await until(has("poll", "started", count(lines, "poll", "started") + more));
}

async function stop({ child, ended }: MovedProcess): Promise<void> {
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
}

const at = (instant: string) => expect.stringMatching(new RegExp(`^${instant}`));
const published = (instant: string) => ({ at: at(instant), status: "published" });

describe("where the clock of a zone is set", () => {
  test("a sweep of the hour left out in spring runs at its end, once; polls go on", async (context) => {
    const world = await openMovedWorld(context, "2026-03-08T06:40:00Z");
    const environment = {
      ...newYork,
      METER_SYNC_CRON: "3 30 2 * * *",
      METER_SYNC_POLL_CRON: "*/2 * * * * *",
    };
    expect(await world.start(["sync"]).ended).toBe(0);
    world.setClock("2026-03-08T06:59:54Z");
    const first = world.start(["schedule"], environment);
    await first.until(has("sync", "ended"));
    await untilMorePolls(first);
    await stop(first);
    // Two looks later, in a process that knows of it from the database alone.
    world.setClock("2026-03-08T07:00:40Z");
    const second = world.start(["schedule"], environment);
    await untilMorePolls(second);
    expect(count(second.lines, "sync", "started")).toBe(0);
    // The next day has the hour, and half an hour of it is later by the clock of the zone.
    world.setClock("2026-03-09T06:29:59Z");
    await second.until(has("sync", "ended"));
    await stop(second);
    expect(world.runs("sweep")).toEqual([
      published("2026-03-08T06:40"),
      published("2026-03-08T07:00"),
      published("2026-03-09T06:30"),
    ]);
  }, 300_000);

  test("a sweep of the hour that comes twice in autumn runs the first time; polls go on", async (context) => {
    const world = await openMovedWorld(context, "2026-11-01T04:00:00Z");
    const environment = {
      ...newYork,
      METER_SYNC_CRON: "4 30 1 * * *",
      METER_SYNC_POLL_CRON: "*/2 * * * * *",
    };
    expect(await world.start(["sync"]).ended).toBe(0);
    world.setClock("2026-11-01T05:29:59Z");
    const first = world.start(["schedule"], environment);
    await first.until(has("sync", "ended"));
    // In the same process an hour later, and by the clock of the zone at the same time.
    world.setClock("2026-11-01T06:29:59Z");
    await untilMorePolls(first, 2);
    await stop(first);
    world.setClock("2026-11-01T06:30:40Z");
    const second = world.start(["schedule"], environment);
    await untilMorePolls(second);
    expect(count(second.lines, "sync", "started")).toBe(0);
    world.setClock("2026-11-02T06:30:00Z");
    await second.until(has("sync", "ended"));
    await stop(second);
    expect(world.runs("sweep")).toEqual([
      published("2026-11-01T04:00"),
      published("2026-11-01T05:30"),
      published("2026-11-02T06:30"),
    ]);
    const hours = new Set(world.runs("poll").map((run) => run.at.slice(0, 13)));
    expect(hours).toContain("2026-11-01T06");
  }, 300_000);
});

describe("where the clock of the machine is set", () => {
  test("back by an hour, no sweep comes twice, and polls go on", async (context) => {
    const world = await openMovedWorld(context, "2026-06-10T06:00:00Z");
    const environment = { METER_SYNC_CRON: "17 6 * * *", METER_SYNC_POLL_CRON: "*/2 * * * * *" };
    expect(await world.start(["sync"]).ended).toBe(0);
    world.setClock("2026-06-10T06:16:58Z");
    const running = world.start(["schedule"], environment);
    await running.until(has("sync", "ended"));
    world.setClock("2026-06-10T05:17:10Z");
    await untilMorePolls(running);
    // By seconds, as a time server does, across the slot.
    world.setClock("2026-06-10T06:16:59.900Z");
    await untilMorePolls(running);
    world.setClock("2026-06-10T06:16:58Z");
    await untilMorePolls(running);
    world.setClock("2026-06-11T06:17:01Z");
    await running.until(has("sync", "ended", 2));
    await stop(running);
    expect(world.runs("sweep")).toEqual([
      published("2026-06-10T06:00"),
      published("2026-06-10T06:17"),
      published("2026-06-11T06:17"),
    ]);
  }, 300_000);
});
