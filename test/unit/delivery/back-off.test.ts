import { expect, it } from "vitest";
import { planLaneWaitMs, planSinkWaitMs } from "../../../src/delivery/back-off.ts";

it("doubles what a receiver is left alone for, up to an hour, half of it by chance", () => {
  expect([1, 2, 3, 4].map((count) => planSinkWaitMs(count, null, () => 1))).toEqual([1000, 2000, 4000, 8000]);
  expect([1, 2, 3, 4].map((count) => planSinkWaitMs(count, null, () => 0))).toEqual([500, 1000, 2000, 4000]);
  expect(planSinkWaitMs(5000, null, () => 1)).toBe(3_600_000);
});

it("waits at least as long as the receiver asks for, but no longer than a day", () => {
  expect(planSinkWaitMs(1, 90_000, () => 1)).toBe(90_000);
  expect(planSinkWaitMs(12, 1000, () => 1)).toBe(2_048_000);
  expect(planSinkWaitMs(1, 30 * 86_400_000, () => 0)).toBe(86_400_000);
});

it("leaves a single event alone for minutes, then for an hour", () => {
  expect([1, 2, 3, 9].map((count) => planLaneWaitMs(count, () => 1))).toEqual([
    60_000, 120_000, 240_000, 3_600_000,
  ]);
});
