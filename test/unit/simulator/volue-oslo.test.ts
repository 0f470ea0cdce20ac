import { describe, expect, test } from "vitest";
import {
  hourMs,
  toOsloDay,
  toOsloHours,
  toOsloInstant,
  toOsloText,
} from "../../../src/simulator/volue-oslo.ts";

const dayOf = (text: string) => Date.parse(`${text}T00:00:00Z`) / (24 * hourMs);

describe("the simulated Volue's calendar", () => {
  test("is that of Europe/Oslo, also around its changes", () => {
    const format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: "Europe/Oslo",
      dateStyle: "short",
      timeStyle: "medium",
    });
    const wrong: string[] = [];
    const weeks = [2024, 2025, 2027, 2028, 2029].flatMap((year) => [
      Date.UTC(year, 2, 24),
      Date.UTC(year, 9, 24),
    ]);
    const hours = [
      ...Array.from({ length: 1250 }, (_, index) => Date.UTC(2026, 0) + index * 7 * hourMs),
      ...weeks.flatMap((week) => Array.from({ length: 9 * 24 }, (_, hour) => week + hour * hourMs)),
    ];
    for (const atMs of hours) {
      const [date, time] = format.format(atMs).split(" ");
      const text = toOsloText(atMs);
      if (
        !text.startsWith(`${date}T${time}`) ||
        Date.parse(text) !== atMs ||
        toOsloDay(atMs) !== dayOf(date!)
      )
        wrong.push(text);
    }
    expect(wrong).toEqual([]);
  });

  test("has 23 hours on the last Sunday of March, 25 on that of October", () => {
    const hours = (day: string) => toOsloHours(dayOf(day)).map(toOsloText);
    expect(hours("2026-03-29")).toHaveLength(23);
    expect(hours("2026-03-29").slice(0, 4)).toEqual([
      "2026-03-29T00:00:00+01:00",
      "2026-03-29T01:00:00+01:00",
      "2026-03-29T03:00:00+02:00",
      "2026-03-29T04:00:00+02:00",
    ]);
    expect(hours("2026-10-25")).toHaveLength(25);
    expect(hours("2026-10-25").slice(1, 5)).toEqual([
      "2026-10-25T01:00:00+02:00",
      "2026-10-25T02:00:00+02:00",
      "2026-10-25T02:00:00+01:00",
      "2026-10-25T03:00:00+01:00",
    ]);
    expect(hours("2026-10-26")).toHaveLength(24);
  });

  test("finds an hour of the clock on days with a change, too", () => {
    for (const [day, hour, text] of [
      ["2026-03-29", 13, "2026-03-29T13:00:00+02:00"],
      ["2026-10-25", 8, "2026-10-25T08:00:00+01:00"],
      ["2026-03-29", 1, "2026-03-29T01:00:00+01:00"],
      ["2026-10-25", 0, "2026-10-25T00:00:00+02:00"],
      ["2026-10-25", 1, "2026-10-25T01:00:00+02:00"],
    ] as const)
      expect(toOsloText(toOsloInstant(dayOf(day), hour))).toBe(text);
  });
});
