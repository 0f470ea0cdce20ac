import { describe, expect, test } from "vitest";
import type { VolueEvent } from "../../../src/simulator/index.ts";
import { createEventArchive } from "../../../src/simulator/volue-events.ts";

const dayMs = 86_400_000;
const startDay = Date.UTC(2026, 9, 20) / dayMs;
const nowMs = Date.parse("2026-10-28T14:00:00Z");

const archiveAt = (atMs: number, seed = 5) => createEventArchive(seed, startDay, () => atMs);
type Curve = { priceArea: string; priceCurveDelta: { points: { timestamp: string }[]; resolution: string } };
const curvesOf = (events: readonly VolueEvent[]) =>
  events
    .filter(({ payload }) => payload.payloadType === "PriceCurve")
    .map(({ createdAt, payload }) => ({ createdAt, ...(payload as unknown as Curve) }));

describe("the simulated Volue's events", () => {
  test("are the same for the same seed, others for another, and none is there twice", () => {
    const events = archiveAt(nowMs).list();
    const text = JSON.stringify(events);
    expect(JSON.stringify(archiveAt(nowMs).list()) === text).toBe(true);
    expect(JSON.stringify(archiveAt(nowMs, 6).list()) === text).toBe(false);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(new Set(events.map(({ payload }) => payload.payloadType))).toEqual(
      new Set(["PriceCurve", "LocationLPC", "ResourceLPC", "LPCReservation", "UserEligibility"]),
    );
  });

  test("come newest first, and none before its time", () => {
    const instants = archiveAt(nowMs)
      .list()
      .map(({ createdAt }) => Date.parse(createdAt));
    expect(instants).toEqual([...instants].sort((left, right) => right - left));
    expect(Math.max(...instants)).toBeLessThanOrEqual(nowMs);
    const earlierMs = nowMs - 3 * dayMs;
    expect(archiveAt(earlierMs).list()).toHaveLength(instants.filter((atMs) => atMs <= earlierMs).length);
  });

  test("are found by id once they are there, and not before", () => {
    const events = archiveAt(nowMs).list();
    const archive = archiveAt(nowMs);
    const some = events.filter((_, index) => index % 5 === 0);
    const lost = some.filter((event) => JSON.stringify(archive.find(event.id)) !== JSON.stringify(event));
    expect(lost).toEqual([]);
    const before = archiveAt(Date.parse(events[0]!.createdAt) - 1);
    expect(before.find(events[0]!.id)).toBeUndefined();
    expect(before.list().map(({ id }) => id)).not.toContain(events[0]!.id);
    for (const id of ["", "x", "ffffffff-0000", `${events[0]!.id}0`])
      expect(archiveAt(nowMs).find(id)).toBeUndefined();
  });

  test("hold a price curve a day for every area: the next local day, from midnight to midnight", () => {
    const curves = curvesOf(archiveAt(nowMs).list());
    const firstDay = Date.UTC(2026, 9, 28) / dayMs - (startDay - 45) + 1;
    expect(curves).toHaveLength(12 * firstDay);
    for (const { createdAt, priceCurveDelta } of curves) {
      const starts = priceCurveDelta.points.map(({ timestamp }) => Date.parse(timestamp));
      expect(priceCurveDelta.points[0]!.timestamp).toMatch(/T00:00:00/);
      expect(starts.every((start, index) => start === starts[0]! + index * 3_600_000)).toBe(true);
      const nextDay = new Date(Date.parse(createdAt) + dayMs).toISOString().slice(0, 10);
      expect(priceCurveDelta.points.map(({ timestamp }) => timestamp.slice(0, 10))).toEqual(
        priceCurveDelta.points.map(() => nextDay),
      );
    }
    const longest = curves.filter(({ priceCurveDelta }) => priceCurveDelta.points.length === 25);
    expect(longest.map(({ createdAt }) => createdAt.slice(0, 10))).toEqual(new Array(12).fill("2026-10-24"));
  });

  test("take one of one's own", () => {
    const archive = archiveAt(nowMs);
    const payload = { payloadType: "LocationLPC", targets: [] } as const;
    const older = archive.add(payload, nowMs - 60_000);
    const newer = archive.add(payload);
    expect(archive.page(0, 2).events).toEqual([newer, older]);
    expect(archive.find(older.id)).toEqual(older);
  });
});
