import { expect, it } from "vitest";
import { toCheckSummary } from "../../../src/cli/dispatch-check-rows.ts";
import type { Checked } from "../../../src/dispatch/index.ts";

function checked(row: Partial<Checked["row"]>): Checked {
  const counts = { dispatchedCount: 1, missingHereCount: 0, missingThereCount: 0 };
  const whole = { verdict: "agreed", isCounted: true, ...counts, ...row };
  return { row: whole as Checked["row"], marketGroupName: null, reason: null };
}

it("a check sums up in words what counts: dispatches by verdict, their meters, and what is left out", () => {
  expect(toCheckSummary([checked({})])).toBe(
    "1 dispatch, 1 agreed; 100.0 % of dispatched meters were where we had published them",
  );
  const some = [
    checked({ dispatchedCount: 1998 }),
    checked({ verdict: "late", missingHereCount: 1 }),
    checked({ verdict: "drift", missingThereCount: 3 }),
    checked({ verdict: "unknown_group", isCounted: false, missingHereCount: 1 }),
  ];
  // One of two thousand is missing: that is not all of them.
  expect(toCheckSummary(some)).toBe(
    "3 dispatches, 1 agreed, 1 late, 1 drift; 99.9 % of dispatched meters were where we had published " +
      "them, and 3 published there were not dispatched; 1 more do not count (cancelled, a test, or " +
      "not judged)",
  );
  expect(toCheckSummary([checked({ isCounted: false })])).toBe(
    "0 dispatches; 1 more do not count (cancelled, a test, or not judged)",
  );
});
