import { describe, expect, it } from "vitest";
import { decideVerdict, isTrouble, type Known } from "../../../src/dispatch/decide-verdict.ts";
import { type Stay, toKnownSteps, toStepAt } from "../../../src/dispatch/known-steps.ts";

const meters = ["a", "b", "c"] as const;
const subsets = Array.from({ length: 8 }, (_, bits) => meters.filter((_, index) => bits & (1 << index)));
const [firstMs, changeMs, lastMs] = [1_000, 2_000, 3_000];

/** Published `then` from the first instant on, and `now` from the second on. */
function toStays(then: readonly string[], now: readonly string[]): Stay[] {
  const early = then.map((meterId) => ({
    meterId,
    knownFromMs: firstMs,
    knownToMs: now.includes(meterId) ? null : changeMs,
  }));
  const added = now.filter((meterId) => !then.includes(meterId));
  return [...early, ...added.map((meterId) => ({ meterId, knownFromMs: changeMs, knownToMs: null }))];
}

const plain: Omit<Known, "steps"> = { sinceMs: firstMs, keptFromMs: null, obstacle: null };
const isSame = (one: readonly string[], other: readonly string[]) => one.join() === other.join();

describe("a dispatch of a group", () => {
  it("is judged as it would be by hand in every world of three meters", () => {
    let worlds = 0;
    for (const then of subsets) {
      for (const now of subsets) {
        const steps = toKnownSteps(toStays(then, now));
        for (const meterIds of subsets) {
          for (const sentAtMs of [changeMs - 1, changeMs, lastMs]) {
            const published = sentAtMs < changeMs ? then : now;
            const judged = decideVerdict({ level: "group", meterIds, sentAtMs }, { ...plain, steps });
            const verdict = isSame(meterIds, published) ? "agreed" : isSame(meterIds, now) ? "late" : "drift";
            const where = `${then} then, ${now} now, ${meterIds} dispatched at ${sentAtMs}`;
            expect(judged.verdict, where).toBe(verdict);
            expect(judged.missingHere, where).toEqual(meterIds.filter((id) => !published.includes(id)));
            expect(judged.missingThere, where).toEqual(published.filter((id) => !meterIds.includes(id)));
            expect(judged.publishedCount, where).toBe(published.length);
            // What nobody has to be told was told at no time; else it has been since the set became this one.
            const isSince = isSame(then, now) || (verdict === "agreed" && sentAtMs < changeMs);
            const told = isSince ? (meterIds.length === 0 ? null : firstMs) : changeMs;
            expect(judged.toldAtMs, where).toBe(verdict === "drift" ? null : told);
            worlds += 1;
          }
        }
      }
    }
    expect(worlds).toBe(8 * 8 * 8 * 3);
  });

  it("is one of an unknown group until anybody is known in it, and late where that is known by now", () => {
    const known: Known = { ...plain, sinceMs: changeMs, steps: toKnownSteps(toStays([], ["a", "b"])) };
    const judge = (meterIds: readonly string[], sentAtMs: number, one = known) =>
      decideVerdict({ level: "group", meterIds, sentAtMs }, one).verdict;
    expect(judge(["a"], changeMs - 1)).toBe("unknown_group");
    expect(judge(["a", "b"], changeMs - 1)).toBe("late");
    expect(judge(["a"], changeMs)).toBe("drift");
    // Nobody in a group that is not known is no agreement.
    expect(judge([], changeMs - 1)).toBe("unknown_group");
    const never = { ...plain, sinceMs: null, steps: toKnownSteps([]) };
    expect(judge([], lastMs, never)).toBe("unknown_group");
    expect(judge(["a"], lastMs, never)).toBe("unknown_group");
  });

  it("is not judged, nor compared, where what was known cannot be said", () => {
    const steps = toKnownSteps(toStays(["a"], ["a"]));
    const judged = decideVerdict(
      { level: "group", meterIds: ["b"], sentAtMs: lastMs },
      { ...plain, steps, obstacle: "it is gone" },
    );
    expect(judged).toMatchObject({ verdict: "not_judged", reason: "it is gone", toldAtMs: null });
    expect([judged.missingHere, judged.missingThere, judged.publishedCount]).toEqual([[], [], 0]);
  });

  it("was told by the instant from which on all is kept, where that is all that can be said", () => {
    const steps = toKnownSteps(toStays(["a"], ["a"]));
    const judge = (keptFromMs: number) =>
      decideVerdict({ level: "group", meterIds: ["a"], sentAtMs: lastMs }, { ...plain, steps, keptFromMs });
    expect(judge(firstMs + 500).toldAtMs).toBe(firstMs + 500);
    expect(judge(firstMs - 500).toldAtMs).toBe(firstMs);
  });

  it("of which the difference is known since, and then again is not, has drifted", () => {
    const stays = [
      { meterId: "a", knownFromMs: firstMs, knownToMs: null },
      { meterId: "b", knownFromMs: changeMs, knownToMs: lastMs },
    ];
    const steps = toKnownSteps(stays);
    const judge = (sentAtMs: number) =>
      decideVerdict({ level: "group", meterIds: ["a", "b"], sentAtMs }, { ...plain, steps });
    expect(judge(firstMs).verdict).toBe("drift");
    expect(judge(changeMs)).toMatchObject({ verdict: "agreed", toldAtMs: changeMs });
    expect(judge(lastMs).verdict).toBe("drift");
  });
});

it("a meter is unknown, not a group", () => {
  const judged = decideVerdict(
    { level: "meter", meterIds: ["a"], sentAtMs: firstMs },
    { ...plain, sinceMs: null, steps: toKnownSteps([]) },
  );
  expect(judged).toMatchObject({ verdict: "unknown_meter", missingHere: ["a"], missingThere: [] });
});

it("only what was judged and did not agree is trouble", () => {
  const verdicts = ["agreed", "late", "drift", "unknown_group", "unknown_meter", "not_judged"] as const;
  expect(verdicts.filter(isTrouble)).toEqual(["late", "drift", "unknown_group", "unknown_meter"]);
});

describe("what was known, as steps", () => {
  it("has none where a meter goes and comes at one instant, be it by another program", () => {
    const steps = toKnownSteps([
      { meterId: "a", knownFromMs: firstMs, knownToMs: changeMs },
      { meterId: "a", knownFromMs: changeMs, knownToMs: null },
      { meterId: "b", knownFromMs: firstMs, knownToMs: null },
      { meterId: "b", knownFromMs: changeMs, knownToMs: null },
    ]);
    expect(steps.map(({ fromMs, count }) => [fromMs, count])).toEqual([
      [Number.NEGATIVE_INFINITY, 0],
      [firstMs, 2],
    ]);
  });

  it("has none for what was never known for any time", () => {
    const steps = toKnownSteps([{ meterId: "a", knownFromMs: firstMs, knownToMs: firstMs }]);
    expect(steps).toHaveLength(1);
  });

  it("has a step back to what was before", () => {
    const steps = toKnownSteps([{ meterId: "a", knownFromMs: firstMs, knownToMs: changeMs }]);
    expect(steps.map(({ count }) => count)).toEqual([0, 1, 0]);
    expect(steps[2]?.sha256).toBe(steps[0]?.sha256);
    const at = (ms: number) => [...toStepAt(steps, ms).toMeterIds()];
    expect([at(firstMs - 1), at(firstMs), at(changeMs - 1), at(changeMs)]).toEqual([[], ["a"], ["a"], []]);
  });
});
