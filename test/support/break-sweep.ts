import { expect } from "vitest";
import type { RunReport } from "../../src/sync/index.ts";
import { BrokenOffError, openBreakingPoints } from "./breaking-points.ts";
import { type MeterSketch, toEntry } from "./documents.ts";
import type { Rules } from "./oracle-breaker.ts";
import { noRules } from "./oracle-breaker.ts";
import { type DayOptions, type Days, openDays } from "./run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "./scripted-leap.ts";
import { readTwin } from "./twins.ts";

const noon = Date.parse("2026-11-10T20:00:00Z");
const dayMs = 86_400_000;
/** Holds where more than two are absent, or more than two are left without a group. */
const rules: Rules = { ...noRules, absent: { percent: 10, count: 2 }, loss: { percent: 10, count: 2 } };
/** One reader, so that new meters get their keys in the same order in every twin. */
const standing = { concurrency: 1, pageSize: 2, portfolioStart: "2026-01-01", rules } as const;

const sketches: MeterSketch[] = [1, 2, 3, 4, 5, 6].map((number) => ({
  number,
  addedAt: `2026-0${number}-15T00:00:00Z`,
  stays: [
    {
      group: number % 2 === 0 ? "north" : "south",
      from: "2026-11-01",
      to: number === 4 ? "2026-11-12" : null,
    },
  ],
}));
const moved: MeterSketch[] = [
  { ...sketches[0]!, stays: [{ group: "north", from: "2026-11-01" }] },
  { ...sketches[1]!, status: "ELIGIBLE", reference: null },
  ...sketches.slice(2, 5),
  { ...sketches[5]!, isArchived: true, stays: [] },
  { number: 7, stays: [{ group: "west", from: "2026-11-01" }] },
];

/** What is broken off: runs of several kinds, and a person's decisions. */
export type Breakable = "first" | "later" | "absences" | "held" | "release" | "discard";

type Scene = {
  /** What has happened before. */
  readonly prepare: (leap: ScriptedLeap, days: Days) => Promise<RunReport | null>;
  /** What there is to read meanwhile. */
  readonly sketches: readonly MeterSketch[];
  readonly atMs: number;
};

const without = (...numbers: readonly number[]) => sketches.filter(({ number }) => !numbers.includes(number));
const ungrouped = sketches.map((sketch) => (sketch.number < 5 ? { ...sketch, stays: [] } : sketch));

async function runAll(leap: ScriptedLeap, days: Days, all: readonly (readonly MeterSketch[])[]) {
  let report: RunReport | null = null;
  for (const [day, present] of all.entries()) {
    leap.entries = present.map(toEntry);
    report = await days.run(noon + day * dayMs);
  }
  return report;
}

/** Absences: meter 1 ends, 2 is back, 3 is told missing and 5 is found by its id. */
const scenes: Record<Breakable, Scene> = {
  first: { prepare: async () => null, sketches, atMs: noon },
  later: {
    prepare: (leap, days) => runAll(leap, days, [sketches]),
    sketches: moved,
    atMs: noon + dayMs,
  },
  absences: {
    prepare: (leap, days) => runAll(leap, days, [sketches, without(1, 2)]),
    sketches: without(1, 3),
    atMs: noon + 2 * dayMs,
  },
  held: {
    prepare: (leap, days) => runAll(leap, days, [sketches]),
    sketches: ungrouped,
    atMs: noon + dayMs,
  },
  release: {
    prepare: (leap, days) => runAll(leap, days, [sketches, ungrouped]),
    sketches: ungrouped,
    atMs: noon + 2 * dayMs,
  },
  discard: {
    prepare: (leap, days) => runAll(leap, days, [sketches, without(1, 2, 3)]),
    sketches: without(1, 2, 3),
    atMs: noon + 2 * dayMs,
  },
};

/**
 * Breaks a run or a decision off at every so many steps, lets it be repeated, and compares with a twin that
 * was left in peace. Returns how many steps there are, and how many windows needed not be read again.
 */
export async function breakAt(
  which: Breakable,
  isDead: boolean,
  stride: number,
): Promise<{ steps: number; resumed: number }> {
  const scene = scenes[which];
  const leap = await openScriptedLeap();
  const start = openDays(leap, standing);
  try {
    const held = await scene.prepare(leap, start);
    leap.entries = scene.sketches.map((sketch) => ({
      ...toEntry(sketch),
      isHidden: which === "absences" && sketch.number === 5,
    }));
    const act = async (days: Days, options: DayOptions = {}): Promise<RunReport> => {
      if (which === "release") return days.release(scene.atMs, held!, options.wrapDatabase);
      if (which === "discard") return days.discard(scene.atMs, held!, options.wrapDatabase);
      return days.run(scene.atMs, { baselineEvents: true, ...options });
    };
    return await breakEverywhere(leap, start, act, isDead, stride);
  } finally {
    start.close();
    await leap.close();
  }
}

type Act = (days: Days, options?: DayOptions) => Promise<RunReport>;

async function breakEverywhere(leap: ScriptedLeap, start: Days, act: Act, isDead: boolean, stride: number) {
  const { expected, status, steps } = await actInPeace(leap, start, act);
  let resumed = 0;
  for (let step = 1; step <= steps; step += stride) {
    const where = `step ${step} of ${steps}`;
    const days = openDays(leap, standing, start);
    try {
      const ended = await act(days, openBreakingPoints(step, { isDead })).catch((error: unknown) => error);
      // What comes after the end (tidying up) may break without anyone's knowing.
      if (ended instanceof Error) expect(ended, where).toBeInstanceOf(BrokenOffError);
      const hasEnded = readLast(days) !== readLast(start) && readLast(days).endsWith(status);
      if (!(ended instanceof Error) || hasEnded) {
        expect(readTwin(days.database), where).toEqual(expected);
        continue;
      }
      const untouched = readTwin(start.database);
      expect(readTwin(days.database), `${where}: nothing of it is seen (I1)`).toEqual(untouched);
      const report = await act(days);
      resumed += report.windows.resumed;
      expect(readTwin(days.database), `${where}, repeated`).toEqual(expected);
      if (report.status === "held") expectReleasable(days, report, where);
    } finally {
      days.close();
    }
  }
  return { steps, resumed };
}

/** The last run, and what became of it. */
function readLast({ database }: Days): string {
  const row = database.prepare("SELECT run_key, status FROM run ORDER BY run_key DESC LIMIT 1").get();
  return `${row?.run_key} ${row?.status}`;
}

async function actInPeace(leap: ScriptedLeap, start: Days, act: Act) {
  const twin = openDays(leap, standing, start);
  try {
    const counting = openBreakingPoints(0, { isDead: false });
    const { status } = await act(twin, counting);
    return { expected: readTwin(twin.database), status, steps: counting.stepCount() };
  } finally {
    twin.close();
  }
}

/** A plan that was held at the second try is as good as any: it can be released. */
function expectReleasable(days: Days, held: RunReport, where: string): void {
  const released = days.release(noon + 3 * dayMs, held);
  expect([released.status, released.checksum], where).toEqual(["published", held.checksum]);
}
