import { expect, test } from "vitest";
import { openBudget } from "../../../src/leap/budget.ts";
import { LeapUnreachable } from "../../../src/leap/index.ts";

function failureOf(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

test("as many requests are sent as the budget has, and not one more", () => {
  const budget = openBudget({ requestCountMax: 3, runTimeMaxMs: 1000 }, { now: () => 0 });
  for (let count = 0; count < 3; count += 1) budget.spend("read a page of meters");
  const failure = failureOf(() => budget.spend("read a page of meters"));
  expect(failure).toBeInstanceOf(LeapUnreachable);
  expect(failure).toMatchObject({
    kind: "environment",
    message:
      "Could not read a page of meters: this run has sent 3 requests to Leap, which is all it may. " +
      "Finished windows are kept: the next run goes on from there. " +
      "If runs keep ending like this, raise METER_SYNC_REQUESTS_MAX.",
    fields: { budget: "requests", variable: "METER_SYNC_REQUESTS_MAX" },
  });
});

test.each([
  [4 * 3_600_000, "4h"],
  [90 * 60_000, "90m"],
  [2 * 86_400_000, "2d"],
  [1500, "1500ms"],
  [7000, "7s"],
])("after %i ms nothing more is sent", (runTimeMaxMs, shown) => {
  let nowMs = 1_800_000_000_000;
  const budget = openBudget({ requestCountMax: 100, runTimeMaxMs }, { now: () => nowMs });
  nowMs += runTimeMaxMs - 1;
  budget.spend("log in to Leap");
  nowMs += 1;
  const failure = failureOf(() => budget.spend("log in to Leap"));
  expect(failure).toBeInstanceOf(LeapUnreachable);
  const message = `Could not log in to Leap: this run has been reading for ${shown}, which is all it may. `;
  expect((failure as Error).message.startsWith(message)).toBe(true);
  expect((failure as Error).message).toMatch(/Finished windows are kept.*raise METER_SYNC_RUN_TIME_MAX\.$/);
});
