import { describe, expect, it } from "vitest";
import { toWords, type Worlds, walkWorlds } from "../support/small-worlds.ts";

/** Letters as `Worlds` has them; hours between the runs. */
const batches: readonly (Worlds & { readonly about: string; readonly count: number })[] = [
  { about: "one meter, most letters", meters: 1, letters: "abnlfhmuvg", hours: [13, 24], count: 10 ** 3 },
  { about: "one meter, there and back", meters: 1, letters: "agh", hours: [11, 2, 96, 24], count: 3 ** 5 },
  { about: "one meter, in and out", meters: 1, letters: "abgu", hours: [24, 24, 24], count: 4 ** 4 },
  { about: "two meters in two groups", meters: 2, letters: "abg", hours: [24, 24], count: (27 * 28) / 2 },
  { about: "three meters in two groups", meters: 3, letters: "abg", hours: [24], count: 165 },
  { about: "v1", meters: 1, letters: "abnghu", hours: [24, 24], versions: ["v1"], count: 6 ** 3 },
  {
    about: "v1, there and back",
    meters: 1,
    letters: "agu",
    hours: [24, 24, 24, 24],
    versions: ["v1"],
    count: 3 ** 5,
  },
  {
    about: "v1, then v2",
    meters: 1,
    letters: "abgh",
    hours: [24, 24],
    versions: ["v1", "v2"],
    count: 4 ** 3,
  },
  {
    about: "v2, v1 for a while, v2",
    meters: 1,
    letters: "abg",
    hours: [24, 24, 24],
    versions: ["v2", "v1", "v1", "v2"],
    count: 3 ** 4,
  },
];

describe("all small worlds of a kind, side by side (I4, I7, I13, §4, §5, §7)", () => {
  it("are counted in words", () => {
    expect(toWords("ab", 2)).toEqual(["aa", "ab", "ba", "bb"]);
  });

  for (const { about, count, ...worlds } of batches) {
    it(`are shown and told as the oracle has them: ${about}`, async () => {
      const walked = await walkWorlds(worlds);
      expect(walked.worlds).toBe(count);
      expect(walked.events).toBeGreaterThan(count);
    });
  }
});
