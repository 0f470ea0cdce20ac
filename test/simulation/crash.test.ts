import { describe, expect, it } from "vitest";
import { breakSweep } from "../support/break-sweep.ts";

describe("a run that breaks off at a step, and is repeated (I1, I12, §5)", () => {
  // Every step is broken at in the long variant.
  it("leads a first sweep to the same snapshot and event ids, the process being dead", async () => {
    expect(await breakSweep("first", true, 4)).toBeGreaterThan(5);
  }, 90_000);

  it("leads a first sweep to the same snapshot and event ids, the run being able to say so", async () => {
    expect(await breakSweep("first", false, 9)).toBeGreaterThan(3);
  }, 90_000);

  it("leads a later sweep to the same snapshot and event ids, the process being dead", async () => {
    await breakSweep("later", true, 3);
  }, 90_000);

  it("leads a later sweep to the same snapshot and event ids, the run being able to say so", async () => {
    await breakSweep("later", false, 7);
  }, 90_000);
});
