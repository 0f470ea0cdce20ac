import { describe, expect, it } from "vitest";
import { type Decision, walkBreakerWorlds } from "../support/breaker-worlds.ts";
import { toWords } from "../support/small-worlds.ts";

const decisions: readonly Decision[] = ["release", "discard", "leave"];

/** Every word once, each with another end and another decision than its neighbour. */
function toWorlds(letters: string, seconds: readonly string[]) {
  return toWords(letters, 4).map((word, place) => {
    const second = seconds[place % seconds.length] === "same" ? word : "aaaa";
    return [[word, second], decisions[place % decisions.length]!] as const;
  });
}

describe("all worlds of four meters and what may hold them back (§7)", () => {
  it("are held by the rules they break, and by none else", async () => {
    const { held, published } = await walkBreakerWorlds(toWorlds("ang", ["same", "back"]));
    expect(held.length).toBeGreaterThan(20);
    expect(published.length).toBeGreaterThan(10);
    expect(published).toContain("aaaa");
    expect(held).toContain("gggg");
  });

  it("are so where the days since the last run are told otherwise", async () => {
    const { held, published } = await walkBreakerWorlds(toWorlds("wn", ["back"]));
    expect(published).toContain("wwww");
    expect(held).toContain("nnnn");
  });

  it("are so in v1 too", async () => {
    const worlds = toWorlds("ag", ["same"]);
    expect((await walkBreakerWorlds(worlds, "v1")).held).toContain("gggg");
  });
});
