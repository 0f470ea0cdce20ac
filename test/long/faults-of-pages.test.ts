import { describe, expect, test } from "vitest";
import type { LeapClient } from "../../src/leap/index.ts";
import {
  countPointReads,
  holdOnce,
  nextMs,
  openPublished,
  publishQuietly,
  refuseOnce,
  rulesOf,
  supersede,
} from "../integration/faulty-days.ts";
import { dayMs } from "../support/six-meters.ts";
import { readChanges } from "../support/views.ts";

/** So many meters that one window is less than 5 % of them: what is lost with it may be looked up. */
const large = { meterCount: 2400, changeRate: 0 };
const manyWindows = { concurrency: 8, pageSize: 34 };

describe.each(["v2", "v1"] as const)("a sweep of %s that meets the fault", (apiVersion) => {
  test("empty-first-page of every window: held as an empty sweep", async () => {
    const faulty = await openPublished({ apiVersion });
    faulty.leap.setFaults([{ kind: "empty-first-page" }]);
    const held = await holdOnce(faulty);
    expect(rulesOf(held)).toContain("empty_sweep");
    expect(held.trips[0]?.explanation).toMatch(
      /^Leap returned no meter at all, and 300 are known: check the key/,
    );
    expect(countPointReads(faulty.leap)).toBe(0);
    await supersede(faulty);
  });

  test("empty-first-page of one window: reads its meters by id, finds them, and tells nothing", async () => {
    const { leap, days } = await openPublished({ ...manyWindows, apiVersion }, large);
    leap.setFaults([{ kind: "empty-first-page", times: 1, on: "pages" }]);
    const report = await publishQuietly(days);
    const { absent } = report.meters;
    expect(absent).toBeGreaterThan(10);
    expect(report.absence).toMatchObject({
      looked_up: true,
      found: absent,
      missing: 0,
      ended: 0,
      waiting: 0,
    });
    expect(report.meters.returned).toBe(2400 - absent);
    expect(countPointReads(leap)).toBeGreaterThan(0);
  });

  test("missing-token of one window: reads what followed by id, finds it, and tells nothing", async () => {
    const { leap, days } = await openPublished({ ...manyWindows, apiVersion }, large);
    leap.setFaults([{ kind: "missing-token", times: 1, on: "pages" }]);
    const report = await publishQuietly(days);
    const { absent } = report.meters;
    expect(absent).toBeGreaterThan(10);
    expect(report.absence).toMatchObject({
      looked_up: true,
      found: absent,
      missing: 0,
      ended: 0,
      waiting: 0,
    });
  });

  test("missing-token of every window: held, for too many are absent", async () => {
    const faulty = await openPublished({ apiVersion });
    faulty.leap.setFaults([{ kind: "missing-token" }]);
    const held = await holdOnce(faulty);
    expect(rulesOf(held)).toContain("absent_meters");
    expect(held.meters.absent).toBeGreaterThan(200);
    expect(countPointReads(faulty.leap)).toBe(0);
    await supersede(faulty);
  });

  test.each([1, 3])("repeated-token with a period of %i: exits 4, publishes nothing", async (period) => {
    const faulty = await openPublished({ apiVersion });
    faulty.leap.setFaults([{ kind: "repeated-token", page: 5, period }]);
    const said = await refuseOnce(faulty, "contract", 4);
    expect(said).toMatch(/same page token twice .*nothing is published; run again, and tell Leap/);
  });

  test("token-expiry: reads the window again from its first page, and publishes", async () => {
    const { leap, days } = await openPublished({ apiVersion });
    const usual = await publishQuietly(days);
    leap.setFaults([{ kind: "token-expiry", requests: 0, times: 2, after: 3 }]);
    const report = await publishQuietly(days);
    expect(leap.faultCounts()).toMatchObject([{ hitCount: 2 }]);
    expect(report.windows.restarted).toBe(2);
    expect(report.certificate).toMatchObject({ is_certified: true, windows_restarted: 2, returned: 300 });
    expect(report.meters).toEqual(usual.meters);
    expect(report.certificate?.content_sha256).toBe(usual.certificate?.content_sha256);
  });

  test("token-expiry for good: comes to an end, exits 4, publishes nothing", async () => {
    const faulty = await openPublished({ apiVersion });
    faulty.leap.setFaults([{ kind: "token-expiry", requests: 0 }]);
    expect(await refuseOnce(faulty, "contract", 4)).toMatch(/refused the page token .*expired/);
  });

  test("page-cap: reads more pages, and publishes the same", async () => {
    const { leap, days } = await openPublished({ apiVersion });
    const usual = await publishQuietly(days);
    leap.setFaults([{ kind: "page-cap", size: 3 }]);
    const report = await publishQuietly(days);
    expect(report.pages).toBeGreaterThan(usual.pages * 2);
    expect(report.certificate?.content_sha256).toBe(usual.certificate?.content_sha256);
    expect(report.meters).toEqual(usual.meters);
  });

  test("moving-meters: invents nothing, finds by id what came on no page, and counts it", async () => {
    const { leap, days } = await openPublished({ apiVersion });
    leap.setFaults([{ kind: "moving-meters", twice: 0.1, skipped: 0.02 }]);
    const report = await publishQuietly(days);
    const { absent, repeated } = report.meters;
    expect(absent).toBeGreaterThan(1);
    expect(report.absence).toMatchObject({ looked_up: true, found: absent, missing: 0 });
    expect(repeated).toBeGreaterThan(5);
    expect(report.certificate).toMatchObject({
      is_certified: true,
      repeated,
      moved: 0,
      returned: 300 - absent,
    });
  });
});

describe("a sweep that meets the fault", () => {
  test("moving-meters that change meanwhile: counts them, and the later answer holds", async () => {
    const { leap, days } = await openPublished(
      { concurrency: 1 },
      { meterCount: 300, changeRate: 20, newMetersPerDay: 0 },
    );
    leap.setFaults([{ kind: "moving-meters", twice: 1, skipped: 0 }]);
    const sent = new Map<string, unknown>();
    const wrapLeap = (client: LeapClient): LeapClient => ({
      ...client,
      readPage: async (...question) => {
        const page = await client.readPage(...question);
        for (const document of page.documents) sent.set(String(document.meter_id), document);
        // A trade date does not pass meanwhile.
        leap.setNow(leap.nowMs() + 60_000);
        return page;
      },
    });
    const report = await days.run(nextMs, { wrapLeap });
    expect([report.status, report.trips]).toEqual(["published", []]);
    expect(report.meters.repeated).toBeGreaterThan(50);
    expect(report.meters.moved).toBeGreaterThan(0);
    expect(report.certificate).toMatchObject({ is_certified: true, moved: report.meters.moved });
    const kept = days.database.prepare("SELECT meter_id, document FROM snapshot_meters").all();
    expect(new Map(kept.map((row) => [String(row.meter_id), JSON.parse(String(row.document))]))).toEqual(
      sent,
    );
    leap.setFaults([]);
    await days.run(nextMs + 1);
    const settled = await days.run(nextMs + 2);
    expect([settled.meters.changed, settled.changes]).toEqual([0, {}]);
  });

  test("clock-skew behind: the poll cursor moves by it, and nothing else", async () => {
    const [straight, skewed] = [await openPublished(), await openPublished()];
    skewed.leap.setFaults([{ kind: "clock-skew", seconds: -7200 }]);
    const [usual, report] = [await publishQuietly(straight.days), await publishQuietly(skewed.days)];
    expect(Date.parse(report.cursor!)).toBe(Date.parse(usual.cursor!) - 7_200_000);
    expect({ ...report, cursor: null, traffic: null }).toEqual({ ...usual, cursor: null, traffic: null });
  });

  test("clock-skew ahead: the poll cursor is no later than the Date allows, nothing else", async () => {
    const [straight, skewed] = [await openPublished(), await openPublished()];
    skewed.leap.setFaults([{ kind: "clock-skew", seconds: 7200 }]);
    const [usual, report] = [await publishQuietly(straight.days), await publishQuietly(skewed.days)];
    expect(Date.parse(report.cursor!)).toBeLessThanOrEqual(nextMs + 7_200_000 - 600_000);
    expect(Date.parse(report.cursor!)).toBeGreaterThanOrEqual(Date.parse(usual.cursor!));
    expect({ ...report, cursor: null, traffic: null }).toEqual({ ...usual, cursor: null, traffic: null });
  });

  test("clock-skew by days either way holds no run back", async () => {
    for (const seconds of [-3 * 86_400, 3 * 86_400]) {
      const { leap, days } = await openPublished();
      leap.setFaults([{ kind: "clock-skew", seconds }]);
      await publishQuietly(days);
      leap.setFaults([]);
      const report = await days.run(nextMs + dayMs);
      expect([report.status, report.changes]).toEqual(["published", {}]);
      expect(readChanges(days.database)).toEqual([]);
    }
  });
});
