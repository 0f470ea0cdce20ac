import { expect } from "vitest";
import {
  type AssignmentRange,
  type MeterChange,
  type MeterPlan,
  planMeter,
  type Remap,
} from "../../../src/diff/index.ts";
import {
  type PublishedHorizon,
  planHorizon,
  type RegionHorizon,
  toSlidParticipation,
} from "../../../src/market/index.ts";
import type { Meter } from "../../../src/meter/index.ts";

/** What is known of one meter after its last publication. */
type Known = { meter: Meter; rows: readonly AssignmentRange[]; through: string };

export type RunInput = {
  /** The instant of the run. */
  readonly at: string;
  readonly meters: readonly Meter[];
  readonly horizonDays?: number;
  /** v1: the trade dates over the whole zone; those of `meters` unless given. */
  readonly answered?: readonly string[];
};

export type Told = {
  readonly plan: MeterPlan;
  readonly remaps: readonly Remap[];
  readonly others: readonly MeterChange[];
};

/**
 * Published state carried from run to run in memory, as domain §4 says: per region the horizon of the last
 * publication and the last date with a value of its own, per meter its document, its step functions and the
 * last date that publications since its first have given a value.
 */
export function openPublishedWorld(region: string, zone: string) {
  const known = new Map<string, Known>();
  let published: PublishedHorizon | null = null;
  let plannedAtMs: number | null = null;
  let version: string | null = null;

  function plan(meter: Meter, horizon: RegionHorizon, nowMs: number): MeterPlan {
    const before = known.get(meter.meterId);
    return planMeter({
      before: before?.meter ?? null,
      zoneBefore: zone,
      after: meter,
      published: before?.rows ?? [],
      horizon,
      base: horizon.today,
      publishedThrough: before?.through ?? null,
      isSwitched: before !== undefined && version !== null && version !== meter.apiVersion,
      isHeldBefore: false,
      isReread: false,
      presence: null,
      wasMissing: false,
      endedAtMs: null,
      nowMs,
      plannedAtMs,
    });
  }

  function run(input: RunInput): ReadonlyMap<string, Told> {
    const nowMs = Date.parse(input.at);
    const apiVersion = input.meters[0]?.apiVersion ?? "v2";
    const horizon = planHorizon({
      region,
      apiVersion,
      nowMs,
      horizonDays: input.horizonDays ?? 3,
      rules: { defaultZone: zone, zones: { [region]: zone } },
      published,
      answeredDates: input.answered ?? input.meters.flatMap(toEntryDates),
    });
    const told = new Map<string, Told>();
    for (const meter of input.meters) {
      const planned = plan(meter, horizon, nowMs);
      const slid = slide(meter, zone, horizon.today);
      if (slid !== meter) {
        // Kept as sent or kept as sliding: what is told and published is the same.
        const other = plan(slid, horizon, nowMs);
        expect(toRemaps(other)).toEqual(toRemaps(planned));
        expect(other.assignments).toEqual(planned.assignments);
      }
      told.set(meter.meterId, {
        plan: planned,
        remaps: toRemaps(planned),
        others: planned.changes.filter((change) => change.type !== "meter.group.remapped"),
      });
      const through = known.get(meter.meterId)?.through ?? "";
      known.set(meter.meterId, { meter, rows: planned.assignments, through });
    }
    for (const [meterId, { meter, rows, through }] of known) {
      const last = horizon.range?.last ?? "";
      known.set(meterId, { meter, rows, through: last > through ? last : through });
    }
    const last = horizon.range?.last ?? published?.lastLookedAt ?? horizon.today;
    const knownThrough = published !== null && published.knownThrough > last ? published.knownThrough : last;
    const firstLookedAt = horizon.range?.first ?? null;
    published = { zone, today: horizon.today, firstLookedAt, lastLookedAt: last, knownThrough };
    plannedAtMs = nowMs;
    version = apiVersion;
    return told;
  }

  return {
    run,
    /** One run with one meter: its remaps, a line each. */
    tell: (at: string, meter: Meter, more: Partial<RunInput> = {}): string[] => {
      const told = run({ at, meters: [meter], ...more }).get(meter.meterId);
      return (told?.remaps ?? []).map(toLine);
    },
    /** The published rows of a meter, a line each. */
    rows: (meterId = "m"): string[] =>
      (known.get(meterId)?.rows ?? []).map(
        ({ program, group, from, to }) => `${program ?? "-"}: ${group} ${from}…${to ?? ""}`,
      ),
  };
}

/** A remap in a line: `program: before → after, from…to, basis, reason`. */
export function toLine(remap: Remap): string {
  const sets = [remap.fromMarketGroupIds, remap.toMarketGroupIds].map((set) => set.join("+") || "none");
  const words = [
    `${remap.program ?? "-"}: ${sets.join(" → ")}`,
    `${remap.effectiveFrom}…${remap.effectiveTo ?? ""}`,
    `${remap.kind} ${remap.basis}${remap.reason === null ? "" : ` ${remap.reason}`}`,
  ];
  return words.join(", ");
}

function toRemaps(plan: MeterPlan): Remap[] {
  return plan.changes.filter((change) => change.type === "meter.group.remapped");
}

function slide(meter: Meter, zone: string, base: string): Meter {
  if (meter.participation === null) return meter;
  return { ...meter, participation: toSlidParticipation(meter.participation, zone, base) };
}

/** Midnights in the Americas lie between 04:00Z and 08:00Z: the date of the text is the local date. */
function toEntryDates(meter: Meter): string[] {
  if (meter.participation?.kind !== "dated") return [];
  return meter.participation.entries.map(({ tradeDateMs }) =>
    new Date(tradeDateMs).toISOString().slice(0, 10),
  );
}
