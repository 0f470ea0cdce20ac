import { describe, expect, test } from "vitest";
import { createPortfolio, type Portfolio, webhooksBetween } from "../../../src/simulator/index.ts";

const fromMs = Date.parse("2026-10-14T06:00:00Z");
const toMs = Date.parse("2026-11-14T06:00:00Z");

describe("finding what Leap's webhooks tell", () => {
  test("the calendar alone brings nothing, though a month rolls over", () => {
    const frozen = createPortfolio({ seed: 8, meterCount: 60, startDate: "2026-10-13", changeRate: 0 });
    const listed = (atMs: number): string =>
      JSON.stringify(Array.from({ length: 60 }, (_, index) => frozen.truthOf(index, atMs)?.rows));
    expect(listed(fromMs)).not.toBe(listed(toMs));
    expect(webhooksBetween(frozen, fromMs, toMs)).toEqual([]);
    const moving = createPortfolio({ seed: 8, meterCount: 60, startDate: "2026-10-13" });
    expect(webhooksBetween(moving, toMs, toMs)).toEqual([]);
    expect(webhooksBetween(moving, toMs, fromMs)).toEqual([]);
  });

  test("nor does it where something else happens at the very midnight", () => {
    const other = createPortfolio({ seed: 34, meterCount: 60, startDate: "2026-10-13", newMetersPerDay: 1 });
    const midnightMs = Date.parse("2026-11-01T07:00:00Z");
    const listed = (atMs: number): readonly string[] =>
      (other.truthOf(6, atMs)?.rows ?? []).flatMap((row) => (row.marketGroupId ? row.deliveryPeriod : []));
    expect(listed(midnightMs - 1)).toContain("CAISO-CCA_2026_SEP");
    expect(listed(midnightMs)).not.toContain("CAISO-CCA_2026_SEP");
    const told = webhooksBetween(other, midnightMs - 1, midnightMs);
    expect(told.map(({ type }) => type)).toEqual(["meter.enrollment.global-status.updated"]);
  });

  test("each meter is looked at a few times alone, however large the portfolio", () => {
    const large = createPortfolio({ seed: 3, meterCount: 400, startDate: "2026-10-13" });
    let lookCount = 0;
    const stateOf: Portfolio["stateOf"] = (index, atMs) => {
      lookCount++;
      return large.stateOf(index, atMs);
    };
    expect(webhooksBetween({ ...large, stateOf }, fromMs, toMs).length).toBeGreaterThan(500);
    expect(lookCount).toBeLessThan(400 * 16);
  });
});
