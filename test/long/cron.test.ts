import { once } from "node:events";
import { statSync, watch } from "node:fs";
import { join } from "node:path";
import { describe, expect, type TestContext, test } from "vitest";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import {
  type CronWorld,
  crontabExample,
  type Daemon,
  openCronWorld,
  toEveryMinute,
  whyNoCron,
  withOffers,
} from "../support/cron-world.ts";

const dayMs = 86_400_000;
/** A minute until the first slot, one until the second, and what the runs take on a busy machine. */
const waitMs = 150_000;
const testMs = 2 * waitMs;

type Told = { readonly type: string; readonly sequence: string; readonly correlationid: string };
type Context = Pick<TestContext, "onTestFinished">;

describe.concurrent.each<Daemon>(["cron", "supercronic"])("%s", (daemon) => {
  const reason = whyNoCron(daemon);
  const name = (title: string) => (reason === undefined ? title : `${title} (not here: ${reason})`);
  const run = test.skipIf(reason !== undefined);

  run(
    name("runs the daily line of crontab.example, and the events arrive"),
    async (context) => {
      const { world, leap } = await openWorld(daemon, context);
      expect(await world.run("mkdir out")).toBe(0);
      await world.start(toEveryMinute(crontabExample));
      const baseline = await until(world, 1);
      expect(baseline).toEqual([expect.objectContaining({ type: "sync.published" })]);
      expect(statSync(join(world.home, "meter-sync.sqlite")).mode & 0o777).toBe(0o600);
      // A month: whoever moves with a delivery period has moved by then.
      leap.setNow(leap.nowMs() + 31 * dayMs);
      const told = await until(world, 2);
      expect(told.map(({ sequence }) => Number(sequence))).toEqual(told.map((_, index) => index + 1));
      expect(ofType(world, "meter.group.remapped").length).toBeGreaterThan(0);
      const second = ofType(world, "sync.published")[1]?.correlationid;
      expect(new Set(told.slice(1).map(({ correlationid }) => correlationid))).toEqual(new Set([second]));
      // The reports of both runs are in the log, the key is not.
      expect(world.read("meter-sync.log").match(/"status": ?"published"/g)).toHaveLength(2);
      expect(world.read("meter-sync.log")).not.toContain(leap.apiKey);
    },
    testMs,
  );

  run(
    name("runs the line for deliveries, and what waited for its sink arrives"),
    async (context) => {
      const { world } = await openWorld(daemon, context);
      world.write("out", "a file where the sink wants a folder");
      expect(await world.run("meter-sync sync >first.log 2>&1")).toBe(3);
      expect(await world.run("rm out; mkdir out")).toBe(0);
      const offered = withOffers(crontabExample);
      const deliveries = offered.replaceAll(/^.*meter-sync sync.*$/gm, "");
      await world.start(toEveryMinute(deliveries));
      const told = await until(world, 1);
      expect(told).toHaveLength(1);
    },
    testMs,
  );
});

async function openWorld(daemon: Daemon, { onTestFinished }: Context) {
  const nowMs = Date.now();
  const leap = await startSimulator({ seed: 5, meterCount: 200, startDate: toDay(nowMs), nowMs });
  onTestFinished(() => leap.close());
  const world = openCronWorld(daemon);
  onTestFinished(() => world.close());
  world.write("meter-sync.env", toSettings(leap, world.home));
  return { world, leap };
}

/** As the comments of the table say. */
function toSettings(leap: RunningSimulator, home: string): string {
  const settings = {
    LEAP_API_KEY: leap.apiKey,
    LEAP_BASE_URL: leap.url,
    METER_SYNC_DATABASE: join(home, "meter-sync.sqlite"),
    METER_SYNC_SINKS: `file:${join(home, "out", "events.ndjson")}`,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join("");
}

/** What was told once so many publications were, and the runs have reported to the log. */
async function until(world: CronWorld, publicationCount: number): Promise<readonly Told[]> {
  const signal = AbortSignal.timeout(waitMs);
  const watcher = watch(world.home, { recursive: true });
  try {
    // Whoever looks first, and watches then, may wait for what was there already.
    while (ofType(world, "sync.published").length < publicationCount || !hasReported(world)) {
      await once(watcher, "change", { signal });
    }
    return toTold(world);
  } catch (cause) {
    throw new Error(`nothing came of it: ${world.read("meter-sync.log")}`, { cause });
  } finally {
    watcher.close();
  }
}

/** The report of a run is the last that it writes. */
function hasReported(world: CronWorld): boolean {
  return world.read("meter-sync.log").endsWith("\n}\n");
}

function ofType(world: CronWorld, wanted: string): readonly Told[] {
  return toTold(world).filter(({ type }) => type === wanted);
}

/** Whole lines only: the last one may still be being written. */
function toTold(world: CronWorld): readonly Told[] {
  const lines = world.read("out/events.ndjson").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Told);
}

function toDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
