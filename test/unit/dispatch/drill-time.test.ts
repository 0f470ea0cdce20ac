import { expect, test } from "vitest";
import { planTimeslots, toInstantOfDay } from "../../../src/dispatch/index.ts";

// Clocks went forward on 2026-03-08 and back on 2026-11-01, at two o'clock.
test.each([
  ["2026-07-01", "17:00", "America/Los_Angeles", "2026-07-02T00:00Z"],
  ["2026-07-01", "00:00", "America/New_York", "2026-07-01T04:00Z"],
  ["2026-07-01", "23:59", "America/Phoenix", "2026-07-02T06:59Z"],
  ["2026-03-08", "01:59", "America/Los_Angeles", "2026-03-08T09:59Z"],
  ["2026-03-08", "03:00", "America/Los_Angeles", "2026-03-08T10:00Z"],
  ["2026-03-08", "17:00", "America/Los_Angeles", "2026-03-09T00:00Z"],
  ["2026-03-08", "23:00", "America/Los_Angeles", "2026-03-09T06:00Z"],
  ["2026-03-08", "23:59", "America/New_York", "2026-03-09T03:59Z"],
  ["2026-11-01", "23:59", "America/Los_Angeles", "2026-11-02T07:59Z"],
  ["2026-11-01", "01:30", "America/Los_Angeles", "2026-11-01T08:30Z"],
  ["2026-11-01", "02:00", "America/Los_Angeles", "2026-11-01T10:00Z"],
  ["2026-11-01", "17:00", "America/Los_Angeles", "2026-11-02T01:00Z"],
])("on %s, %s in %s is %s", (date, time, zone, instant) => {
  expect(toInstantOfDay(date, time, zone)).toBe(Date.parse(instant));
});

test("a time that clocks skip is none", () => {
  expect(toInstantOfDay("2026-03-08", "02:30", "America/Los_Angeles")).toBeUndefined();
});

test("timeslots follow one another without a gap, with the same fields", () => {
  expect(planTimeslots(Date.UTC(2026, 6, 2), 900_000, 3, { priority: 2 })).toEqual([
    { priority: 2, start_time: "2026-07-02T00:00:00.000Z", end_time: "2026-07-02T00:15:00.000Z" },
    { priority: 2, start_time: "2026-07-02T00:15:00.000Z", end_time: "2026-07-02T00:30:00.000Z" },
    { priority: 2, start_time: "2026-07-02T00:30:00.000Z", end_time: "2026-07-02T00:45:00.000Z" },
  ]);
});
