import { describe, expect, it } from "vitest";
import { parseKeptMetrics, renderMetrics } from "../../../src/metrics/index.ts";
import { databaseFacts, metricsFacts } from "./facts.ts";

describe("what the next text may need of the last one", () => {
  it("is read from it again as it was", async () => {
    const ends = [
      { task: "deliver", startedAtMs: 1_793_000_000_001, endedAtMs: 1_793_000_000_999, exitCode: 0 },
      { task: "sync", startedAtMs: 1_792_999_999_000, endedAtMs: 1_793_000_123_456, exitCode: 7 },
    ];
    const text = await renderMetrics(metricsFacts({ ends }));
    expect(parseKeptMetrics(text)).toEqual({
      ends,
      publication: { count: databaseFacts.publicationCount, atMs: databaseFacts.publishedAtMs },
      portfolio: databaseFacts.portfolio,
    });
  });

  it("is nothing where there was no database, but how tasks ended", async () => {
    const ends = [{ task: "sync", startedAtMs: 1001, endedAtMs: 2000, exitCode: 2 }];
    const text = await renderMetrics(metricsFacts({ ends, database: null }));
    expect(parseKeptMetrics(text)).toEqual({ ends, publication: null, portfolio: null });
  });

  it.each([
    ["an empty file", ""],
    ["a file of something else", "go_goroutines 12\n{}\u0000\n"],
    ["half a file", 'meter_sync_task_last_exit_code{task="sync"} 0\nmeter_sync_meters 5\nmeter_sync_publica'],
    ["a value that is no number", "meter_sync_publications_total many\n"],
  ])("is nothing in %s", (_, text) => {
    expect(parseKeptMetrics(text)).toEqual({ ends: [], publication: null, portfolio: null });
  });
});
