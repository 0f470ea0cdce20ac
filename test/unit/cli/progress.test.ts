import { describe, expect, it } from "vitest";
import { formatAge, formatTimeLeft } from "../../../src/cli/durations.ts";
import { openProgress, toProgressView } from "../../../src/cli/progress.ts";
import type { SyncProgress } from "../../../src/sync/index.ts";

const reading: SyncProgress = {
  step: "read",
  meterCount: 500,
  pageCount: 1,
  windowsDone: 0,
  windowsTotal: 4,
  knownMeterCount: 2000,
};

describe("progress", () => {
  it("is judged by the meters known before", () => {
    expect(toProgressView(reading, 10_000)).toEqual({ share: 0.25, metersPerSecond: 50, secondsLeft: 30 });
  });

  it("is judged by the windows at a first run", () => {
    const first = { ...reading, knownMeterCount: 0, windowsDone: 2 };
    expect(toProgressView(first, 10_000)).toEqual({ share: 0.5, metersPerSecond: 50, secondsLeft: 10 });
  });

  it("promises nothing before there is something to judge by", () => {
    expect(toProgressView({ ...reading, meterCount: 0, knownMeterCount: 0 }, 0).secondsLeft).toBeNull();
  });

  it("is not done before reading is, however many new meters come", () => {
    expect(toProgressView({ ...reading, meterCount: 5000 }, 10_000).share).toBe(0.99);
  });

  it("is a log line at each step and every ten seconds where nobody sits at a terminal", async () => {
    const lines: string[] = [];
    const write = (_: object, message: string): void => void lines.push(message);
    const logger = { debug: write, info: write, warn: write, error: write };
    let nowMs = 0;
    const progress = await openProgress({
      stderr: process.stderr,
      logger,
      isQuiet: false,
      isTerminal: false,
      now: () => nowMs,
    });
    progress.onProgress(reading);
    progress.onProgress({ ...reading, meterCount: 600 });
    nowMs = 10_000;
    progress.onProgress({ ...reading, meterCount: 700 });
    progress.onProgress({ ...reading, step: "plan" });
    progress.close();
    expect(lines).toEqual(["read: 500 meters so far", "read: 700 meters so far", "plan: 500 meters so far"]);
  });
});

describe("a span of time", () => {
  it("is told in two units at most", () => {
    expect([5_000, 600_000, 93_600_000, 95_000_000, 200_000_000].map(formatAge)).toEqual([
      "5 s",
      "10 min",
      "26 h",
      "26 h 23 min",
      "2 days 7 h",
    ]);
  });

  it("is short in a progress bar", () => {
    expect([0, 42, 725, 3800].map(formatTimeLeft)).toEqual(["0:00", "0:42", "12:05", "1:03:20"]);
  });
});
