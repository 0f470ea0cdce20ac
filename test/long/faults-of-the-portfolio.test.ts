import { describe, expect, onTestFinished, test } from "vitest";
import {
  countPointReads,
  holdOnce,
  nextMs,
  openPublished,
  publishQuietly,
  rulesOf,
  still,
  supersede,
} from "../integration/faulty-days.ts";
import { nowMs, start } from "../support/asked-simulator.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { dayMs, types } from "../support/six-meters.ts";
import { readChanges, readSnapshot } from "../support/views.ts";

describe.each(["v2", "v1"] as const)("a sweep of %s that meets the fault", (apiVersion) => {
  test("region-vanishes: held, names the region, asks for nobody by id", async () => {
    const faulty = await openPublished({ apiVersion });
    faulty.leap.setFaults([{ kind: "region-vanishes", region: "NYISO" }]);
    const held = await holdOnce(faulty);
    expect(rulesOf(held)).toEqual(["absent_meters", "absent_region"]);
    expect(held.trips.map(({ explanation }) => explanation).join("\n")).toMatch(
      /45 of 45 known meters \(100 %\) of the region NYISO were not returned/,
    );
    expect(held.trips.map(({ numbers }) => numbers)).toMatchObject([
      { known: 300, absent: 45 },
      { known: 45, absent: 45 },
    ]);
    expect(countPointReads(faulty.leap)).toBe(0);
    await supersede(faulty);
  });

  test("region-vanishes, a small one that is found by id: held all the same", async () => {
    const faulty = await openPublished({ apiVersion });
    faulty.leap.setFaults([{ kind: "region-vanishes", region: "WECC_PC", on: "pages" }]);
    expect(rulesOf(await holdOnce(faulty))).toEqual(["absent_region"]);
    await supersede(faulty);
  });

  test("ungrouped for one read: held; the next clean read publishes, and tells nothing", async () => {
    const faulty = await openPublished({ apiVersion });
    faulty.leap.setFaults([{ kind: "ungrouped" }]);
    const held = await holdOnce(faulty);
    expect(rulesOf(held)).toEqual(expect.arrayContaining(["lost_group", "lost_meters"]));
    expect(held.trips[0]?.explanation).toMatch(/would be left without any group/);
    expect(held.meters.absent).toBe(0);
    await supersede(faulty);
  });

  test("other-account: held, though it has as many meters; and none of them is kept", async () => {
    const faulty = await openPublished({ apiVersion });
    faulty.leap.setFaults([{ kind: "other-account" }]);
    const held = await holdOnce(faulty);
    expect(rulesOf(held)).toEqual(expect.arrayContaining(["absent_meters", "account_changed"]));
    const trip = held.trips.find(({ rule }) => rule === "account_changed");
    expect(trip?.explanation).toMatch(/only 0 of 300 known meters .*LEAP_ACCOUNT_ID/);
    expect(held.meters).toMatchObject({ returned: 300, absent: 300 });
    expect(countPointReads(faulty.leap)).toBe(0);
    await supersede(faulty);
  });

  test("missing-meters, a few: told missing, back again: told so, and nothing else", async () => {
    const { leap, days } = await openPublished({ apiVersion });
    leap.setFaults([{ kind: "missing-meters", share: 0.02 }]);
    const before = readSnapshot(days.database);
    const meters = readMeters(days);
    const report = await days.run(nextMs);
    const { absent } = report.meters;
    expect([report.exit_code, absent > 1, absent <= 10]).toEqual([0, true, true]);
    expect(report.absence).toMatchObject({ looked_up: true, found: 0, missing: absent, ended: 0 });
    expect(report.changes).toEqual({ "meter.missing": absent });
    expect(types(readChanges(days.database))).toEqual(Array(absent).fill("meter.missing"));
    const isMissing = (row: string) => /,1,"\{/.test(row);
    expect(readMeters(days).filter(isMissing)).toHaveLength(absent);
    // Until they are missing for longer, their assignments go on.
    expect(readSnapshot(days.database).history).toEqual(before.history);
    leap.setFaults([]);
    const back = await days.run(nextMs + 3_600_000);
    expect([back.exit_code, back.changes]).toEqual([0, { "meter.reappeared": absent }]);
    expect(readMeters(days)).toEqual(meters);
  });

  test("missing-meters, a few that are found by id: tells nothing", async () => {
    const { leap, days } = await openPublished({ apiVersion });
    leap.setFaults([{ kind: "missing-meters", share: 0.02, on: "pages" }]);
    const report = await publishQuietly(days);
    const { absent } = report.meters;
    expect(absent).toBeGreaterThan(1);
    expect(report.absence).toMatchObject({ looked_up: true, found: absent, missing: 0 });
  });

  test("missing-meters, many: held, and nobody is asked for by id", async () => {
    const faulty = await openPublished({ apiVersion });
    faulty.leap.setFaults([{ kind: "missing-meters", share: 0.2 }]);
    const held = await holdOnce(faulty);
    expect(rulesOf(held)).toContain("absent_meters");
    expect(held.absence).toMatchObject({ looked_up: false, missing: 0 });
    expect(countPointReads(faulty.leap)).toBe(0);
    await supersede(faulty);
  });

  test("hidden-meters of a known portfolio: found by id, and nothing is told", async () => {
    const { leap, days } = await openPublished({ apiVersion });
    leap.setFaults([{ kind: "hidden-meters", share: 0.02 }]);
    const report = await publishQuietly(days);
    const { absent } = report.meters;
    expect(absent).toBeGreaterThan(1);
    expect(report.absence).toMatchObject({ looked_up: true, found: absent, missing: 0 });
  });
});

describe("a sweep that meets the fault", () => {
  test("ungrouped, without any delivery period: held as well", async () => {
    const faulty = await openPublished();
    faulty.leap.setFaults([{ kind: "ungrouped", rows: "drop" }]);
    expect(rulesOf(await holdOnce(faulty))).toEqual(expect.arrayContaining(["lost_group", "lost_meters"]));
    await supersede(faulty);
  });

  test("hidden-meters from the first sweep on: the chain without a filter finds them", async () => {
    const leap = await start({ ...still, faults: [{ kind: "hidden-meters", share: 0.03 }] });
    const days = openDays(leap, { pageSize: 10, portfolioStart: "2019-01-01", fullChainEvery: "7d" });
    onTestFinished(() => days.close());
    const first = await days.run(nowMs);
    const hidden = 300 - first.meters.returned;
    expect([first.status, first.reading, hidden > 1]).toEqual(["published", "windows", true]);
    leap.setNow(nowMs + 8 * dayMs);
    const chain = await days.run(leap.nowMs());
    expect([chain.exit_code, chain.reading, chain.hidden]).toEqual([0, "chain", hidden]);
    expect(chain.meters).toMatchObject({ returned: 300, created: hidden, absent: 0 });
    expect(chain.warnings.join("\n")).toMatch(/hide|hidden/);
    expect(readMeters(days)).toHaveLength(300);
    // The windows lack them again: that is known by now, and nobody is told that they are missing.
    leap.setNow(nowMs + 9 * dayMs);
    const windows = await days.run(leap.nowMs());
    expect([windows.exit_code, windows.trips]).toEqual([0, []]);
    expect(windows.changes).not.toHaveProperty("meter.missing");
    expect(readMeters(days).filter((row) => /,1,"\{/.test(row))).toEqual([]);
  });
});

/** What every meter is, but not when it was last heard of. */
function readMeters({ database }: Days): readonly string[] {
  const rows = database.prepare("SELECT meter_id, is_missing, document FROM snapshot_meters").all();
  return rows.map((row) => JSON.stringify(Object.values(row))).sort();
}
