import { afterEach, describe, expect, it } from "vitest";
import type { RunReport } from "../../src/sync/index.ts";
import type { MeterSketch } from "../support/documents.ts";
import { readMembers, readSnapshot } from "../support/views.ts";
import { later } from "./later-release.ts";
import { at } from "./poll-days.ts";
import { inGroup, openPortfolioDays, type PortfolioDays, range, toLines } from "./portfolio-days.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const day = 24;
const forty = range(1, 40);
const all = inGroup("north", forty);
const stripped = inGroup(null, forty);

/** Runs at these hours are all held, and nothing of them is published. */
async function holdAt(hours: readonly number[], meters: readonly MeterSketch[]): Promise<RunReport[]> {
  const { history, meters: faces } = readSnapshot(world.days.database);
  const reports: RunReport[] = [];
  for (const hour of hours) {
    const { report, told } = await world.run(hour, meters);
    expect([hour, report.status, report.exit_code, told]).toEqual([hour, "held", 6, []]);
    expect(report.trips.map(({ rule }) => rule)).toContain("lost_meters");
    reports.push(report);
  }
  const after = readSnapshot(world.days.database);
  expect([after.history, after.meters]).toEqual([history, faces]);
  return reports;
}

/** Leap is well again: a run publishes, and has nothing to tell. */
async function publishQuietly(hours: number, members: number): Promise<void> {
  const { report, told } = await world.run(hours, all);
  expect([report.status, report.trips, toLines(told)]).toEqual(["published", [], []]);
  expect(readMembers(world.days.database).length).toBe(members);
}

describe.each(["v2", "v1"] as const)("a hold of %s over meters that lost their groups", (version) => {
  it("does not pass by itself once the dates that had been published are over", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, all);
    await holdAt([1, day, 2 * day, 3 * day, 4 * day, 9 * day], stripped);
    await publishQuietly(9.5 * day, 120);
  });

  it("comes again after a person has discarded it, on whatever later day", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, all);
    const [held] = await holdAt([day], stripped);
    world.days.discard(at(day + 1), held!);
    const [again] = await holdAt([5 * day], stripped);
    world.days.discard(at(5 * day + 1), again!);
    await holdAt([6 * day, 7 * day], stripped);
    await publishQuietly(8 * day, 120);
  });

  it("comes again after polls that published behind a discarded run: they compared no groups", async () => {
    world = await openPortfolioDays(version);
    world.leap.dateMs = at(0);
    await world.run(0, all);
    const [held] = await holdAt([day], stripped);
    world.days.discard(at(day + 1), held!);
    for (const hours of [day + 2, 2 * day, 3 * day, 4 * day]) {
      world.leap.dateMs = at(hours);
      const { report } = await world.run(hours, stripped, { mode: "poll" });
      expect([report.mode, report.status, report.changes]).toEqual(["poll", "published", {}]);
    }
    await holdAt([4 * day + 1], stripped);
  });

  it("stands behind runs that failed", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, all);
    await holdAt([day], stripped);
    world.leap.rewrite = () => ({ status: 503, body: {} });
    expect(await world.fail(2 * day, stripped, { attemptCountMax: 1 })).toBe("environment");
    world.leap.rewrite = null;
    await holdAt([4 * day], stripped);
  });

  it("is over once it is released, also where its dates had passed", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, all);
    const [, held] = await holdAt([day, 4 * day], stripped);
    expect(world.days.release(at(4 * day + 1), held!).status).toBe("published");
    expect(readMembers(world.days.database)).toEqual([]);
    const { report, told } = await world.run(5 * day, stripped);
    expect([report.status, toLines(told)]).toEqual(["published", []]);
  });
});

describe.each(["v2", "v1"] as const)(
  "a season of %s that ended in a gap of days without a run",
  (version) => {
    const season = forty.map(
      (number): MeterSketch => ({
        number,
        stays: [{ group: "north", from: "2026-11-01", to: "2026-11-12" }],
      }),
    );

    it.each([3, 4, 30])("is no loss when a sweep sees it after %i days", async (days) => {
      world = await openPortfolioDays(version);
      await world.run(0, season);
      const { report } = await world.run(days * day, season);
      expect([report.status, report.trips]).toEqual(["published", []]);
      expect(report.changes["meter.group.remapped"]).toBe(40);
      expect(readMembers(world.days.database)).toEqual([]);
    });
  },
);

describe.each(["v2", "v1"] as const)("a release that finds fewer groups in what %s says", (version) => {
  const blind = (numbers: readonly number[]) =>
    later(({ meterId, participation }) => {
      if (!numbers.includes(Number(meterId.slice(-4)))) return {};
      return participation === null
        ? { deliveryPeriods: [] }
        : { participation: { kind: "dated", entries: [] } };
    });

  it.each([
    ["every meter", forty],
    ["eleven of forty", forty.slice(0, 11)],
  ])("is held where those of %s are gone, and the next that finds them tells nothing", async (_, numbers) => {
    world = await openPortfolioDays(version);
    await world.run(0, all);
    const members = readMembers(world.days.database);
    for (const hours of [1, day]) {
      const { report, told } = await world.run(hours, all, { extractor: blind(numbers) });
      expect([hours, report.status, told]).toEqual([hours, "held", []]);
      expect(report.trips.map(({ rule }) => rule)).toContain("lost_meters");
      expect(readMembers(world.days.database)).toEqual(members);
    }
    await publishQuietly(day + 1, 120);
  });

  it("is not held where a few are gone, and tells them", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, all);
    const { report } = await world.run(1, all, { extractor: blind([1, 2]) });
    expect([report.status, report.changes["meter.group.remapped"]]).toEqual(["published", 2]);
  });
});
