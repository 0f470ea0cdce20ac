import { describe, expect, it } from "vitest";
import { walkTwins } from "../integration/retention-twins.ts";

describe("a database from which all that is old goes after every run", () => {
  for (const [seed, v1Share] of [
    [1, 0],
    [3, 0.3],
  ] as const) {
    it(`tells, sends, holds and shows what its unpruned twin does, seed ${seed}`, async () => {
      const removed = await walkTwins({ seed, runs: 22, v1Share });
      for (const table of ["events", "revisions", "history", "runs"])
        expect(removed[table], table).toBeGreaterThan(5);
    });
  }
});
