import { expect, it } from "vitest";
import { breakSweep } from "../support/break-sweep.ts";

for (const which of ["first", "later"] as const) {
  for (const isDead of [true, false]) {
    const how = isDead ? "dead" : "alive";
    it(`a ${which} sweep that breaks off at each single step, ${how}, is repeated`, async () => {
      expect(await breakSweep(which, isDead, 1)).toBeGreaterThanOrEqual(0);
    });
  }
}
