import { afterEach, describe, expect, it } from "vitest";
import { at } from "../integration/poll-days.ts";
import {
  inGroup,
  openPortfolioDays,
  type PortfolioDays,
  range,
  toEntryAt,
  toLines,
  type Version,
} from "../integration/portfolio-days.ts";
import { toWindowKey } from "../integration/window-book.ts";
import { readMembers } from "../support/views.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const pageSize = 10;
/** The portfolio has twenty-four pages. */
const all = inGroup("north", range(1, 240));
/** What a sweep may cost that has to be read like this: each page a few dozen times, and no more (I8). */
const requestCountMax = 25 * 24;

/**
 * Answers every search by date added with all of these meters, whatever was asked for, and refuses to go on
 * where that takes too many requests.
 */
function ignoreFilter(version: Version, hours: number, meters = all): void {
  const documents = meters.map((sketch) => toEntryAt(version, sketch, at(hours)).document);
  world.leap.forgetAsked();
  world.leap.rewrite = (asked) => {
    if (toWindowKey(asked) === null) return undefined;
    if (world.leap.asked.length > requestCountMax) return { status: 400, body: { title: "too many" } };
    const token = asked.body.page_token;
    const first = typeof token === "string" ? Number(token.slice(2)) : 0;
    const rows = documents.slice(first, first + pageSize);
    const next = first + pageSize < documents.length ? `p-${first + pageSize}` : null;
    return { status: 200, body: { meters: rows, results: rows, next_page_token: next } };
  };
}

/** A sweep of such a server, which ends within the limit and tells of it. */
async function sweep(version: Version, hours: number, meters = all) {
  ignoreFilter(version, hours, meters);
  const { report, told } = await world.run(hours, meters);
  expect(report.status).toBe("published");
  expect(report.warnings.join()).toContain("Leap may ignore the search by date added");
  expect(report.meters).toMatchObject({ returned: meters.length, rejected: 0 });
  return { report, told: toLines(told) };
}

describe.each(["v2", "v1"] as const)("a server of %s that ignores the search by date added", (version) => {
  it("is read to the end by the first sweep, without splitting windows for ever", async () => {
    world = await openPortfolioDays(version, { pageSize });
    const { report } = await sweep(version, 0);
    expect([report.is_baseline, report.meters.created]).toEqual([true, 240]);
    expect(readMembers(world.days.database).length).toBe(720);
  });

  it("costs the sweeps after it no more than that, on any day", async () => {
    world = await openPortfolioDays(version, { pageSize });
    await world.run(0, all);
    for (const hours of [1, 2, 24]) expect((await sweep(version, hours)).told).toEqual([]);
  });

  it("tells what has changed like any other, once", async () => {
    world = await openPortfolioDays(version, { pageSize });
    await world.run(0, all);
    const moved = [...inGroup("south", [1]), ...all.slice(1)];
    const { told, report } = await sweep(version, 1, moved);
    expect(told[0]).toBe("remapped 1: north → south, 2026-11-10…, revised");
    expect([told.length, report.meters.changed]).toEqual([3, 1]);
  });
});
