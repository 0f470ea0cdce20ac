import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatInstant, parseDuration, parseInstant } from "../../../src/time/index.ts";

describe("an instant", () => {
  test.each([
    ["2026-11-01T07:00:00Z", Date.UTC(2026, 10, 1, 7)],
    ["2026-11-01T07:00:00.000Z", Date.UTC(2026, 10, 1, 7)],
    ["2026-11-01T07:00:00.123Z", Date.UTC(2026, 10, 1, 7, 0, 0, 123)],
    ["2026-11-01T07:00:00.123456Z", Date.UTC(2026, 10, 1, 7, 0, 0, 123)],
    ["2026-11-01T07:00:00.123999Z", Date.UTC(2026, 10, 1, 7, 0, 0, 123)],
    ["2026-11-01T07:00:00.123456789Z", Date.UTC(2026, 10, 1, 7, 0, 0, 123)],
    ["2026-11-01T07:00:00.5Z", Date.UTC(2026, 10, 1, 7, 0, 0, 500)],
    ["2026-11-01T07:00:00.05Z", Date.UTC(2026, 10, 1, 7, 0, 0, 50)],
    ["2026-11-01T00:00:00-07:00", Date.UTC(2026, 10, 1, 7)],
    ["2026-11-01T12:30:00+05:30", Date.UTC(2026, 10, 1, 7)],
    ["2026-11-01T07:00:00+00:00", Date.UTC(2026, 10, 1, 7)],
    ["2026-11-01T07:00:00-00:00", Date.UTC(2026, 10, 1, 7)],
    ["2026-11-01t07:00:00z", Date.UTC(2026, 10, 1, 7)],
    ["2028-02-29T00:00:00Z", Date.UTC(2028, 1, 29)],
    ["1969-12-31T23:59:59.999Z", -1],
    ["9000-01-01T00:00:00Z", Date.UTC(9000, 0, 1)],
    ["9000-12-31T23:59:59.999999999Z", Date.UTC(9000, 11, 31, 23, 59, 59, 999)],
    ["2099-01-01T00:00:00Z", Date.UTC(2099, 0, 1)],
    ["9999-12-31T23:59:59Z", Date.UTC(9999, 11, 31, 23, 59, 59)],
  ])("%s is read", (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  test.each([
    "2026-02-30T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-10T00:00:00Z",
    "2026-11-00T00:00:00Z",
    "2026-11-31T00:00:00Z",
    "2026-11-01T24:00:00Z",
    "2026-11-01T07:60:00Z",
    "2026-11-01T07:00:61Z",
    "2026-11-01T07:00:00",
    "2026-11-01",
    "2026-11-01T07:00:00.Z",
    "2026-11-01T07:00:00.1234567890Z",
    " 2026-11-01T07:00:00Z",
    "2026-11-01T07:00:00Z\n",
    "26-11-01T07:00:00Z",
    "1793516400000",
    "tomorrow",
    "",
    "2026-11-01T07:00:00+24:00",
    "2026-11-01T07:00:00+07:60",
    "2026-11-01T07:00:00 PST",
  ])("%j is none", (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test.each([
    ["0001-01-01T00:00:00Z", -62_135_596_800_000],
    ["0099-12-31T00:00:00Z", -59_011_545_600_000],
    ["0000-01-01T00:00:00Z", -62_167_219_200_000],
  ])("%s, the zero of other systems, is no day of the twentieth century", (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  test("of any year from 1000 on is read as the platform reads it, in any offset", () => {
    const anyMs = fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 30) });
    fc.assert(
      fc.property(anyMs, fc.integer({ min: -14 * 60, max: 14 * 60 }), (ms, offset) => {
        expect(parseInstant(new Date(ms).toISOString())).toBe(ms);
        const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, "0");
        const minutes = String(Math.abs(offset) % 60).padStart(2, "0");
        const local = new Date(ms + offset * 60_000).toISOString().replace("Z", "");
        if (local.startsWith("+") || local.length > 23) return;
        const text = `${local}${offset < 0 ? "-" : "+"}${hours}:${minutes}`;
        expect([text, parseInstant(text)]).toEqual([text, ms]);
      }),
      { numRuns: 500 },
    );
  });

  test("is written as ISO 8601 UTC with milliseconds, and read back the same", () => {
    expect(formatInstant(Date.UTC(2026, 10, 1, 7))).toBe("2026-11-01T07:00:00.000Z");
    expect(parseInstant(formatInstant(1_793_516_400_123))).toBe(1_793_516_400_123);
  });
});

describe("a duration", () => {
  test.each([
    ["250ms", 250],
    ["90s", 90_000],
    ["15m", 900_000],
    ["6h", 21_600_000],
    ["7d", 604_800_000],
    ["0s", 0],
    [" 12h ", 43_200_000],
  ])("%j is read", (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  test.each(["", "h", "6", "6 h", "-6h", "1.5h", "6H", "6w", "1h30m", "1e3s", "6h6", "1234567890s"])(
    "%j is none",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});
