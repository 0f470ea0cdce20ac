import type { LeapClient } from "../../src/leap/index.ts";
import { addDays } from "../support/calendar.ts";
import { addedAtOf, documentV1, type MeterSketch } from "../support/documents.ts";
import type { Entry } from "../support/scripted-leap.ts";

/** It is noon in Los Angeles, on the 10th of November. */
export const noon = Date.parse("2026-11-10T20:00:00Z");
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** Where the year is cut into five windows, the first and the last of them open-ended. */
export const quarters: readonly number[] = [0, 3, 6, 9].map((month) => Date.UTC(2026, month, 1));

/** The days a v1 answer speaks about. */
export function threeDays(today: string): string[] {
  return [0, 1, 2].map((day) => addDays(today, day));
}

/** What v1 answers about a meter; it speaks of today and the two days after it unless told otherwise. */
export function toEntryV1(sketch: MeterSketch, today: string, days = threeDays(today)): Entry {
  const addedMs = Date.parse(sketch.addedAt ?? addedAtOf(sketch.number));
  return { addedMs, document: documentV1(sketch, days) };
}

/** A client that lets so many pages through and then breaks down. */
export function breakAfter(pageCount: number): (leap: LeapClient) => LeapClient {
  let left = pageCount;
  return (leap) => ({
    ...leap,
    readPage: async (window, token, signal) => {
      if (left === 0) throw new Error("the network broke down");
      left -= 1;
      return leap.readPage(window, token, signal);
    },
  });
}
