import { afterEach, describe, expect, it } from "vitest";
import {
  inGroup,
  openPortfolioDays,
  type PortfolioDays,
  range,
  toLines,
} from "../integration/portfolio-days.ts";
import { quarters } from "../integration/small-portfolio.ts";
import { openWindowBook, toWindowKey } from "../integration/window-book.ts";
import { type MeterSketch, meterId } from "../support/documents.ts";
import type { ScriptedLeap } from "../support/scripted-leap.ts";
import { readChanges } from "../support/views.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const standing = { pageSize: 20, concurrency: 2 };
/** One an hour, from the second of January on. */
const thousand = inGroup("north", range(1, 1000));
const ids = thousand.map(({ number }) => meterId(number));

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

describe("the windows of a later sweep", () => {
  it("hold the same number of meters each in v2, in whole pages", async () => {
    world = await openPortfolioDays("v2", standing);
    await world.run(0, thousand);
    const book = openWindowBook(world.leap);
    const { report } = await world.run(1, thousand);
    const reads = book.take();
    // About four windows a reader: six pages of twenty, less what overlaps.
    expect(report.windows).toEqual({ total: 9, read: 9, resumed: 0, split: 0, restarted: 0 });
    expect(reads.length).toBe(9);
    const sizes = reads.map(({ meterIds }) => meterIds.length).sort((a, b) => b - a);
    for (const size of sizes.slice(0, -1)) expect([118, 119, 120]).toContain(size);
    for (const { pages } of reads) expect(pages).toBeLessThanOrEqual(6);
    expect(new Set(reads.flatMap(({ meterIds }) => meterIds))).toEqual(new Set(ids));
    expect(report.meters).toMatchObject({ returned: 1000, absent: 0, repeated: sum(sizes) - 1000 });
    expect(report.changes).toEqual({});
  });

  it("hold about the same number each in v1, whose answers carry no date", async () => {
    world = await openPortfolioDays("v1", standing);
    // One window of the first sweep has nearly all of them, and is split.
    const first = await world.run(0, thousand);
    expect(first.report.windows.split).toBeGreaterThan(0);
    const book = openWindowBook(world.leap);
    const { report } = await world.run(1, thousand);
    const reads = book.take();
    expect(report.windows).toMatchObject({ total: 9, read: 9, split: 0 });
    // 111 each where they are spread evenly; at the ends of the first sweep's windows they are not.
    const sizes = reads.map(({ meterIds }) => meterIds.length);
    expect([Math.min(...sizes) > 60, Math.max(...sizes) < 160]).toEqual([true, true]);
    expect(new Set(reads.flatMap(({ meterIds }) => meterIds))).toEqual(new Set(ids));
    expect([report.meters.absent, report.changes]).toEqual([0, {}]);
  });

  it("become even in v1 where meters are crowded, sweep by sweep", async () => {
    world = await openPortfolioDays("v1", standing);
    // Nine hundred within fifteen hours of August, a minute apart; the others spread over the year.
    const crowded = thousand.map((sketch) => {
      const { number } = sketch;
      const addedMs =
        number <= 900 ? Date.UTC(2026, 7, 4) + number * 60_000 : Date.UTC(2026, 0, number - 880);
      return { ...sketch, addedAt: new Date(addedMs).toISOString() };
    });
    const largest: number[] = [];
    const book = openWindowBook(world.leap);
    for (const hours of [0, 1, 2, 3, 4]) {
      const { report } = await world.run(hours, crowded);
      expect([report.meters.returned, report.meters.absent]).toEqual([1000, 0]);
      expect(report.changes).toEqual({});
      const reads = book.take();
      expect(new Set(reads.flatMap(({ meterIds }) => meterIds))).toEqual(new Set(ids));
      largest.push(Math.max(...reads.map(({ meterIds }) => meterIds.length)));
    }
    expect(largest.at(-1)).toBeLessThan(236);
  });

  it("are one for a small portfolio", async () => {
    world = await openPortfolioDays("v2");
    await world.run(0, thousand.slice(0, 50));
    const { report } = await world.run(1, thousand.slice(0, 50));
    expect([report.windows.total, report.traffic.requests]).toEqual([1, 1]);
  });

  it("are read to their ends where all meters were added in the same millisecond", async () => {
    world = await openPortfolioDays("v2", { ...standing, baselineEvents: true });
    const bulk = thousand.slice(0, 400).map((sketch) => ({ ...sketch, addedAt: "2026-08-04T10:11:12.345Z" }));
    const first = await world.run(0, bulk);
    expect(toLines(first.told).filter((line) => line.startsWith("created")).length).toBe(400);
    const { report } = await world.run(1, inGroup("south", range(1, 400), { addedAt: bulk[0]!.addedAt! }));
    expect(report.meters).toMatchObject({ returned: 400, changed: 400, absent: 0 });
    expect(report.changes["meter.group.remapped"]).toBe(400);
    expect(report.traffic.requests).toBeLessThan(400);
  });
});

/** Answers every search by date added in one page, with limits taken as strict or as inclusive. */
function answerWithLimits(leap: ScriptedLeap, limits: "strict" | "inclusive"): ScriptedLeap["rewrite"] {
  return (asked) => {
    const key = toWindowKey(asked);
    if (key === null) return undefined;
    const [from, to] = key.split("…").map((text) => Date.parse(text));
    const found = leap.entries.filter(({ addedMs }) => {
      if (limits === "strict") return !(addedMs <= from!) && !(addedMs >= to!);
      return !(addedMs < from!) && !(addedMs > to!);
    });
    const documents = found.map(({ document }) => document);
    return { status: 200, body: { meters: documents, results: documents, next_page_token: null } };
  };
}

describe("meters added at the very cut of two windows", () => {
  const around: MeterSketch[] = quarters.flatMap((cut, place) =>
    [-2, -1, 0, 1, 2].map((ms) => ({
      number: place * 5 + ms + 3,
      addedAt: new Date(cut + ms).toISOString(),
      stays: [{ group: "north", from: "2026-11-01" }],
    })),
  );

  describe.each(["v2", "v1"] as const)("of %s", (version) => {
    it.each(["strict", "inclusive"] as const)(
      "are all returned, and told once, with %s limits",
      async (limits) => {
        world = await openPortfolioDays(version, { baselineEvents: true });
        const book = openWindowBook(world.leap, answerWithLimits(world.leap, limits));
        const first = await world.run(0, around, { cuts: quarters });
        expect(first.report.windows.total).toBe(5);
        expect(toLines(first.told).filter((line) => line.startsWith("created")).length).toBe(20);
        const returned = book.take().flatMap(({ meterIds }) => meterIds);
        expect(new Set(returned).size).toBe(20);
        // Strict limits let the very cut into both windows, inclusive ones its two neighbours as well.
        expect(returned.length - 20).toBe(4 * (limits === "strict" ? 1 : 3));
        expect(first.report.meters.repeated).toBe(returned.length - 20);

        const moved = around.map((sketch) => ({
          ...sketch,
          stays: [{ group: "south", from: "2026-11-01" }],
        }));
        const { report, told } = await world.run(1, moved, { cuts: quarters });
        expect(toLines(told).filter((line) => line.startsWith("remapped")).length).toBe(20);
        expect(report.meters).toMatchObject({ returned: 20, changed: 20, unchanged: 0, absent: 0, moved: 0 });
      },
    );
  });

  it.each(["strict", "inclusive"] as const)(
    "are not lost at cuts the product chose, with %s limits",
    async (limits) => {
      world = await openPortfolioDays("v2", standing);
      await world.run(0, thousand);
      const book = openWindowBook(world.leap, answerWithLimits(world.leap, limits));
      const { report } = await world.run(1, thousand);
      expect(report.windows.total).toBe(9);
      expect(new Set(book.take().flatMap(({ meterIds }) => meterIds))).toEqual(new Set(ids));
      expect([report.meters.returned, report.meters.absent]).toEqual([1000, 0]);
      expect(readChanges(world.days.database)).toEqual([]);
    },
  );
});
