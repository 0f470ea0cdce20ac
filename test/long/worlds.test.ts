import { expect, it } from "vitest";
import { type Decision, walkBreakerWorlds } from "../support/breaker-worlds.ts";
import { toWords, type Worlds, walkWorlds } from "../support/small-worlds.ts";
import { firstSeed, isBounded, secondsMax } from "./budget.ts";

const batches: readonly Worlds[] = [
  ...[
    [24, 24],
    [11, 2],
    [12, 96],
    [0, 13],
  ].map((hours) => ({ meters: 1, letters: "abnlefxshmuvg", hours }) as const),
  { meters: 1, letters: "abnhgu", hours: [24, 24, 24] },
  { meters: 1, letters: "aghb", hours: [12, 12, 72, 12] },
  { meters: 1, letters: "ag", hours: [12, 6, 6, 24, 48, 1, 12, 13] },
  { meters: 2, letters: "abghn", hours: [24, 24] },
  { meters: 3, letters: "abg", hours: [24, 24] },
  { meters: 1, letters: "abnghuv", hours: [24, 24], versions: ["v1"] },
  { meters: 1, letters: "abg", hours: [24, 24, 24, 24], versions: ["v1"] },
  { meters: 1, letters: "abngh", hours: [24, 24, 24], versions: ["v1", "v2", "v1"] },
  { meters: 1, letters: "abngh", hours: [24, 24, 24], versions: ["v2", "v1", "v1", "v2"] },
];

it("all small worlds of many kinds, side by side", async () => {
  let count = 0;
  // Together they take two minutes: where time is short, by chance every other one.
  const chosen = isBounded ? batches.filter((_, place) => place % 2 === firstSeed % 2) : batches;
  for (const batch of chosen) count += (await walkWorlds(batch)).worlds;
  process.stdout.write(`small worlds: ${count}, seed ${firstSeed}\n`);
  expect(count).toBeGreaterThan(isBounded ? 5_000 : 20_000);
});

it("all worlds of four meters and what may hold them back, as far as the time goes", async () => {
  const endMs = isBounded ? Date.now() + secondsMax * 1000 : Number.POSITIVE_INFINITY;
  const decisions: readonly Decision[] = ["release", "discard", "leave"];
  let count = 0;
  for (const version of ["v2", "v1"] as const) {
    for (const word of toWords(version === "v2" ? "abnlghxew" : "ang", 4)) {
      if (Date.now() > endMs) break;
      const worlds = decisions.flatMap((decision) =>
        [word, "aaaa"].map((second) => [[word, second], decision] as const),
      );
      await walkBreakerWorlds(worlds, version);
      count += worlds.length;
    }
  }
  process.stdout.write(`breaker worlds: ${count}\n`);
  expect(count).toBeGreaterThan(0);
});
