/**
 * The hallway: one run, step by step, in the order the data walks.
 *
 * Takes: the rooms it leads through, opened. Gives: the run report.
 * Never: contains a rule; sends an event.
 */
export type { Extractor, RunMode, SyncContext, SyncOptions, SyncProgress } from "./context.ts";
export { discardRun, releaseRun } from "./decide-run.ts";
export type { RunReport, RunStatus } from "./report.ts";
export { runSync } from "./sync.ts";
