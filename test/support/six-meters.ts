import { expect } from "vitest";
import type { Failure } from "../../src/failure/index.ts";
import type { MeterSketch } from "./documents.ts";
import type { DayOptions, Days } from "./run-days.ts";
import { readSnapshot } from "./views.ts";

/** Noon in Los Angeles on 10 November 2026. */
export const noon = Date.parse("2026-11-10T20:00:00Z");
export const dayMs = 86_400_000;

/** A meter that is in one group for ever. */
export function sketch(
  number: number,
  group: string | null = "north",
  more: Partial<MeterSketch> = {},
): MeterSketch {
  return { number, stays: [{ group, from: "2026-11-01" }], ...more };
}
/** Six meters in the group north. */
export const six = [1, 2, 3, 4, 5, 6].map((number) => sketch(number));

/** A run that fails and leaves the snapshot as it was. */
export async function refuse(days: Days, nowMs: number, options: DayOptions = {}): Promise<Failure> {
  const before = readSnapshot(days.database);
  const error = await days.run(nowMs, options).then(
    () => null,
    (caught: Failure) => caught,
  );
  expect(error).not.toBeNull();
  expect(readSnapshot(days.database)).toEqual(before);
  return error!;
}

export const types = (told: readonly { type: string }[]) => told.map(({ type }) => type);
