import { describe, expect, it } from "vitest";
import {
  describeState,
  toSinkLines,
  toSinkName,
  toSinkRows,
  weighBacklog,
} from "../../../src/cli/sink-rows.ts";
import type { SinkConfig } from "../../../src/config/index.ts";
import type { SinkState } from "../../../src/reader/index.ts";

const nowMs = Date.parse("2026-11-10T12:00:00Z");
const realNowMs = Date.parse("2026-11-22T12:00:00Z");
const webhook = { kind: "webhook", name: "webhook:ems" } as SinkConfig;
const config = { sinks: [webhook], backlogCountMax: 10 };

describe("a sink's state", () => {
  it.each<[string, Partial<SinkState>, string]>([
    ["nothing is wrong", {}, "ok"],
    ["it waits", { retry_at: "2026-11-22T12:01:00.000Z" }, "waiting until 2026-11-22T12:01:00.000Z"],
    ["what it waited for is over", { retry_at: "2026-11-22T11:59:00.000Z" }, "ok"],
    ["its last attempt failed", { failure_count: 2, undelivered: 1 }, "failing, due again"],
    ["it failed and has got everything since", { failure_count: 2, undelivered: 0 }, "ok"],
    [
      "its receiver is gone",
      { disabled_at: "2026-11-20T00:00:00.000Z", retry_at: "2026-11-22T12:01:00.000Z" },
      "disabled since 2026-11-20T00:00:00.000Z",
    ],
    ["much is undelivered", { undelivered: 8 }, "filling"],
    ["too much is undelivered", { undelivered: 11 }, "full"],
    [
      "it waits and too much is undelivered",
      { retry_at: "2026-11-22T12:01:00.000Z", undelivered: 11 },
      "waiting until 2026-11-22T12:01:00.000Z, full",
    ],
  ])("where %s", (_, more, words) => {
    const [row] = toSinkRows([sink(more)], config, { nowMs, realNowMs });
    expect(describeState(row!)).toBe(words);
  });

  it("is not configured where it is no longer, however much it has not got", () => {
    const [row] = toSinkRows([sink({ name: "file:/old", undelivered: 50 })], config, { nowMs, realNowMs });
    expect(row).toMatchObject({ is_configured: false, state: "not_configured", backlog: "ok" });
  });

  it("is new where it is configured and no run has met it", () => {
    const rows = toSinkRows([], config, { nowMs, realNowMs });
    expect(rows).toMatchObject([{ name: "webhook:ems", state: "new", settled_sequence: null }]);
  });

  it("tells the age of events by the clock of the rehearsal", () => {
    const [row] = toSinkRows([sink({ oldest_undelivered_at: "2026-11-10T11:00:00.000Z" })], config, {
      nowMs,
      realNowMs,
    });
    expect(row?.oldest_undelivered_age_seconds).toBe(3600);
  });
});

describe("a backlog", () => {
  it.each([
    [79, "ok"],
    [80, "filling"],
    [100, "filling"],
    [101, "full"],
  ])("of %d events where 100 are the most is %s", (eventCount, backlog) => {
    expect(weighBacklog(eventCount, 100)).toBe(backlog);
  });
});

describe("sinks for people", () => {
  it("show the last error with its age, and take its power over a terminal", () => {
    const error = { error: "it said \u001b[2J", error_at: "2026-11-22T10:00:00.000Z", failure_count: 1 };
    const text = toSinkLines(toSinkRows([sink(error)], config, { nowMs, realNowMs }), realNowMs);
    expect(text).toContain("it said \\u001b[2J (2 h ago)");
  });

  it("say what to do about dead letters and about a sink that was disabled, and nothing else", () => {
    const lines = (more: Partial<SinkState>) =>
      toSinkLines(toSinkRows([sink(more)], config, { nowMs, realNowMs }), realNowMs);
    expect(lines({})).not.toContain("`");
    expect(lines({ set_aside: 1 })).toContain("`meter-sync dead-letters`");
    expect(lines({ disabled_at: "2026-11-20T00:00:00.000Z" })).toContain("`meter-sync enable SINK`");
  });
});

describe("a sink's name", () => {
  const names = ["file:/ems", "webhook:ems", "webhook:webhook"];

  it.each([
    ["webhook:ems", "webhook:ems"],
    ["ems", "webhook:ems"],
    ["webhook", "webhook:webhook"],
    ["file:/ems", "file:/ems"],
  ])("%s means %s", (asked, name) => {
    expect(toSinkName(asked, names)).toBe(name);
  });

  it("is refused with those there are", () => {
    expect(() => toSinkName("other", names)).toThrow("there are file:/ems, webhook:ems, webhook:webhook");
    expect(() => toSinkName("other", [])).toThrow("there is none yet");
  });
});

function sink(more: Partial<SinkState>): SinkState {
  return {
    name: "webhook:ems",
    settled_sequence: 5,
    start_sequence: 0,
    settled_at: null,
    undelivered: 0,
    set_aside: 0,
    oldest_undelivered_at: null,
    retry_at: null,
    disabled_at: null,
    failure_count: 0,
    error: null,
    error_at: null,
    ...more,
  };
}
