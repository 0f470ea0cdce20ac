import { afterEach, describe, expect, it } from "vitest";
import { type MeterSketch, meterId } from "../support/documents.ts";
import type { Asked } from "../support/scripted-leap.ts";
import {
  inGroup,
  openPortfolioDays,
  type PortfolioDays,
  range,
  toEntryAt,
  toLines,
  type Version,
} from "./portfolio-days.ts";
import { hourMs, noon } from "./small-portfolio.ts";
import { toWindowKey } from "./window-book.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const day = 24;
const forty = inGroup("north", range(1, 40));

function isUnfiltered(asked: Asked): boolean {
  return toWindowKey(asked) === "…";
}

/**
 * Meters that no search by date added returns. A search without a filter does, and so do reads by id.
 */
function hideFromFilters(version: Version, hours: number, sketches: readonly MeterSketch[]): void {
  const entries = sketches.map((sketch) => toEntryAt(version, sketch, noon + hours * hourMs));
  world.leap.rewrite = (asked, { status, body }) => {
    if (!isUnfiltered(asked)) return undefined;
    const name = version === "v2" ? "meters" : "results";
    const rows = (body as Record<string, object[]>)[name] ?? [];
    const documents = entries.map(({ document }) => document as object);
    return { status, body: { ...(body as object), [name]: [...rows, ...documents] } };
  };
}

/** A run after so many days, in which these meters are hidden. Later sweeps have two windows. */
async function run(
  version: Version,
  days: number,
  meters: readonly MeterSketch[],
  hidden: readonly MeterSketch[] = [],
) {
  hideFromFilters(version, days * day, hidden);
  world.leap.forgetAsked();
  return world.run(days * day, meters, { hidden, cuts: [Date.UTC(2026, 0, 3)] });
}

describe.each(["v2", "v1"] as const)("an unfiltered chain of %s", (version) => {
  it("is read every seven days, and counted from the last one that was published", async () => {
    world = await openPortfolioDays(version, { fullChainEvery: "7d" });
    const readings: string[] = [];
    for (const days of [0, 1, 6.9, 7, 8, 13.9, 14, 15]) {
      const { report } = await run(version, days, forty);
      readings.push(`${days} ${report.reading} ${report.windows.total} ${report.hidden}`);
      expect(world.leap.asked.some(isUnfiltered)).toBe(report.reading === "chain");
      expect([report.meters.returned, report.changes]).toEqual([40, {}]);
    }
    expect(readings).toEqual([
      "0 windows 2 null",
      "1 windows 2 null",
      "6.9 windows 2 null",
      "7 chain 1 0",
      "8 windows 2 null",
      "13.9 windows 2 null",
      "14 chain 1 0",
      "15 windows 2 null",
    ]);
  });

  it("that cannot end keeps no later sweep from being published, and is tried next week", async () => {
    world = await openPortfolioDays(version, { fullChainEvery: "7d", pageSize: 10, attemptCountMax: 1 });
    await run(version, 0, forty);
    const readings: string[] = [];
    for (const days of [7, 7.1, 13.9, 14, 14.1]) {
      // The second page of an unfiltered search has always just expired.
      world.leap.rewrite = (asked) => {
        if (!isUnfiltered(asked) || asked.body.page_token === undefined) return undefined;
        return { status: 410, body: { title: "the token has expired" } };
      };
      const cuts = [Date.UTC(2026, 0, 3)];
      const isDue = days === 7 || days === 14;
      if (isDue) readings.push(`${days} ${await world.fail(days * day, forty, { cuts })}`);
      else readings.push(`${days} ${(await world.run(days * day, forty, { cuts })).report.reading}`);
    }
    expect(readings).toEqual(["7 contract", "7.1 windows", "13.9 windows", "14 contract", "14.1 windows"]);
    const last = await run(version, 21, forty);
    expect([last.report.reading, last.report.hidden]).toEqual(["chain", 0]);
  });

  it("is never read where it is off", async () => {
    world = await openPortfolioDays(version, { fullChainEvery: "off" });
    await run(version, 0, forty);
    for (const days of [7, 40]) {
      const { report } = await run(version, days, forty);
      expect([report.reading, report.hidden, world.leap.asked.some(isUnfiltered)]).toEqual([
        "windows",
        null,
        false,
      ]);
    }
  });

  it("tells of known meters that windows hide, whom nobody takes for missing", async () => {
    world = await openPortfolioDays(version, { fullChainEvery: "7d" });
    await run(version, 0, forty);
    const windows = await run(version, 6, forty.slice(2), forty.slice(0, 2));
    expect([windows.report.absence.found, toLines(windows.told)]).toEqual([2, []]);
    const chain = await run(version, 7, forty.slice(2), forty.slice(0, 2));
    expect([chain.report.reading, chain.report.hidden, toLines(chain.told)]).toEqual(["chain", 2, []]);
    expect(chain.report.meters).toMatchObject({ returned: 40, absent: 0 });
    expect(chain.report.warnings.join()).toContain("a search by date added hides 2 meters");
    await run(version, 8, forty);
    const none = await run(version, 14, forty);
    expect([none.report.hidden, none.report.warnings.join()]).toEqual([
      0,
      expect.not.stringContaining("hides"),
    ]);
  });

  it("tells of new meters that windows hide, and not of those added since", async () => {
    world = await openPortfolioDays(version, { fullChainEvery: "7d" });
    await run(version, 0, forty);
    await run(version, 6, forty);
    const added = inGroup("south", [50], { addedAt: new Date(noon + 6.5 * day * hourMs).toISOString() });
    const hidden = inGroup("south", [60], { addedAt: "2026-03-04T00:00:00.000Z" });
    const { report, told } = await run(version, 7, [...forty, ...added], hidden);
    expect([report.hidden, report.meters.created]).toEqual([1, 2]);
    expect(report.warnings.join()).toContain(`hides 1 meters, such as ${meterId(60)}`);
    expect(toLines(told).filter((line) => line.startsWith("created"))).toEqual(["created 50", "created 60"]);
    const after = await run(version, 8, [...forty, ...added], hidden);
    expect([toLines(after.told), after.report.absence.found]).toEqual([[], 1]);
  });

  it("keeps the breaker from taking for absent what windows are known to hide", async () => {
    world = await openPortfolioDays(version, { fullChainEvery: "7d" });
    const hidden = forty.slice(0, 12);
    await run(version, 0, forty.slice(12), hidden);
    const chain = await run(version, 7, forty.slice(12), hidden);
    expect([chain.report.hidden, chain.report.meters.created]).toEqual([12, 12]);
    const { report, told } = await run(version, 8, forty.slice(12), hidden);
    expect([report.status, report.trips, toLines(told)]).toEqual(["published", [], []]);
    expect(report.absence).toMatchObject({ found: 12, missing: 0 });
    // What is returned again is known again, and counts.
    await run(version, 9, forty);
    const gone = await run(version, 10, forty.slice(12));
    expect(gone.report.trips.map(({ rule }) => rule)).toEqual(["absent_meters"]);
  });

  it("tells no sweep after it that its new meters are gone, though a person had to release it", async () => {
    world = await openPortfolioDays(version, { fullChainEvery: "7d" });
    for (const days of [0, 6]) await run(version, days, forty);
    const hidden = inGroup("south", range(50, 69), { addedAt: "2026-03-04T00:00:00.000Z" });
    const losing = [...inGroup(null, range(1, 21)), ...forty.slice(21)];
    const held = (await run(version, 7, losing, hidden)).report;
    expect([held.status, held.reading, held.hidden]).toEqual(["held", "chain", 20]);
    world.days.release(noon + 7.1 * day * hourMs, held);
    const { report } = await run(version, 8, losing, hidden);
    expect([report.status, report.reading, report.trips]).toEqual(["published", "windows", []]);
    expect(report.absence).toMatchObject({ found: 20, missing: 0 });
  });

  it("takes new meters for hidden where it cannot be told which are, and goes on", async () => {
    world = await openPortfolioDays(version, { fullChainEvery: "7d", attemptCountMax: 1 });
    await run(version, 0, forty);
    const hidden = inGroup("south", range(50, 69), { addedAt: "2026-03-04T00:00:00.000Z" });
    hideFromFilters(version, 7 * day, hidden);
    const { rewrite } = world.leap;
    let searches = 0;
    world.leap.rewrite = (asked, answer) => {
      if (isUnfiltered(asked) || toWindowKey(asked) === null) return rewrite?.(asked, answer);
      // Its tokens go round, two of them in turn.
      searches += 1;
      const next_page_token = searches % 2 === 0 ? "p-0" : "p-1";
      return { status: 200, body: { ...(answer.body as object), next_page_token } };
    };
    const { report } = await world.run(7 * day, forty, { hidden });
    expect([report.status, report.reading, report.meters.created]).toEqual(["published", "chain", 20]);
    expect(searches).toBeLessThan(10);
    const next = await run(version, 8, forty, hidden);
    expect([next.report.status, next.report.absence.found]).toEqual(["published", 20]);
  });

  it("and reads by id together find a hidden meter that is gone to be missing", async () => {
    world = await openPortfolioDays(version, { fullChainEvery: "7d" });
    await run(version, 0, forty.slice(1), forty.slice(0, 1));
    await run(version, 7, forty.slice(1), forty.slice(0, 1));
    expect(toLines((await run(version, 8, forty.slice(1))).told)).toEqual(["missing 1"]);
  });
});
