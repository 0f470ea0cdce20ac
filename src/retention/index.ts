/**
 * What is old enough to go, and going, a bounded part of it a run.
 *
 * Takes: how long things stay, the instant, a database. Gives: what was removed.
 * Never: removes what is undelivered, unacknowledged, set aside or held.
 */
export { type EventBacklog, loadEventBacklog } from "./backlog-store.ts";
export type { EventNeeds } from "./event-prune-store.ts";
export { type Keep, planRetention, type RetentionPlan } from "./plan-retention.ts";
export { type Pruned, type PruneLimits, pruneOld } from "./prune.ts";
export { loadSweepBefore } from "./run-prune-store.ts";
