import { describe, expect, it } from "vitest";
import { walkMonthRoll } from "../support/month-roll.ts";

const daily = Array.from({ length: 16 }, (_, day) => day);
const skipping = [0, 3, 9, 13, 15];

describe("a month roll in which every meter moves and a season ends (§7)", () => {
  for (const version of ["v1", "v2"] as const) {
    for (const announcedOn of [1, 28, 40]) {
      for (const days of [daily, skipping]) {
        it(`passes in ${version}, told on the ${announcedOn}th, run on ${days.length} days`, async () => {
          const { stopped, remapped } = await walkMonthRoll({ version, announcedOn, days });
          expect(stopped).toEqual([]);
          expect(remapped).toBeGreaterThan(50);
        });
      }
    }
  }
});
