import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toLocalDate, toStartOfDay, toTradeDate, toZone } from "../../../src/market/index.ts";

const losAngeles = "America/Los_Angeles";
const newYork = "America/New_York";
const phoenix = "America/Phoenix";
const hourMs = 3_600_000;
const rules = { defaultZone: losAngeles, zones: {} };

describe("the zone of a region (domain §3)", () => {
  test.each([
    ["CAISO", losAngeles],
    ["WECC_PC", losAngeles],
    ["ERCOT", "America/Chicago"],
    ["SERC", "America/Chicago"],
    ["NYISO", newYork],
    ["ISONE", newYork],
    ["PJM", newYork],
    ["WECC_SW", phoenix],
  ])("%s is %s", (region, zone) => {
    expect(toZone(region, { defaultZone: "Asia/Tokyo", zones: {} })).toBe(zone);
  });

  test("can be overridden, for a known region and for a new one", () => {
    const overridden = { defaultZone: losAngeles, zones: { CAISO: phoenix, AESO: "America/Edmonton" } };
    expect(toZone("CAISO", overridden)).toBe(phoenix);
    expect(toZone("AESO", overridden)).toBe("America/Edmonton");
    expect(toZone("NYISO", overridden)).toBe(newYork);
  });

  test("is the default zone for a region never seen before, never an error", () => {
    expect(toZone("MISO", { defaultZone: "America/Chicago", zones: {} })).toBe("America/Chicago");
  });

  test.each(["constructor", "toString", "__proto__", "hasOwnProperty"])(
    "is the default zone for a region that is called %s",
    (region) => {
      expect(toZone(region, rules)).toBe(losAngeles);
    },
  );
});

/** Worked out by hand from the zones' rules: 2026 changes on 8 March and 1 November, 2027 on 14 and 7. */
const starts = [
  [losAngeles, "2026-03-07", "2026-03-07T08:00:00Z"],
  [losAngeles, "2026-03-08", "2026-03-08T08:00:00Z"],
  [losAngeles, "2026-03-09", "2026-03-09T07:00:00Z"],
  [losAngeles, "2026-10-31", "2026-10-31T07:00:00Z"],
  [losAngeles, "2026-11-01", "2026-11-01T07:00:00Z"],
  [losAngeles, "2026-11-02", "2026-11-02T08:00:00Z"],
  [newYork, "2026-03-08", "2026-03-08T05:00:00Z"],
  [newYork, "2026-03-09", "2026-03-09T04:00:00Z"],
  [newYork, "2026-11-01", "2026-11-01T04:00:00Z"],
  [newYork, "2026-11-02", "2026-11-02T05:00:00Z"],
  [losAngeles, "2027-03-14", "2027-03-14T08:00:00Z"],
  [losAngeles, "2027-11-08", "2027-11-08T08:00:00Z"],
  [phoenix, "2026-03-08", "2026-03-08T07:00:00Z"],
  [phoenix, "2026-03-09", "2026-03-09T07:00:00Z"],
  [phoenix, "2026-11-01", "2026-11-01T07:00:00Z"],
  [phoenix, "2026-11-02", "2026-11-02T07:00:00Z"],
] as const;

describe("a local day and its midnight", () => {
  test.each(starts)("in %s %s begins at %s", (zone, date, instant) => {
    expect(new Date(toStartOfDay(date, zone)).toISOString()).toBe(instant.replace("Z", ".000Z"));
    expect(toLocalDate(Date.parse(instant), zone)).toBe(date);
    expect(toLocalDate(Date.parse(instant) - 1, zone) < date).toBe(true);
  });

  test.each(starts)(
    "in %s an instant at the midnight of %s is that day and no drift",
    (zone, date, instant) => {
      expect(toTradeDate(Date.parse(instant), zone)).toEqual({ date, isMidnight: true });
    },
  );

  test("agree with the platform's calendar on every quarter of an hour around a change of the clocks", () => {
    const zones = [losAngeles, newYork, phoenix, "America/Chicago", "America/Havana", "Asia/Beirut"];
    const days = ["2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01"];
    for (const zone of zones) {
      for (const day of days) {
        const noonMs = Date.parse(`${day}T12:00:00Z`);
        let previous = calendarDay(noonMs - 36 * hourMs - 900_000, zone);
        for (let ms = noonMs - 36 * hourMs; ms <= noonMs + 36 * hourMs; ms += 900_000) {
          const date = calendarDay(ms, zone);
          expect(toLocalDate(ms, zone)).toBe(date);
          if (date > previous) expect([zone, date, toStartOfDay(date, zone)]).toEqual([zone, date, ms]);
          previous = date > previous ? date : previous;
        }
      }
    }
  });

  test("agree with the platform's calendar at any instant of many years", () => {
    const between = { min: Date.UTC(2015, 0, 1), max: Date.UTC(2090, 0, 1) };
    fc.assert(
      fc.property(fc.integer(between), fc.constantFrom(losAngeles, newYork, phoenix), (ms, zone) => {
        const date = calendarDay(ms, zone);
        expect(toLocalDate(ms, zone)).toBe(date);
        const startMs = toStartOfDay(date, zone);
        expect(startMs <= ms).toBe(true);
        expect(calendarDay(startMs, zone)).toBe(date);
        expect(calendarDay(startMs - 1, zone) < date).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

test("an instant of the first years, a zero of other systems, is a day of those years", () => {
  const day = toTradeDate(Date.parse("0001-06-01T12:00:00Z"), losAngeles);
  expect(day.date).toBe("0001-06-01");
  expect(toLocalDate(Date.parse("0099-01-02T20:00:00Z"), newYork)).toBe("0099-01-02");
});

describe("an instant that is no midnight (domain §3)", () => {
  test.each([
    ["2026-06-02T07:00:00Z", "2026-06-02", true],
    ["2026-06-02T09:59:00Z", "2026-06-02", true],
    ["2026-06-02T04:01:00Z", "2026-06-02", true],
    ["2026-06-02T06:59:59.999Z", "2026-06-02", true],
    ["2026-06-02T00:00:00Z", "2026-06-01", false],
    ["2026-06-02T03:59:00Z", "2026-06-01", false],
    ["2026-06-02T10:01:00Z", "2026-06-02", false],
    ["2026-06-02T19:00:00Z", "2026-06-02", false],
    // Leap spells November's ends with October's offset, or with the East's: an hour or three off.
    ["2026-11-30T07:00:00Z", "2026-11-30", true],
    ["2026-11-30T05:00:00Z", "2026-11-30", true],
    // The day of 25 hours ends at 08:00Z: an hour before is 23:00 of that day, and means the next midnight.
    ["2026-11-02T07:00:00Z", "2026-11-02", true],
    ["2026-11-01T08:00:00Z", "2026-11-01", true],
    ["2026-03-09T08:00:00Z", "2026-03-09", true],
    ["2026-03-08T07:00:00Z", "2026-03-08", true],
  ])("%s means %s in Los Angeles, taken as a midnight: %s", (instant, date, isMidnight) => {
    expect(toTradeDate(Date.parse(instant), losAngeles)).toEqual({ date, isMidnight });
  });

  test("is the nearest midnight within three hours, and otherwise the day it falls on", () => {
    const between = { min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 0, 1) };
    fc.assert(
      fc.property(fc.integer(between), fc.constantFrom(losAngeles, newYork, phoenix), (ms, zone) => {
        const today = calendarDay(ms, zone);
        const reached = calendarDay(ms + 3 * hourMs, zone);
        const left = calendarDay(ms - 3 * hourMs - 1, zone);
        const expected =
          reached > today ? { date: reached, isMidnight: true } : { date: today, isMidnight: left < today };
        expect(toTradeDate(ms, zone)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});

const calendars = new Map<string, Intl.DateTimeFormat>();

/** The local date by the platform's own formatting. */
function calendarDay(ms: number, zone: string): string {
  let calendar = calendars.get(zone);
  if (calendar === undefined) {
    calendar = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
    calendars.set(zone, calendar);
  }
  return calendar.format(ms);
}
