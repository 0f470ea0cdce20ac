import { expect } from "vitest";
import { BrokenOffError, openBreakingPoints } from "./breaking-points.ts";
import { type MeterSketch, toEntry } from "./documents.ts";
import { type Days, openDays } from "./run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "./scripted-leap.ts";
import { readTwin } from "./twins.ts";

const noon = Date.parse("2026-11-10T20:00:00Z");
const next = noon + 86_400_000;
/** One reader, so that new meters get their keys in the same order in every twin. */
const standing = { concurrency: 1, pageSize: 2, portfolioStart: "2026-01-01" } as const;

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

/**
 * Breaks a first or a later sweep off at every so many steps, and returns how many windows need not be read
 * again.
 */
export async function breakSweep(which: "first" | "later", isDead: boolean, stride: number): Promise<number> {
  const leap = await openScriptedLeap(sketches.map(toEntry));
  const start = openDays(leap, standing);
  try {
    if (which === "first") return await breakEverywhere(leap, start, noon, isDead, stride);
    await start.run(noon);
    leap.entries = moved.map(toEntry);
    return await breakEverywhere(leap, start, next, isDead, stride);
  } finally {
    start.close();
    await leap.close();
  }
}

/**
 * Breaks a run off at every step there is, lets it be repeated, and compares with a twin that was left in
 * peace.
 */
async function breakEverywhere(
  leap: ScriptedLeap,
  start: Days,
  nowMs: number,
  isDead: boolean,
  stride: number,
): Promise<number> {
  const options = { baselineEvents: true };
  const twin = openDays(leap, standing, start);
  const counting = openBreakingPoints(0, { isDead: false });
  await twin.run(nowMs, { ...options, wrapLeap: counting.wrapLeap, wrapDatabase: counting.wrapDatabase });
  const expected = readTwin(twin.database);
  twin.close();
  let resumed = 0;
  for (let step = 1; step <= counting.stepCount(); step += stride) {
    const where = `step ${step} of ${counting.stepCount()}`;
    const days = openDays(leap, standing, start);
    try {
      const points = openBreakingPoints(step, { isDead });
      await days.run(nowMs, { ...options, ...points }).then(
        // What comes after the publication (tidying up) may break without the run's knowing.
        () => expect(readTwin(days.database), where).toEqual(expected),
        (error) => expect(error, where).toBeInstanceOf(BrokenOffError),
      );
      const isPublished = readTwin(days.database).events.length === expected.events.length;
      if (isPublished) expect(readTwin(days.database), where).toEqual(expected);
      else {
        expect(readTwin(days.database), `${where}: nothing of it is seen (I1)`).toEqual(
          readTwin(start.database),
        );
        const report = await days.run(nowMs, options);
        resumed += report.windows.resumed;
        expect(readTwin(days.database), `${where}, repeated`).toEqual(expected);
      }
    } finally {
      days.close();
    }
  }
  return resumed;
}
