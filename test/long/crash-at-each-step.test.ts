import { describe, expect, it } from "vitest";
import { breakAt } from "../support/break-sweep.ts";

describe("a run that breaks off at a step, and is repeated (I1, I12, §5)", () => {
  // Every step is broken at in the long variant.
  it("leads a first sweep to the same snapshot and event ids, the process being dead", async () => {
    expect((await breakAt("first", true, 7)).resumed).toBeGreaterThan(3);
  }, 90_000);

  it("leads a first sweep to the same snapshot and event ids, the run being able to say so", async () => {
    expect((await breakAt("first", false, 11)).resumed).toBeGreaterThan(3);
  }, 90_000);

  for (const [which, strides] of [
    ["later", [9, 17]],
    ["absences", [5, 11]],
    ["held", [9, 17]],
  ] as const) {
    it(`leads a sweep with a plan to the same: ${which}, the process being dead`, async () => {
      expect((await breakAt(which, true, strides[0])).steps).toBeGreaterThan(50);
    }, 90_000);

    it(`leads a sweep with a plan to the same: ${which}, the run being able to say so`, async () => {
      expect((await breakAt(which, false, strides[1])).steps).toBeGreaterThan(50);
    }, 90_000);
  }
});

describe("a decision that breaks off at a step, and is made again (I1, §7)", () => {
  it("publishes a released plan once, or not at all", async () => {
    expect((await breakAt("release", true, 1)).steps).toBeGreaterThan(20);
    await breakAt("release", false, 1);
  }, 90_000);

  it("discards a held run, or leaves it", async () => {
    expect((await breakAt("discard", true, 1)).steps).toBeGreaterThan(3);
    await breakAt("discard", false, 1);
  }, 90_000);
});
