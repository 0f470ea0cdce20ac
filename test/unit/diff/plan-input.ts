import type { AssignmentRange, MeterPlan, MeterPlanInput, Remap } from "../../../src/diff/index.ts";
import type { PublishedHorizon, RegionHorizon } from "../../../src/market/index.ts";
import { meterV2 } from "./meters.ts";
import { toLine } from "./published-world.ts";

const zone = "America/Los_Angeles";

export const publishedHorizon: PublishedHorizon = {
  zone,
  today: "2026-11-09",
  firstLookedAt: "2026-11-09",
  lastLookedAt: "2026-11-11",
  knownThrough: "2026-11-11",
};

/** Today is the 10th of November; the 9th to the 11th are published, and the 12th enters. */
export function makeHorizon(changes: Partial<RegionHorizon> = {}): RegionHorizon {
  return {
    region: "CAISO",
    zone,
    today: "2026-11-10",
    range: { first: "2026-11-10", last: "2026-11-12" },
    outermost: null,
    published: publishedHorizon,
    ...changes,
  };
}

/** A known meter that has nothing and is told nothing, but for what is given. */
export function makeInput(changes: Partial<MeterPlanInput> = {}): MeterPlanInput {
  return {
    before: meterV2([]),
    zoneBefore: zone,
    after: meterV2([]),
    published: [],
    horizon: makeHorizon(),
    base: "2026-11-10",
    publishedThrough: "2026-11-11",
    isSwitched: false,
    isHeldBefore: false,
    isReread: false,
    presence: null,
    wasMissing: false,
    endedAtMs: null,
    nowMs: Date.parse("2026-11-10T20:00:00Z"),
    plannedAtMs: Date.parse("2026-11-09T20:00:00Z"),
    ...changes,
  };
}

/** A published row: `program group from to`. */
export function row(
  program: string | null,
  group: string,
  from: string,
  to: string | null = null,
): AssignmentRange {
  return { program, group, from, to };
}

/** A delivery period of Los Angeles in November, by its first and last local day. */
export function period(program: string, group: string | null, from: string, to: string | null = null) {
  const midnight = (date: string) => `${date}T08:00:00Z`;
  return [program, group, midnight(from), to === null ? null : midnight(to)] as const;
}

export function toRemaps({ changes }: MeterPlan): Remap[] {
  return changes.filter((change) => change.type === "meter.group.remapped");
}

export const toLines = (plan: MeterPlan): string[] => toRemaps(plan).map(toLine);
