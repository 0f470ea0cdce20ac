import type { RequiredActions } from "./actions.ts";
import { countAddedUntil } from "./added.ts";
import { indexOfMeter, meterIdAt, type Status } from "./basics.ts";
import { parseDay, toDayText, toMicrosecondsText } from "./calendar.ts";
import { toV1Document, toV2Document } from "./documents.ts";
import type { PreferenceName } from "./lifecycle.ts";
import { groupsOnDay, type MeterState, toMeterState } from "./meter-state.ts";
import type { Region } from "./programs.ts";
import { type PortfolioOptions, toWorld, type World } from "./world.ts";

/** One meter as it truly is at an instant, whichever version of the API tells it. */
export type MeterTruth = {
  readonly meterId: string;
  readonly region: Region;
  readonly zone: string;
  readonly isArchived: boolean;
  readonly status: Status;
  readonly preference: PreferenceName;
  readonly partnerReference: string | null;
  readonly requiredActions: RequiredActions;
  /** Six fraction digits. */
  readonly addedAt: string;
  /** Epoch ms of the last change of anything but the calendar. */
  readonly modifiedMs: number;
  /** Every row Leap lists, days as `YYYY-MM-DD`, the last one inclusive, `null` for ever. */
  readonly rows: readonly RowTruth[];
  /** The groups on a local day (`YYYY-MM-DD`), by program; a day that no listed row covers has none. */
  readonly groupsOn: (tradeDate: string) => readonly GroupTruth[];
};

export type GroupTruth = {
  readonly program: string;
  readonly marketGroupId: string;
  readonly marketGroupName: string;
};

export type RowTruth = {
  readonly program: string;
  readonly deliveryPeriod: string;
  readonly firstDate: string;
  readonly lastDate: string | null;
  readonly status: Status;
  readonly marketGroupId: string | null;
};

/** The simulated truth. Nothing is kept between two questions, whatever the size. */
export type Portfolio = {
  readonly world: World;
  readonly meterIdAt: (index: number) => string;
  /** Undefined where no meter of this world has that id, whenever it may be added. */
  readonly indexOf: (meterId: string) => number | undefined;
  readonly meterCountAt: (nowMs: number) => number;
  /** How many meters were added at or before an instant in epoch microseconds; their indexes come first. */
  readonly countAddedUntil: (instantUs: number) => number;
  readonly stateOf: (index: number, nowMs: number) => MeterState;
  /** Undefined where the meter has not been added yet. */
  readonly truthOf: (index: number, nowMs: number) => MeterTruth | undefined;
  /** Market group → meter ids, sorted, on a local day (`YYYY-MM-DD`) as Leap tells it at an instant. */
  readonly membersOn: (tradeDate: string, nowMs: number) => ReadonlyMap<string, readonly string[]>;
  /** One meter as the API sends it. */
  readonly documentOf: (state: MeterState, nowMs: number, version: "v1" | "v2") => object;
};

/** A portfolio in which every fact is a function of seed, index and instant. Fails with kind `usage`. */
export function createPortfolio(options: PortfolioOptions): Portfolio {
  const world = toWorld(options);
  const meterCountAt = (nowMs: number): number => countAddedUntil(world, nowMs * 1000 + 999);
  const stateOf = (index: number, nowMs: number): MeterState => toMeterState(world, index, nowMs);
  return {
    world,
    meterIdAt: (index) => meterIdAt(world, index),
    indexOf: (meterId) => indexOfMeter(world, meterId),
    meterCountAt,
    countAddedUntil: (instantUs) => countAddedUntil(world, instantUs),
    stateOf,
    truthOf: (index, nowMs) =>
      index < 0 || index >= meterCountAt(nowMs) ? undefined : toTruth(stateOf(index, nowMs)),
    membersOn: (tradeDate, nowMs) => {
      const day = requireDay(tradeDate);
      const members = new Map<string, string[]>();
      for (let index = 0; index < meterCountAt(nowMs); index++) {
        const state = stateOf(index, nowMs);
        for (const id of new Set(groupsOnDay(state.rows, day).map((group) => group.marketGroupId))) {
          const known = members.get(id);
          if (known === undefined) members.set(id, [state.meterId]);
          else known.push(state.meterId);
        }
      }
      for (const ids of members.values()) ids.sort();
      return members;
    },
    documentOf: (state, nowMs, version) =>
      version === "v2" ? toV2Document(world, state, nowMs) : toV1Document(world, state, nowMs),
  };
}

function toTruth(state: MeterState): MeterTruth {
  const { basics, identity, life } = state;
  return {
    meterId: state.meterId,
    region: basics.facts.region,
    zone: basics.facts.zone,
    isArchived: life.isArchived,
    status: life.status,
    preference: life.preferenceInForce,
    partnerReference: identity.partnerReference,
    requiredActions: state.actions,
    addedAt: toMicrosecondsText(basics.addedUs),
    modifiedMs: state.modifiedMs,
    rows: state.rows.map((row) => ({
      program: row.program,
      deliveryPeriod: row.deliveryPeriod,
      firstDate: toDayText(row.firstDay),
      lastDate: row.lastDay === null ? null : toDayText(row.lastDay),
      status: row.status,
      marketGroupId: row.group?.id ?? null,
    })),
    groupsOn: (tradeDate) => groupsOnDay(state.rows, requireDay(tradeDate)),
  };
}

function requireDay(tradeDate: string): number {
  const day = parseDay(tradeDate);
  if (day === undefined) throw new RangeError(`not a day: ${tradeDate}`);
  return day;
}
