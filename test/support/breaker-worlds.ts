import { addedAtOf, documentV1, documentV2, type MeterSketch } from "./documents.ts";
import { type Judge, type Judged, openJudge } from "./judge.ts";
import type { Rules } from "./oracle-breaker.ts";
import { openDays } from "./run-days.ts";
import { dayIn } from "./says.ts";
import { openScriptedLeap, type ScriptedLeap } from "./scripted-leap.ts";

/** Rules so tight that a world of a few meters can trip each of them, and can leave each of them alone. */
export const tinyRules: Rules = {
  empty: true,
  absent: { percent: 49, count: 1 },
  region: { percent: 50, count: 0 },
  program: { percent: 50, count: 0 },
  loss: { percent: 50, count: 1 },
  group: { percent: 50, count: 2 },
  account: { percent: 26, count: 4 },
};

const noon = Date.parse("2026-11-10T20:00:00Z");
const hourMs = 3_600_000;

/** Four meters: a pair in one region and program, one elsewhere in the same group, one in all else alone. */
const sketches: readonly MeterSketch[] = [
  { number: 1, region: "CAISO", stays: [{ program: "CCA", group: "a", from: "2026-09-01" }] },
  { number: 2, region: "CAISO", stays: [{ program: "CCA", group: "a", from: "2026-09-01" }] },
  { number: 3, region: "NYISO", stays: [{ program: "CCA", group: "a", from: "2026-09-01" }] },
  { number: 4, region: "NYISO", stays: [{ program: "DRAM", group: "b", from: "2026-09-01" }] },
];

/** What becomes of a held run. */
export type Decision = "release" | "discard" | "leave";

/**
 * Four meters on one day, and on the next each as a letter of the word says: `a` as it was, `b` moved to
 * another group, `n` in none, `l` listed without a group, `g` gone, `h` found by its id alone, `x` archived
 * and without a group, `e` without a group from the day after on, `w` without one up to the day before. It is
 * three days later: two lie between. What is held is decided on; then they are as the second word says,
 * thirteen hours later and again a day later.
 */
export async function walkBreakerWorld(
  leap: ScriptedLeap,
  [first, second]: readonly [string, string],
  decision: Decision,
  version: "v1" | "v2" = "v2",
): Promise<Judged> {
  const days = openDays(leap, { apiVersion: version });
  try {
    const judge = openJudge(leap, days, tinyRules);
    const world = `${version} ${first} ${second} ${decision}`;
    const walk = async (word: string, hours: number) => {
      const nowMs = noon + hours * hourMs;
      leap.entries = sketches.flatMap((sketch, place) => toEntries(sketch, word[place]!, nowMs, version));
      return judge.run(`world ${world}, ${word} after ${hours} h`, { nowMs, apiVersion: version });
    };
    await walk("aaaa", 0);
    judge.inspector.beginConsumers();
    const judged = await walk(first, 72);
    decide(judge, world, decision, noon + 73 * hourMs);
    for (const hours of [86, 110]) {
      await walk(second, hours);
      decide(judge, world, decision, noon + (hours + 1) * hourMs);
    }
    return judged;
  } finally {
    days.close();
  }
}

function decide(judge: Judge, world: string, decision: Decision, nowMs: number): void {
  if (judge.isHeld() && decision !== "leave") judge.decide(`world ${world}, decided`, nowMs, decision);
}

/** Walks many; returns how many runs were held, by the words that led to it. */
export async function walkBreakerWorlds(
  worlds: readonly (readonly [words: readonly [string, string], decision: Decision])[],
  version: "v1" | "v2" = "v2",
): Promise<{ held: string[]; published: string[] }> {
  const leap = await openScriptedLeap();
  const found = { held: new Set<string>(), published: new Set<string>() };
  try {
    for (const [words, decision] of worlds) {
      const judged = await walkBreakerWorld(leap, words, decision, version);
      if (judged === "held" || judged === "published") found[judged].add(words[0]);
    }
    return { held: [...found.held], published: [...found.published] };
  } finally {
    await leap.close();
  }
}

function toEntries(sketch: MeterSketch, letter: string, nowMs: number, version: "v1" | "v2") {
  if (letter === "g") return [];
  const [stay] = sketch.stays!;
  const today = dayIn(sketch.region!, nowMs);
  const stays = {
    b: [{ ...stay!, group: "c" }],
    n: [],
    x: [],
    l: [{ ...stay!, group: null }],
    e: [{ ...stay!, to: today }],
    w: [{ ...stay!, from: today }],
  }[letter];
  const changed = { ...sketch, isArchived: letter === "x", stays: stays ?? sketch.stays! };
  const days = [0, 1, 2].map((day) => dayIn(sketch.region!, nowMs, day));
  const document = version === "v1" ? documentV1(changed, days) : documentV2(changed);
  return [{ addedMs: Date.parse(addedAtOf(sketch.number)), isHidden: letter === "h", document }];
}
