import { expect, it } from "vitest";
import { breakAt } from "../support/break-sweep.ts";

for (const which of ["first", "later", "absences", "held", "release", "discard"] as const) {
  for (const isDead of [true, false]) {
    const how = isDead ? "dead" : "alive";
    it(`${which}: what breaks off at each single step, ${how}, is repeated`, async () => {
      expect((await breakAt(which, isDead, 1)).steps).toBeGreaterThan(3);
    });
  }
}
