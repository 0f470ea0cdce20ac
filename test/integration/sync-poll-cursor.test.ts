import { afterEach, describe, expect, it } from "vitest";
import { at, type PollQuestion, pollAt } from "./poll-days.ts";
import { inGroup, openPortfolioDays, type PortfolioDays, range, type Version } from "./portfolio-days.ts";
import { breakAfter } from "./small-portfolio.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const six = inGroup("north", range(1, 6));
const poll = (...asked: PollQuestion) => pollAt(world, ...asked);

async function open(version: Version): Promise<void> {
  world = await openPortfolioDays(version);
  world.leap.dateMs = at(0);
  await world.run(0, six);
  world.leap.forgetAsked();
}

const minuteMs = 60_000;
const instant = (ms: number) => new Date(ms).toISOString();

/** The instants that searches were asked from, by time modified. */
function readSince(): unknown[] {
  return world.leap.asked.flatMap(
    ({ body }) => body.last_modified_date_time ?? body.date_last_modified ?? [],
  );
}

describe.each(["v2", "v1"] as const)("the cursor of a poll of %s (I3)", (version) => {
  it("is the server's date at the first answer of the run before, less ten minutes", async () => {
    world = await openPortfolioDays(version, { pageSize: 2, concurrency: 1 });
    world.leap.dateMs = at(0) - 17_000;
    world.leap.rewrite = () => {
      // Every later answer comes half an hour later.
      setImmediate(() => {
        world.leap.dateMs = at(0.5);
      });
      return undefined;
    };
    const { report } = await world.run(0, six);
    expect(world.leap.asked.length).toBeGreaterThan(3);
    const cursor = instant(at(0) - 17_000 - 10 * minuteMs);
    expect(report.cursor).toBe(cursor);
    world.leap.rewrite = null;
    const first = await poll(version, 1, six, {});
    expect([first.report.mode, readSince()]).toEqual(["poll", [cursor]]);
    await poll(version, 2, six, {});
    expect(readSince()).toEqual([instant(at(1) - 10 * minuteMs)]);
  });

  it("is none where that answer had no date, whatever the later ones say", async () => {
    world = await openPortfolioDays(version, { pageSize: 2, concurrency: 1 });
    world.leap.rewrite = (_, answer) =>
      world.leap.asked.length === 1 ? { ...answer, headers: { date: "some time" } } : undefined;
    expect((await world.run(0, six)).report.cursor).toBeNull();
  });

  it("is none of a sweep that was taken over, where its first answer had no date", async () => {
    world = await openPortfolioDays(version, { concurrency: 1 });
    world.leap.rewrite = (_, answer) => ({ ...answer, headers: { date: "some time" } });
    await world.fail(0, six, { wrapLeap: breakAfter(2) });
    world.leap.rewrite = null;
    world.leap.dateMs = at(5);
    const { report } = await world.run(5, six);
    expect([report.windows.resumed, report.cursor]).toEqual([2, null]);
  });

  it("is not ahead of our clock where the server's is", async () => {
    world = await openPortfolioDays(version);
    world.leap.dateMs = at(5);
    const { report } = await world.run(0, six);
    expect(report.cursor).toBe(instant(at(0) - 10 * minuteMs));
  });

  it("goes back with the server's clock where that is behind", async () => {
    world = await openPortfolioDays(version);
    world.leap.dateMs = at(-3);
    expect((await world.run(0, six)).report.cursor).toBe(instant(at(-3) - 10 * minuteMs));
  });

  it("is never the newest timestamp seen", async () => {
    await open(version);
    const { report } = await poll(version, 1, six, { 1: 0.9, 2: 9 });
    expect(report.cursor).toBe(instant(at(1) - 10 * minuteMs));
  });

  it("stays where it is after a poll that failed or was held", async () => {
    await open(version);
    world.leap.rewrite = () => ({ status: 503, body: {} });
    expect(await world.fail(1, six, { mode: "poll", attemptCountMax: 1 })).toBe("environment");
    world.leap.rewrite = null;
    await poll(version, 2, six, {});
    expect(readSince()).toEqual([instant(at(0) - 10 * minuteMs)]);
  });

  it("is that of the run that began the sweep where another took it over", async () => {
    world = await openPortfolioDays(version, { concurrency: 1 });
    world.leap.dateMs = at(0);
    let pages = 0;
    await world.fail(0, six, {
      wrapLeap: (client) => ({
        ...client,
        readPage: (...question) => {
          pages += 1;
          if (pages > 2) throw new Error("broke down");
          return client.readPage(...question);
        },
      }),
    });
    world.leap.dateMs = at(1);
    const { report } = await world.run(1, six);
    expect(report.windows.resumed).toBe(2);
    expect(report.cursor).toBe(instant(at(0) - 10 * minuteMs));
  });
});
