import { expect, test } from "vitest";
import { isRetryableStatus, planWaitMs } from "../../../src/leap/retry-policy.ts";
import { parseRetryAfter } from "../../../src/time/index.ts";

test("the bound of the wait doubles up to half a minute, and chance picks within it", () => {
  const bounds = [1, 2, 3, 4, 7, 30].map((attempt) => planWaitMs(attempt, null, () => 0.999_999));
  expect(bounds).toEqual([499, 999, 1999, 3999, 29_999, 29_999]);
  expect(planWaitMs(5, null, () => 0)).toBe(0);
});

test("what the server asks for is the least that is waited, up to two minutes", () => {
  expect(planWaitMs(1, 7000, () => 0.5)).toBe(7000);
  expect(planWaitMs(1, 86_400_000, () => 0)).toBe(120_000);
});

test("Retry-After is seconds or a date", () => {
  const nowMs = Date.UTC(2026, 10, 3, 4, 5, 6);
  expect(parseRetryAfter("17", nowMs)).toBe(17_000);
  expect(parseRetryAfter("Tue, 03 Nov 2026 04:05:36 GMT", nowMs)).toBe(30_000);
  expect(parseRetryAfter("Tue, 03 Nov 2026 04:00:00 GMT", nowMs)).toBe(0);
  expect(parseRetryAfter("later", nowMs)).toBeNull();
  expect(parseRetryAfter(null, nowMs)).toBeNull();
});

test("only what may pass the next time is tried again", () => {
  const statuses = [200, 301, 400, 401, 403, 404, 408, 409, 425, 429, 500, 503, 599];
  expect(statuses.filter(isRetryableStatus)).toEqual([408, 425, 429, 500, 503, 599]);
});
