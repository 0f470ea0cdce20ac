import { expect, test } from "vitest";
import { planDispatchWindows } from "../../../src/leap/index.ts";

const dayMs = 86_400_000;
const fromMs = Date.UTC(2026, 0, 1);

test.each([
  [0, 0],
  [-dayMs, 0],
  [1, 1],
  [31 * dayMs - 1, 1],
  [31 * dayMs, 1],
  [31 * dayMs + 1, 2],
  [62 * dayMs, 2],
  [62 * dayMs + 1, 3],
  [365 * dayMs, 12],
])("%i milliseconds are asked for in %i searches, without a gap, of at most 31 days", (lengthMs, count) => {
  const windows = planDispatchWindows(fromMs, fromMs + lengthMs);
  expect(windows).toHaveLength(count);
  let reachedMs = fromMs;
  for (const window of windows) {
    expect(window.fromMs).toBe(reachedMs);
    expect(window.toMs - window.fromMs).toBeGreaterThan(0);
    expect(window.toMs - window.fromMs).toBeLessThanOrEqual(31 * dayMs);
    reachedMs = window.toMs;
  }
  expect(reachedMs).toBe(fromMs + Math.max(0, lengthMs));
});
