import type { DatabaseFacts, EndedRun, MetricsFacts } from "../../../src/metrics/index.ts";

export const endedRun: EndedRun = {
  mode: "sweep",
  status: "published",
  startedAtMs: 1_793_000_000_000,
  finishedAtMs: 1_793_000_060_250,
  isCertified: true,
  exitCode: 0,
  meters: { returned: 10 },
  absence: { missing: 1 },
  changes: { "meter.created": 2 },
  windows: 3,
  pages: 4,
  traffic: { requests: 5, retries: 0, throttled: 0, bytes: 6 },
};

export const databaseFacts: DatabaseFacts = {
  publicationCount: 12,
  lastSequence: 345,
  publishedAtMs: 1_793_000_060_123,
  sweptAtMs: 1_793_000_060_123,
  polledAtMs: null,
  unfinishedRuns: [],
  endedRuns: [endedRun],
  heldSinceMs: null,
  portfolio: { meters: 10, dispatchable: 9, actionRequired: 3, archived: 2, missing: 1 },
  sinks: [],
  remaps: null,
  polls: { cursorMs: null, auditedAtMs: null, trustPercent: null },
  unusedBytes: 0,
  proof: { dispatches: { agreed: 34, late: 2, drift: 1, unknown: 0 }, uncertainReports: 0 },
};

export function metricsFacts(more: Partial<MetricsFacts> = {}): MetricsFacts {
  return {
    nowMs: 1_793_000_100_000,
    version: "1.2.3",
    apiVersion: "v2",
    jobs: [],
    ends: [],
    limits: { backlogCountMax: 100, pollTrustPercent: 95 },
    changeTypes: ["meter.created", "meter.missing"],
    database: databaseFacts,
    files: { databaseBytes: null, walBytes: null, diskBytes: null, diskFreeBytes: null },
    ...more,
  };
}
