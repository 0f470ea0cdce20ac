import type { Config } from "../config/index.ts";
import {
  hasAddedDates,
  loadAddedCuts,
  loadLastFullChainAt,
  loadWindowCounts,
  type NewWindow,
  type PollState,
} from "../snapshot/index.ts";
import {
  planCutsFromCounts,
  planCutsFromDates,
  planFirstCuts,
  planWindowSize,
  planWindows,
} from "../window/index.ts";
import type { Run, RunMode, SyncContext } from "./context.ts";

/** How a run reads: in which windows, or as one chain. */
export type ReadingPlan = { readonly reading: Run["reading"]; readonly windows: readonly NewWindow[] };

/**
 * A poll is one chain by modified time. A sweep is read in windows of date added, cut so that each holds
 * about the same number of meters; and now and then as one unfiltered chain, since a filter may hide meters.
 */
export function planReading(
  context: SyncContext,
  mode: RunMode,
  polls: PollState,
  knownMeterCount: number,
  nowMs: number,
): ReadingPlan {
  const everything = { addedFromMs: null, addedToMs: null };
  if (mode === "poll" && polls.cursorMs !== null) {
    return { reading: "poll", windows: [{ ...everything, modifiedFromMs: polls.cursorMs }] };
  }
  if (isFullChainDue(context, nowMs)) return { reading: "chain", windows: [everything] };
  return { reading: "windows", windows: planWindows(planCuts(context, knownMeterCount, nowMs)) };
}

/** How many meters a window is to hold: of a portfolio nothing is known of, ten pages. */
export function toMetersPerWindow(config: Config, meterCount: number): number {
  const { concurrency, pageSize } = config;
  return meterCount === 0 ? pageSize * 10 : planWindowSize({ meterCount, concurrency, pageSize });
}

function isFullChainDue({ database, config }: SyncContext, nowMs: number): boolean {
  if (config.fullChainEveryMs === null) return false;
  const lastMs = loadLastFullChainAt(database);
  return lastMs !== null && nowMs - lastMs >= config.fullChainEveryMs;
}

function planCuts(
  { database, config, cuts }: SyncContext,
  knownMeterCount: number,
  nowMs: number,
): readonly number[] {
  if (cuts !== undefined) return cuts;
  const firstCuts = planFirstCuts(config.portfolioStartMs, nowMs);
  if (knownMeterCount === 0) return firstCuts;
  const metersPerWindow = toMetersPerWindow(config, knownMeterCount);
  const { apiVersion } = config.leap;
  if (apiVersion === "v2" && hasAddedDates(database)) {
    return planCutsFromDates(loadAddedCuts(database, metersPerWindow));
  }
  // v1's answers carry no date: what the windows held last time says where to cut.
  const counted = loadWindowCounts(database, apiVersion);
  const sum = counted.reduce((total, { meterCount }) => total + meterCount, 0);
  // Windows that held the portfolio several times over say nothing of where its meters are.
  if (sum === 0 || sum > 2 * knownMeterCount) return firstCuts;
  return planCutsFromCounts(counted, metersPerWindow, { startMs: config.portfolioStartMs, nowMs });
}
