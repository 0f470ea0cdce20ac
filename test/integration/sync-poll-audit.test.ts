import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MeterSketch } from "../support/documents.ts";
import { noRules } from "../support/oracle-breaker.ts";
import { readSnapshot } from "../support/views.ts";
import { runConfigured } from "./configured-run.ts";
import {
  inGroup,
  openPortfolioDays,
  type PortfolioDays,
  range,
  toEntryAt,
  toLines,
} from "./portfolio-days.ts";
import { hourMs, noon } from "./small-portfolio.ts";

let world: PortfolioDays;
beforeEach(async () => {
  world = await openPortfolioDays("v2");
  world.leap.dateMs = noon;
  await world.run(0, portfolio);
});
afterEach(() => world.close());

const portfolio = inGroup("north", range(1, 40));
const at = (hours: number) => noon + hours * hourMs;

/** The portfolio with these meters in another group; those are stamped as modified, or not. */
function move(group: string, numbers: readonly number[], from = portfolio): MeterSketch[] {
  return from.map((one) => (numbers.includes(one.number) ? inGroup(group, [one.number])[0]! : one));
}

/** A run with Leap's clock at its own; the meters named are stamped as modified a minute before it. */
async function run(
  mode: "poll" | "sweep",
  hours: number,
  meters: readonly MeterSketch[],
  stamped: readonly number[],
) {
  world.leap.dateMs = at(hours);
  const entries = meters.map((sketch) => ({
    ...toEntryAt("v2", sketch, at(hours)),
    ...(stamped.includes(sketch.number) ? { modifiedMs: at(hours) - 60_000 } : {}),
  }));
  return world.run(hours, meters, { mode, entries, rules: noRules });
}

describe("a sweep after polls", () => {
  it("counts what they found, what another would have, and what they missed", async () => {
    let meters = move("south", range(1, 6));
    await run("poll", 1, meters, range(1, 6));
    meters = move("west", range(7, 10), meters);
    // Of four moves since, three bear a stamp.
    const { report, told } = await run("sweep", 2, meters, [7, 8, 9]);
    expect(toLines(told).filter((line) => line.startsWith("remapped")).length).toBe(4);
    expect(report.poll_audit).toEqual({ polls: 1, found: 6, caught: 3, missed: 1, trust_percent: 90 });
    expect(report.warnings).toContain("polls missed 1 changes (found 90 %)");
  });

  it("does not count against them what they could not know, such as absences", async () => {
    await run("poll", 1, portfolio, []);
    const { report, told } = await run("sweep", 2, portfolio.slice(2), []);
    expect(toLines(told)).toEqual(["missing 1", "missing 2"]);
    expect(report.poll_audit).toMatchObject({ polls: 1, missed: 0, trust_percent: null });
  });

  it("does not count against v1 polls what its answers say because the days have moved on", async () => {
    await world.close();
    world = await openPortfolioDays("v1");
    world.leap.dateMs = noon;
    const turning = range(1, 4).map((number) => ({
      number,
      stays: [
        { group: "north", from: "2026-11-01", to: "2026-11-12" },
        { group: "south", from: "2026-11-13" },
      ],
    }));
    await world.run(0, turning);
    world.leap.dateMs = at(23);
    expect((await world.run(23, turning, { mode: "poll" })).report.mode).toBe("poll");
    world.leap.dateMs = at(24);
    const { report, told } = await world.run(24, [...turning.slice(1), ...inGroup("west", [1])]);
    expect(toLines(told).filter((line) => line.includes("announced")).length).toBe(3);
    // The one that was moved today bears no stamp: that a poll would have missed.
    expect(report.poll_audit).toMatchObject({ polls: 1, caught: 0, missed: 1 });
  });

  it("asks nothing more where there were none", async () => {
    world.leap.forgetAsked();
    const { report } = await run("sweep", 1, move("south", [1]), [1]);
    expect([report.poll_audit, world.leap.asked.length]).toEqual([null, 1]);
  });

  it("publishes also where the audit cannot be asked", async () => {
    await run("poll", 1, portfolio, []);
    world.leap.rewrite = ({ body }) =>
      body.last_modified_date_time === undefined ? undefined : { status: 400, body: { title: "no" } };
    const { report, told } = await run("sweep", 2, move("south", [1]), [1]);
    expect([report.status, report.exit_code, report.poll_audit]).toEqual(["published", 0, null]);
    expect(toLines(told).length).toBeGreaterThan(0);
    expect(world.days.logged).toContain("warn: the polls could not be audited");
  });
});

describe("polls that find too little", () => {
  it("are sweeps until they would find enough again, and say so", async () => {
    const log: string[] = [];
    let meters: readonly MeterSketch[] = portfolio;
    const walk = async (
      mode: "poll" | "sweep",
      hours: number,
      moving: readonly number[],
      stamped: readonly number[],
    ) => {
      meters = move(`g${hours}`, moving, [...meters]);
      const { report } = await run(mode, hours, meters, stamped);
      const note = report.warnings.find((text) => text.startsWith("asked for a poll")) ?? "";
      log.push(`${hours} ${report.mode} ${report.poll_audit?.trust_percent ?? "-"} ${note}`.trim());
    };
    await walk("poll", 1, [1, 2], [1, 2]);
    await walk("sweep", 2, [3, 4], [3]);
    await walk("poll", 3, [5, 6], [5]);
    // Nothing changed: what was known of polls stands.
    await walk("poll", 4, [], []);
    await walk("poll", 5, [7, 8], [7, 8]);
    await walk("poll", 6, [9], [9]);
    const why = "asked for a poll, swept instead: polls found";
    const than = "% of the changes that the last audit knew of, less than 95 % (METER_SYNC_POLL_TRUST)";
    expect(log).toEqual([
      "1 poll -",
      "2 sweep 75",
      `3 sweep 50 ${why} 75 ${than}`,
      `4 sweep 50 ${why} 50 ${than}`,
      `5 sweep 100 ${why} 50 ${than}`,
      "6 poll -",
    ]);
  });

  it("are trusted from where it is configured", async () => {
    await run("poll", 1, move("south", [1]), [1]);
    await run("sweep", 2, move("south", [1, 2]), []);
    const modes: string[] = [];
    for (const [hours, pollTrustPercent] of [
      [3, 51],
      [4, 50],
      [5, 51],
    ] as const) {
      world.leap.dateMs = at(hours);
      const config = { pollTrustPercent };
      modes.push((await runConfigured(world.leap, world.days, at(hours), { mode: "poll", config })).mode);
    }
    // The sweep at three found no change, so that its audit leaves polls where they were.
    expect(modes).toEqual(["sweep", "poll", "sweep"]);
  });
});

describe("a poll that answers mostly with meters nobody knows", () => {
  const strangers = inGroup("south", range(101, 120));

  it("is made a sweep, which is held where it is another account's", async () => {
    const before = readSnapshot(world.days.database);
    world.leap.dateMs = at(1);
    const entries = strangers.map((one) => ({ ...toEntryAt("v2", one, at(1)), modifiedMs: at(0.9) }));
    const { report, told } = await world.run(1, [], { mode: "poll", entries });
    expect([report.status, report.mode, told]).toEqual(["held", "sweep", []]);
    expect(report.trips.map(({ rule }) => rule)).toContain("account_changed");
    expect(readSnapshot(world.days.database)).toEqual(before);
  });

  it("is made a sweep, which publishes where they are new beside the others", async () => {
    world.leap.dateMs = at(1);
    const entries = [
      ...portfolio.map((one) => toEntryAt("v2", one, at(1))),
      ...strangers.map((one) => ({ ...toEntryAt("v2", one, at(1)), modifiedMs: at(0.9) })),
    ];
    const { report, told } = await world.run(1, [], { mode: "poll", entries });
    expect([report.status, report.mode, report.reading]).toEqual(["published", "sweep", "windows"]);
    expect(report.meters).toMatchObject({ returned: 60, created: 20, absent: 0, repeated: 0, moved: 0 });
    expect(toLines(told).filter((line) => line.startsWith("created")).length).toBe(20);
    expect(report.warnings.some((text) => text.startsWith("asked for a poll, swept instead"))).toBe(true);
  });
});
