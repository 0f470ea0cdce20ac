import { afterEach, describe, expect, it } from "vitest";
import { openPortfolioDays, type PortfolioDays, range, toLines } from "../integration/portfolio-days.ts";
import { breakAfter, dayMs, noon } from "../integration/small-portfolio.ts";
import { openWindowBook } from "../integration/window-book.ts";
import { type MeterSketch, toEntry } from "../support/documents.ts";
import { type DayOptions, openDays } from "../support/run-days.ts";
import { readChanges, readEvents, readSnapshot, type Told } from "../support/views.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const standing: DayOptions = { pageSize: 10, concurrency: 1 };

/** So many meters, evenly from one day of 2026 to another. */
function spread(count: number, from: string, to: string, group = "north"): MeterSketch[] {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  return range(1, count).map((number) => ({
    number,
    addedAt: new Date(fromMs + Math.floor(((number - 1) * (toMs - fromMs)) / count)).toISOString(),
    stays: [{ group, from: "2026-11-01" }],
  }));
}

const countOf = (told: readonly Told[], start: string) =>
  toLines(told).filter((line) => line.startsWith(start)).length;

/** Where one window of several would hold all: the first, a middle one, the last. */
const places = [
  ["the open-ended first", Date.UTC(2026, 6, 1), Date.UTC(2026, 9, 1), "2026-01-01", "2026-06-30"],
  ["a middle", Date.UTC(2026, 0, 1), Date.UTC(2026, 9, 1), "2026-01-02", "2026-09-30"],
  ["the open-ended last", Date.UTC(2026, 0, 1), Date.UTC(2026, 3, 1), "2026-04-02", "2026-11-09"],
] as const;

describe.each(["v2", "v1"] as const)("a window of %s that proves too large", (version) => {
  it.each(places)("is read in parts where it is %s one", async (_, firstCut, secondCut, from, to) => {
    world = await openPortfolioDays(version, standing);
    const cuts = [firstCut, secondCut];
    const meters = spread(400, from, to);
    await world.run(0, meters);
    const book = openWindowBook(world.leap);
    const { report, told } = await world.run(1, spread(400, from, to, "south"), { cuts });
    const reads = book.take();
    // It was to hold 108: at twice as many it is given up, and eight parts are read in its place.
    expect(report.windows).toMatchObject({ total: 10, read: 10, split: 1 });
    expect(reads.length).toBe(11);
    const sizes = reads.map(({ meterIds }) => meterIds.length).sort((a, b) => b - a);
    expect(sizes[0]).toBe(220);
    expect(sizes[1]).toBeLessThan(70);
    expect(report.meters).toMatchObject({ returned: 400, changed: 400, unchanged: 0, absent: 0, moved: 0 });
    expect(report.meters.repeated).toBeLessThan(30);
    expect(report.certificate).toMatchObject({ windows_total: 10, windows_done: 10, windows_split: 1 });
    expect(report.certificate!.documents).toBe(400 + report.meters.repeated);
    expect(countOf(told, "remapped")).toBe(400);
    expect(report.pages).toBe(report.traffic.requests);
  });
});

describe("the parts of a window", () => {
  it("are split again where one of them is too large still", async () => {
    world = await openPortfolioDays("v2", { ...standing, baselineEvents: true });
    // All within a day of May, and few in the rest of the year.
    const meters = [
      ...spread(600, "2026-05-05", "2026-05-06"),
      ...spread(620, "2026-01-02", "2026-11-01").slice(600),
    ];
    const { report, told } = await world.run(0, meters);
    expect(report.windows.split).toBeGreaterThan(1);
    expect(report.meters).toMatchObject({ returned: 620, created: 620, absent: 0 });
    expect(countOf(told, "created")).toBe(620);
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  });

  it("are not smaller than a minute: meters added together are read in one window", async () => {
    world = await openPortfolioDays("v2", { ...standing, baselineEvents: true });
    const { report, told } = await world.run(0, spread(500, "2026-05-05T10:00:00Z", "2026-05-05T10:00:10Z"));
    expect(report.meters).toMatchObject({ returned: 500, created: 500 });
    expect(countOf(told, "created")).toBe(500);
  });

  it("take over nothing of what the window had staged before: the later read counts", async () => {
    world = await openPortfolioDays("v2", standing);
    await world.run(0, spread(400, "2026-01-02", "2026-11-01"));
    const south = spread(400, "2026-01-02", "2026-11-01", "south").map(toEntry);
    const { report, told } = await world.run(1, spread(400, "2026-01-02", "2026-11-01", "west"), {
      cuts: [],
      wrapLeap: (client) => ({
        ...client,
        readPage: (window, token, signal) => {
          // From the first part on, Leap says something else.
          if (window.addedFromMs !== null || window.addedToMs !== null) world.leap.entries = south;
          return client.readPage(window, token, signal);
        },
      }),
    });
    expect([report.windows.split, report.meters.moved]).toEqual([1, 0]);
    expect(toLines(told).filter((line) => line.includes("→ south")).length).toBe(400);
    expect(toLines(told).some((line) => line.includes("west"))).toBe(false);
  });
});

describe("a run that is killed while a window is split", () => {
  const before = spread(300, "2026-01-02", "2026-11-01");
  const after = [
    ...spread(300, "2026-01-02", "2026-11-01", "south").slice(0, 290),
    { number: 301, stays: [{ group: "west", from: "2026-11-01" }] },
  ];
  const told = (days: Pick<PortfolioDays["days"], "database">) =>
    readChanges(days.database).map(({ id, type, subject }) => [id, type, subject]);

  it("is taken up by the next, whichever page it was killed at: none is lost, none told twice", async () => {
    world = await openPortfolioDays("v2", standing);
    await world.run(0, before);
    const options = { cuts: [Date.UTC(2026, 0, 1)] };
    const start = openDays(world.leap, standing, world.days);
    const twin = await world.run(24, after, options);
    expect([twin.report.windows.split, twin.report.absence.missing]).toEqual([1, 10]);
    const expected = { told: told(world.days), snapshot: readSnapshot(world.days.database) };
    let resumed = 0;
    for (let page = 1; page < twin.report.pages; page += 9) {
      const days = openDays(world.leap, standing, start);
      const broken = days.run(noon + dayMs, { ...options, wrapLeap: breakAfter(page) });
      await expect(broken, `page ${page}`).rejects.toThrow("broke down");
      const { windows } = await days.run(noon + dayMs, options);
      resumed += windows.resumed;
      expect(told(days), `page ${page}`).toEqual(expected.told);
      expect(readSnapshot(days.database), `page ${page}`).toEqual(expected.snapshot);
      days.close();
    }
    start.close();
    expect(resumed).toBeGreaterThan(5);
  });
});

describe("a page token that has expired", () => {
  const meters = spread(90, "2026-01-02", "2026-11-01");
  const moved = spread(90, "2026-01-02", "2026-11-01", "south");
  const cuts = [Date.UTC(2026, 3, 1), Date.UTC(2026, 6, 1), Date.UTC(2026, 9, 1)];

  it.each(["v2", "v1"] as const)("has its window of %s alone read again", async (version) => {
    world = await openPortfolioDays(version, standing);
    await world.run(0, meters);
    let refusals = 0;
    const book = openWindowBook(world.leap, ({ body }) => {
      const from = String(body.created_after_date_time ?? body.date_added_from ?? "");
      const isDue = from.startsWith("2026-06-30") && body.page_token === "p-20" && refusals === 0;
      if (!isDue) return undefined;
      refusals += 1;
      return { status: 410, body: { title: "the token has expired" } };
    });
    const { report, told } = await world.run(1, moved, { cuts });
    expect(report.windows).toEqual({ total: 4, read: 4, resumed: 0, split: 0, restarted: 1 });
    expect(report.meters).toMatchObject({ returned: 90, changed: 90, unchanged: 0, repeated: 0, moved: 0 });
    expect(report.certificate).toMatchObject({ documents: 90, windows_restarted: 1, is_certified: true });
    expect(countOf(told, "remapped")).toBe(90);
    const reads = book.take();
    const twice = reads.filter(({ meterIds }) => new Set(meterIds).size < meterIds.length);
    expect(twice.map(({ key }) => key.slice(0, 10))).toEqual(["2026-06-30"]);
    expect(twice[0]!.meterIds.filter((id) => id === twice[0]!.meterIds[0]).length).toBe(2);
  });

  it("leaves nothing behind of a meter that is gone since", async () => {
    world = await openPortfolioDays("v2", standing);
    await world.run(0, meters);
    const later = moved.slice(1).map(toEntry);
    world.leap.rewrite = ({ body }) => {
      if (body.page_token === undefined || world.leap.entries.length === later.length) return undefined;
      world.leap.entries = later;
      return { status: 410, body: { title: "the token has expired" } };
    };
    const { report, told } = await world.run(1, moved, { cuts: [] });
    expect(report.meters).toMatchObject({ returned: 89, changed: 89, absent: 1 });
    expect(toLines(told).slice(0, 2)).toEqual([
      "missing 1",
      "remapped 2: north → south, 2026-11-10…, revised",
    ]);
  });

  it("again and again ends the run with exit 4, and the other windows are kept", async () => {
    world = await openPortfolioDays("v2", standing);
    await world.run(0, meters);
    let refusals = 0;
    world.leap.rewrite = ({ body }) => {
      if (!String(body.created_after_date_time ?? "").startsWith("2026-06-30")) return undefined;
      if (body.page_token === undefined) return undefined;
      refusals += 1;
      return { status: 410, body: { title: "the token has expired" } };
    };
    expect(await world.fail(1, moved, { cuts })).toBe("contract");
    expect(refusals).toBe(4);
    expect(readEvents(world.days.database).at(-1)!.type).toBe("sync.failed");
    world.leap.rewrite = null;
    const { report, told } = await world.run(1, moved, { cuts });
    expect(report.windows).toMatchObject({ total: 4, read: 2, resumed: 2 });
    expect([countOf(told, "remapped"), report.meters.repeated]).toEqual([90, 0]);
  });
});
