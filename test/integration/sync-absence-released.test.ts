import { afterEach, describe, expect, it } from "vitest";
import { readEvents, readFaces, readMembers } from "../support/views.ts";
import { inGroup, openPortfolioDays, type PortfolioDays, range, toLines } from "./portfolio-days.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const standing = inGroup("north", range(1, 28));
const leaving = inGroup("south", range(29, 40));
const all = [...standing, ...leaving];

function countMissing(): number {
  return readFaces(world.days.database).filter((row) => (JSON.parse(row) as unknown[])[5] === 1).length;
}

function countById(): number {
  return world.leap.asked.filter(({ method, body }) => method === "GET" || body.meter_ids !== undefined)
    .length;
}

describe.each(["v2", "v1"] as const)("twelve of forty meters that %s does not return", (version) => {
  it("are held without reads by id, for a person to decide", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, all);
    const { report, told } = await world.run(1, standing);
    expect([report.status, report.exit_code, told]).toEqual(["held", 6, []]);
    expect(report.trips.map(({ rule }) => rule)).toEqual(["absent_meters"]);
    expect(report.absence).toMatchObject({ looked_up: false, waiting: 12 });
    expect([countById(), countMissing()]).toEqual([0, 0]);
  });

  it("are, once released, looked up by the next run, told missing, and ended later", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, all);
    const held = await world.run(1, standing);
    const released = world.days.release(noonPlus(2), held.report);
    expect([released.status, released.is_released]).toEqual(["published", true]);
    expect([countById(), countMissing()]).toEqual([0, 0]);

    const next = await world.run(3, standing);
    expect([next.report.status, next.report.trips]).toEqual(["published", []]);
    expect(toLines(next.told)).toEqual(range(29, 40).map((number) => `missing ${number}`));
    expect([countById() > 0, countMissing()]).toEqual([true, 12]);

    // By themselves these losses are 30 % of the portfolio, and leave a group without a member.
    const end = await world.run(15, standing);
    expect([end.report.status, end.report.trips, end.report.absence.ended]).toEqual(["published", [], 12]);
    expect(toLines(end.told).slice(-1)).toEqual(["group south: +0 -12, 2026-11-11…"]);
    expect(readMembers(world.days.database).length).toBe(28 * 3);
    const types = readEvents(world.days.database).map(({ type }) => type);
    expect(types.filter((type) => type === "meter.missing").length).toBe(12);
  });

  it("are counted again when they were back in between", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, all);
    const held = await world.run(1, standing);
    world.days.release(noonPlus(2), held.report);
    expect(toLines((await world.run(3, all)).told)).toEqual([]);
    const { report } = await world.run(4, standing);
    expect([report.status, report.trips.map(({ rule }) => rule)]).toEqual(["held", ["absent_meters"]]);
  });

  it("are not those of a person's release where others are absent too many", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, all);
    const held = await world.run(1, standing);
    world.days.release(noonPlus(2), held.report);
    const { report } = await world.run(3, standing.slice(12));
    expect(report.trips).toMatchObject([{ rule: "absent_meters", numbers: { known: 28, absent: 12 } }]);
  });

  it("are told missing where each run has few enough, and are known no more then", async () => {
    world = await openPortfolioDays(version);
    await world.run(0, all);
    expect(toLines((await world.run(1, all.slice(10))).told).length).toBe(10);
    const { report } = await world.run(2, all.slice(20));
    expect([report.status, report.absence]).toMatchObject(["published", { missing: 10, waiting: 10 }]);
  });
});

describe("the losses of meters whose end is due", () => {
  it("are weighed where nobody has released them, and are in the plan of the held run", async () => {
    world = await openPortfolioDays("v2");
    await world.run(0, all);
    await world.run(1, all.slice(0, 34));
    await world.run(1.5, standing);
    expect(countMissing()).toBe(12);
    const held = await world.run(14, standing);
    expect(held.report.trips.map(({ rule }) => rule)).toEqual(["lost_meters", "lost_group"]);
    expect(held.report.absence.ended).toBe(12);
    const released = world.days.release(noonPlus(15), held.report);
    expect(released.status).toBe("published");
    expect(readMembers(world.days.database).length).toBe(28 * 3);
    const after = await world.run(16, standing);
    expect([after.report.status, toLines(after.told), after.report.absence.gone]).toEqual([
      "published",
      [],
      12,
    ]);
  });
});

function noonPlus(hours: number): number {
  return Date.parse("2026-11-10T20:00:00Z") + hours * 3_600_000;
}
