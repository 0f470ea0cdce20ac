import { describe, expect, it } from "vitest";
import { type JobFacts, renderMetrics, type SinkFacts } from "../../../src/metrics/index.ts";
import { parseExposition, toSampleMap } from "../../support/prometheus-parser.ts";
import { databaseFacts, endedRun, metricsFacts } from "./facts.ts";

const sink: SinkFacts = {
  name: "webhook:ems",
  isConfigured: true,
  undelivered: 1,
  setAside: 0,
  oldestUndeliveredAtMs: null,
  settledSequence: 9,
  settledAtMs: null,
  failureCount: 0,
  isDisabled: false,
};
const job: JobFacts = {
  name: "sync",
  nextRunAtMs: null,
  isRunning: false,
  startedAtMs: null,
  endedAtMs: null,
  lastExitCode: null,
  endCounts: {},
  skippedCount: 0,
  madeUpCount: 0,
  deadlineCount: 0,
};

async function render(...more: Parameters<typeof metricsFacts>) {
  return toSampleMap(await renderMetrics(metricsFacts(...more)));
}

describe("the text", () => {
  it("has seconds for milliseconds, to the last of them", async () => {
    const metrics = await render();
    expect(metrics.get("meter_sync_last_publication_timestamp_seconds")).toBe(1_793_000_060.123);
    expect(metrics.get('meter_sync_last_run_duration_seconds{mode="sweep"}')).toBe(60.25);
    expect(metrics.get("meter_sync_metrics_timestamp_seconds")).toBe(1_793_000_100);
  });

  it("leaves out what is not known, rather than saying 0", async () => {
    const database = { ...databaseFacts, publishedAtMs: null, endedRuns: [{ ...endedRun, exitCode: null }] };
    const metrics = await render({ database, jobs: [job] });
    expect(
      [...metrics.keys()].filter((key) => /last_publication|run_exit_code|disk|poll_trust_ratio/.test(key)),
    ).toEqual([]);
    expect([...metrics.keys()].filter((key) => /task_last|next_run/.test(key))).toEqual([]);
    expect(metrics.get('meter_sync_task_skipped_total{task="sync"}')).toBe(0);
  });

  it.each(["a\nb", 'a"b', "a\\b", "a\\nb", "}{=,"])("survives the sink's name %j", async (name) => {
    const text = await renderMetrics(
      metricsFacts({ database: { ...databaseFacts, sinks: [{ ...sink, name }] } }),
    );
    const [sample] = parseExposition(text).get("meter_sync_sink_settled_sequence")?.samples ?? [];
    expect(sample).toEqual({ name: "meter_sync_sink_settled_sequence", labels: { sink: name }, value: 9 });
  });

  it("lets a schedule speak for its tasks, and files for others", async () => {
    const ends = [
      { task: "sync", startedAtMs: 1, endedAtMs: 2, exitCode: 4 },
      { task: "release", startedAtMs: 3, endedAtMs: 4, exitCode: 0 },
    ];
    const metrics = await render({ jobs: [{ ...job, endedAtMs: 5000, lastExitCode: 0 }], ends });
    expect(metrics.get('meter_sync_task_last_exit_code{task="sync"}')).toBe(0);
    expect(metrics.get('meter_sync_task_last_exit_code{task="release"}')).toBe(0);
  });

  it.each([
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 1],
    [5, 0],
    [6, 0],
    [7, 0],
    [137, 1],
    [null, 1],
  ])("takes an end by exit code %s for a failure: %i", async (lastExitCode, failed) => {
    const metrics = await render({ jobs: [{ ...job, endedAtMs: 5000, lastExitCode }] });
    expect(metrics.get('meter_sync_task_last_run_failed{task="sync"}')).toBe(failed);
  });

  it("is the same for the same facts: nothing stays from one to the next", async () => {
    const facts = metricsFacts({ jobs: [{ ...job, skippedCount: 3, endCounts: { "0": 2 } }] });
    expect(await renderMetrics(facts)).toBe(await renderMetrics(facts));
  });
});
