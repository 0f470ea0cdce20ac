/**
 * How things stand, as Prometheus reads it.
 *
 * Takes: facts as values. Gives: text in the Prometheus exposition format.
 * Never: asks the database or the clock; puts a meter, a customer or a secret into a label (I9).
 */

export type {
  DatabaseFacts,
  EndedRun,
  FileFacts,
  JobFacts,
  MetricsFacts,
  PortfolioCounts,
  RemapCounts,
  SinkFacts,
  TaskEnd,
} from "./facts.ts";
export { type KeptMetrics, parseKeptMetrics } from "./kept-metrics.ts";
export { renderMetrics } from "./render-metrics.ts";
