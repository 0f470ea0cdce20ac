import { expect } from "vitest";
import { datesFrom, localDate } from "./calendar.ts";
import { documentV1, documentV2, type MeterSketch, meterId } from "./documents.ts";
import { openOracle } from "./oracle.ts";
import type { Reading } from "./oracle-absence.ts";
import { noRules } from "./oracle-breaker.ts";
import type { Says } from "./oracle-views.ts";
import { openInspector } from "./publication-check.ts";
import { openDays } from "./run-days.ts";
import { dayIn, saysOfV1, saysOfV2 } from "./says.ts";
import { type Entry, openScriptedLeap } from "./scripted-leap.ts";

/**
 * All small worlds of a kind. A world is a few meters and two groups of its own, and says of each meter what
 * it is like at each run, one letter a run:
 * `a` `b` in the group a or b · `n` in none · `l` listed without a group · `e` in a until tomorrow ·
 * `f` in a, from tomorrow on in b · `x` in a, archived · `s` in a, with another status · `h` in a, `m` in b,
 * found by its id alone · `u` unreadable · `v` unreadable and found by its id alone · `g` not there.
 */
export type Worlds = {
  readonly meters: 1 | 2 | 3;
  readonly letters: string;
  /** Hours between the runs: one less than there are runs. */
  readonly hours: readonly number[];
  /** The version of the API, run by run; the last one stays. */
  readonly versions?: readonly ("v1" | "v2")[];
  readonly startAt?: string;
};

/** Every word of a length over some letters, in order. */
export function toWords(letters: string, length: number): string[] {
  if (length === 0) return [""];
  return toWords(letters, length - 1).flatMap((word) => [...letters].map((letter) => word + letter));
}

/**
 * Walks all of them side by side in one portfolio: worlds have no group in common, so none can tell that the
 * others are there. Returns how many there were.
 */
export async function walkWorlds(worlds: Worlds): Promise<{ worlds: number; events: number }> {
  const words = toWords(worlds.letters, worlds.hours.length + 1);
  const histories = toCombinations(words, worlds.meters);
  const isOneVersion = new Set(worlds.versions).size < 2;
  const leap = await openScriptedLeap();
  const days = openDays(leap, { rules: noRules, portfolioStart: "2025-01-01" });
  try {
    const oracle = openOracle();
    const inspector = openInspector(days.database);
    let nowMs = Date.parse(worlds.startAt ?? "2026-11-10T20:00:00Z");
    for (let run = 0; run <= worlds.hours.length; run += 1) {
      nowMs += (worlds.hours[run - 1] ?? 0) * 3_600_000;
      const apiVersion = worlds.versions?.[Math.min(run, worlds.versions.length - 1)] ?? "v2";
      const told = toDay(histories, run, nowMs, apiVersion);
      leap.entries = told.entries;
      leap.dateMs = nowMs;
      leap.forgetAsked();
      const report = await days.run(nowMs, { apiVersion });
      const where = `${worlds.letters}, run ${run}`;
      expect(report.trips, where).toEqual([]);
      const weighed = oracle.weigh({ nowMs, apiVersion, ...told.reading });
      expect(toAskedById(leap.asked, told.reading), where).toEqual(weighed.askedFor);
      inspector.inspect(where, report, weighed.publish());
      // Across a switch remaps name no program, and statuses are not told.
      if (run === 0) inspector.beginConsumers(isOneVersion ? "all" : "of groups");
    }
    return { worlds: histories.length, events: inspector.counts().events };
  } finally {
    days.close();
    await leap.close();
  }
}

/** All combinations with repetition: which meter of a world is which does not matter. */
function toCombinations(words: readonly string[], meters: number, from = 0): string[][] {
  if (meters === 0) return [[]];
  return words
    .slice(from)
    .flatMap((word, place) => toCombinations(words, meters - 1, from + place).map((rest) => [word, ...rest]));
}

type Told = {
  readonly entries: Entry[];
  readonly reading: Pick<Reading, "says" | "unreadable" | "byId">;
};

function toDay(histories: readonly string[][], run: number, nowMs: number, version: "v1" | "v2"): Told {
  const entries: Entry[] = [];
  const says: Says[] = [];
  const unreadable: string[] = [];
  const byId = new Map<string, Says | null>();
  histories.forEach((history, world) => {
    history.forEach((word, place) => {
      const letter = word[run]!;
      if (letter === "g") return;
      const sketch = toSketch(letter, world, place, nowMs);
      const document = version === "v1" ? toV1(sketch, nowMs) : documentV2(sketch);
      const isHidden = "hmv".includes(letter);
      const isUnreadable = "uv".includes(letter);
      const id = meterId(sketch.number);
      entries.push({ addedMs: Date.parse(sketch.addedAt!), document, isHidden });
      const one = isUnreadable ? null : "participation" in document ? saysOfV1(document) : saysOfV2(document);
      if (isHidden) byId.set(id, one);
      else if (one === null) unreadable.push(id);
      else says.push(one);
    });
  });
  return { entries, reading: { says, unreadable, byId } };
}

function toV1(sketch: MeterSketch, nowMs: number) {
  return documentV1(sketch, datesFrom(dayIn("CAISO", nowMs), dayIn("CAISO", nowMs, 2)));
}

function toSketch(letter: string, world: number, place: number, nowMs: number): MeterSketch {
  const number = world * 3 + place + 1;
  const [a, b] = ["a", "b"].map((name) => world.toString(36).padStart(4, "0") + name) as [string, string];
  const [from, tomorrow] = ["2026-09-01", dayIn("CAISO", nowMs, 1)];
  const stays = {
    b: [{ group: b, from }],
    m: [{ group: b, from }],
    n: [],
    l: [{ group: null, from }],
    e: [{ group: a, from, to: tomorrow }],
    f: [
      { group: a, from, to: localDate(nowMs, "America/Los_Angeles") },
      { group: b, from: tomorrow },
    ],
  }[letter];
  return {
    number,
    addedAt: new Date(Date.UTC(2025, 0, 2) + number * 60_000).toISOString(),
    stays: stays ?? [{ group: a, from }],
    isArchived: letter === "x",
    ...(letter === "s" ? { status: "ELIGIBLE" } : {}),
    ...("uv".includes(letter) ? { extra: { program_enrollment: "none", participation: "none" } } : {}),
  };
}

/** The ids that were read by id; among them may be one meter that this run returned, the control (§7). */
function toAskedById(
  asked: readonly { readonly path: string; readonly body: Readonly<Record<string, unknown>> }[],
  { says, unreadable }: Told["reading"],
): string[] {
  const returned = new Set([...says.map(({ meterId: id }) => id), ...unreadable]);
  const ids = new Set<string>();
  for (const { path, body } of asked) {
    const list = (body.meter_ids as string[] | undefined) ?? [];
    if (body.meter_ids !== undefined) expect(list.length, "never an empty list (I7)").toBeGreaterThan(0);
    expect(list.length).toBeLessThanOrEqual(1000);
    for (const id of list) ids.add(id);
    const single = /\/meters\/([^/]+)$/.exec(path)?.[1];
    if (single !== undefined && single !== "search") ids.add(single);
  }
  const controls = [...ids].filter((id) => returned.has(id));
  expect(controls.length, "controls").toBeLessThanOrEqual(1);
  return [...ids].filter((id) => !returned.has(id)).sort();
}
