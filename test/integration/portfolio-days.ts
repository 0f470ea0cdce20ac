import { localDate, zoneOf } from "../support/calendar.ts";
import { groupId, type MeterSketch, meterId, toEntry } from "../support/documents.ts";
import { type DayOptions, type Days, openDays } from "../support/run-days.ts";
import { type Entry, openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import { lastSequence, readChanges, type Told } from "../support/views.ts";
import { hourMs, noon, toEntryV1 } from "./small-portfolio.ts";

export type Version = "v1" | "v2";

type Ran = { readonly report: Awaited<ReturnType<Days["run"]>>; readonly told: readonly Told[] };

/** A server and a database, and runs at so many hours after noon of 10 November in Los Angeles. */
export type PortfolioDays = {
  readonly leap: ScriptedLeap;
  readonly days: Days;
  /** One run with just these meters at Leap, and what it told of meters and groups. */
  readonly run: (hours: number, meters: readonly MeterSketch[], options?: RunOptions) => Promise<Ran>;
  /** A run that fails; the kind of its failure. */
  readonly fail: (hours: number, meters: readonly MeterSketch[], options?: RunOptions) => Promise<string>;
  readonly close: () => Promise<void>;
};

export type RunOptions = DayOptions & {
  /** Meters that Leap has too, and that no search by date added returns. */
  readonly hidden?: readonly MeterSketch[];
  /** What Leap answers from instead of just the meters. */
  readonly entries?: readonly Entry[];
};

export async function openPortfolioDays(apiVersion: Version, standing: DayOptions = {}) {
  const leap = await openScriptedLeap();
  const days = openDays(leap, { apiVersion, ...standing });
  const start = (
    hours: number,
    meters: readonly MeterSketch[],
    { hidden = [], entries, ...options }: RunOptions,
  ) => {
    const nowMs = Math.round(noon + hours * hourMs);
    const version = options.apiVersion ?? apiVersion;
    leap.entries = entries ?? [
      ...meters.map((sketch) => toEntryAt(version, sketch, nowMs)),
      ...hidden.map((sketch) => ({ ...toEntryAt(version, sketch, nowMs), isHidden: true })),
    ];
    return days.run(nowMs, options);
  };
  const world: PortfolioDays = {
    leap,
    days,
    run: async (hours, meters, options = {}) => {
      const before = lastSequence(days.database);
      const report = await start(hours, meters, options);
      return { report, told: readChanges(days.database, before) };
    },
    fail: async (hours, meters, options = {}) => {
      const outcome = await start(hours, meters, options).then(
        ({ status }) => `did not fail: ${status}`,
        (error: { readonly kind?: string; readonly message: string }) => error.kind ?? error.message,
      );
      return outcome;
    },
    close: async () => {
      days.close();
      await leap.close();
    },
  };
  return world;
}

/** What Leap answers of a meter at an instant. */
export function toEntryAt(version: Version, sketch: MeterSketch, nowMs: number): Entry {
  if (version === "v2") return toEntry(sketch);
  return toEntryV1(sketch, localDate(nowMs, zoneOf(sketch.region ?? "CAISO")));
}

/** Meters of these numbers, each in one group for ever. */
export function inGroup(group: string | null, numbers: readonly number[], more: Partial<MeterSketch> = {}) {
  return numbers.map((number): MeterSketch => ({ number, stays: [{ group, from: "2026-11-01" }], ...more }));
}

export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, place) => first + place);
}

const numbers = new Map(range(1, 2500).map((number) => [meterId(number), number]));
const names = new Map(["north", "south", "west", "east"].map((name) => [groupId(name), name]));

/** A change in a line, as its short type, its meter's number or its group's name, and what matters of it. */
export function toLine({ type, event: { data } }: Told): string {
  const short = type.replace(/^meter\.(enrollment\.|group\.)?/, "").replace(".updated", "");
  const days = `${data.effective_from}…${data.effective_to ?? ""}`;
  const toName = (id: string) => names.get(id) ?? id;
  if (type === "meter.group.remapped") {
    const sets = [data.from_market_group_ids, data.to_market_group_ids].map(
      (ids: string[]) => ids.map(toName).join("+") || "none",
    );
    const why = [data.basis, data.reason].filter((word) => word !== null).join(" ");
    return `${short} ${numbers.get(data.meter_id)}: ${sets.join(" → ")}, ${days}, ${why}`;
  }
  if (type === "meter.enrollment.group.updated") {
    const [more, less] = [data.added_meter_ids, data.removed_meter_ids].map((ids: string[]) => ids.length);
    return `${short} ${toName(data.market_group_id)}: +${more} -${less}, ${days}`;
  }
  return `${short} ${numbers.get(data.meter_id)}`;
}

export const toLines = (told: readonly Told[]): string[] => told.map(toLine);
