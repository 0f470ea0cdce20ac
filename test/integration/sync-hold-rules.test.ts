import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MeterSketch, Stay } from "../support/documents.ts";
import { noRules, type Rules, usualRules } from "../support/oracle-breaker.ts";
import { readEvents, readSnapshot } from "../support/views.ts";
import { later } from "./later-release.ts";
import { inGroup, openPortfolioDays, type PortfolioDays, range } from "./portfolio-days.ts";

let world: PortfolioDays;
beforeEach(async () => {
  world = await openPortfolioDays("v2", { pageSize: 500 });
});
afterEach(() => world.close());

/** The rules that a second sweep trips; where none, it is published, and otherwise nothing is. */
async function trip(
  before: readonly MeterSketch[],
  after: readonly MeterSketch[],
  rules: Rules = usualRules,
): Promise<string[]> {
  await world.run(0, before, { rules });
  const snapshot = readSnapshot(world.days.database);
  const { report, told } = await world.run(1, after, { rules });
  const tripped = report.trips.map(({ rule }) => rule);
  const isHeld = tripped.length > 0;
  expect([report.status, report.exit_code]).toEqual(isHeld ? ["held", 6] : ["published", 0]);
  const last = readEvents(world.days.database).at(-1)!.type;
  expect(last).toBe(isHeld ? "sync.held" : "sync.published");
  if (isHeld) expect([told, readSnapshot(world.days.database)]).toEqual([[], snapshot]);
  return tripped;
}

const north = (count: number, more: Partial<MeterSketch> = {}) => inGroup("north", range(1, count), more);

describe("known meters that are absent", () => {
  it.each([
    [220, 11, "5 % exactly", []],
    [219, 11, "a little more than 5 %", ["absent_meters"]],
    [100, 10, "10 % that are ten meters", []],
    [100, 11, "11 % that are eleven meters", ["absent_meters"]],
    [1000, 50, "5 % of a thousand", []],
    [1000, 51, "one more", ["absent_meters"]],
  ])("of %i: %i (%s) trip %#", async (known, absent, _, expected) => {
    expect(await trip(north(known), north(known).slice(absent))).toEqual(expected);
  });

  it.each([
    [20, 11, ["absent_region"]],
    [22, 11, []],
    [18, 10, []],
  ])("of a region's %i: %i trip it by itself", async (known, absent, expected) => {
    const far = inGroup("north", range(1001, 1000 + known), { region: "NYISO" });
    const before = [...north(280), ...far];
    expect(await trip(before, before.slice(0, -absent))).toEqual(expected);
  });
});

describe("meters left without any group", () => {
  it.each([
    [100, 20, []],
    [100, 21, ["lost_meters"]],
    [50, 10, []],
    [50, 11, ["lost_meters"]],
    [40, 10, []],
  ])("of %i assigned: %i", async (assigned, losing, expected) => {
    const meters = [...north(assigned), ...inGroup(null, range(501, 600))];
    const after = [...inGroup(null, range(1, losing)), ...meters.slice(losing)];
    expect(await trip(meters, after)).toEqual(expected);
  });

  it("are losses also where it is a release that no longer finds their groups", async () => {
    await world.run(0, north(40));
    const blind = later({ deliveryPeriods: [] });
    const { report } = await world.run(1, north(40), { extractor: blind });
    expect(report.trips.map(({ rule }) => rule)).toContain("lost_meters");
  });

  const inProgram = (program: string, numbers: readonly number[], group: string | null = "west") =>
    numbers.map((number): MeterSketch => ({ number, stays: [{ program, group, from: "2026-11-01" }] }));

  it.each([
    [20, 11, ["lost_program"]],
    [22, 11, []],
    [18, 10, []],
  ])("of a program's %i: %i", async (own, losing, expected) => {
    const before = [...north(100), ...inProgram("DSGS", range(501, 500 + own))];
    const after = [
      ...before.slice(0, -losing),
      ...inProgram("DSGS", range(501 + own - losing, 500 + own), null),
    ];
    expect(await trip(before, after)).toEqual(expected);
  });

  it("are none where a whole program ends for meters that stay in a group of another", async () => {
    const stay = (program: string): Stay => ({ program, group: "north", from: "2026-11-01" });
    const both = range(1, 40).map((number): MeterSketch => ({ number, stays: [stay("CCA"), stay("DSGS")] }));
    const one = range(1, 40).map((number): MeterSketch => ({ number, stays: [stay("CCA")] }));
    expect(await trip(both, one)).toEqual([]);
  });

  it.each([
    [5, 5, 0, ["lost_group"]],
    [4, 4, 0, []],
    [6, 3, 3, []],
    [6, 4, 2, ["lost_group"]],
    [6, 5, 0, []],
    [8, 0, 8, []],
  ])("of a group's %i: %i lost, and %i moved on", async (members, losing, moving, expected) => {
    const first = 501;
    const before = [...north(100), ...inGroup("west", range(first, 500 + members))];
    const after = [
      ...north(100),
      ...inGroup(null, range(first, first + losing - 1)),
      ...inGroup("south", range(first + losing, first + losing + moving - 1)),
      ...inGroup("west", range(first + losing + moving, 500 + members)),
    ];
    expect(await trip(before, after)).toEqual(expected);
  });
});

describe("every rule", () => {
  const everything: MeterSketch[] = [
    ...north(60),
    ...inGroup("west", range(501, 520), { region: "NYISO" }),
    ...range(601, 620).map((number) => ({
      number,
      stays: [{ program: "DSGS", group: "south", from: "2026-11-01" }],
    })),
  ];
  // A region is gone, and half of the other; a program and its group are without a meter.
  const little = [...north(20), ...inGroup(null, range(601, 620))];

  it("trips together with the others where all of them do", async () => {
    expect(await trip(everything, little)).toEqual([
      "absent_meters",
      "absent_region",
      "account_changed",
      "lost_program",
      "lost_group",
    ]);
  });

  it.each([
    ["absent", ["absent_meters"]],
    ["region", ["absent_region"]],
    ["program", ["lost_program"]],
    ["loss", []],
    ["group", ["lost_group"]],
    ["account", ["account_changed"]],
  ] as const)("can bind alone: %s", async (name, expected) => {
    expect(await trip(everything, little, { ...noRules, [name]: usualRules[name] })).toEqual(expected);
  });

  it("can be off", async () => {
    expect(await trip(everything, little, noRules)).toEqual([]);
  });

  it.each([
    ["absent", { percent: 1, count: 0 }, north(98), ["absent_meters"]],
    ["absent", { percent: 1, count: 0 }, north(99), []],
    ["loss", { percent: 0, count: 0 }, [...inGroup(null, [1]), ...north(100).slice(1)], ["lost_meters"]],
    ["loss", { percent: 1, count: 0 }, [...inGroup(null, [1]), ...north(100).slice(1)], []],
    ["account", { percent: 99, count: 10 }, north(98), ["account_changed"]],
    ["account", { percent: 98, count: 10 }, north(98), []],
  ] as const)("binds from where it is configured: %s from %o", async (name, share, after, expected) => {
    expect(await trip(north(100), after, { ...noRules, [name]: share })).toEqual(expected);
  });

  it("of an empty sweep can be off: then reads by id conclude", async () => {
    await world.run(0, north(6));
    const { report } = await world.run(1, [], { rules: { ...usualRules, empty: false } });
    expect([report.status, report.absence.missing]).toEqual(["published", 6]);
  });
});
