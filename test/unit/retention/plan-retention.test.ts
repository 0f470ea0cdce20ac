import { describe, expect, it } from "vitest";
import { planRetention } from "../../../src/retention/index.ts";

const dayMs = 86_400_000;
const nowMs = Date.parse("2026-11-10T03:00:00Z");

describe("what is old by now", () => {
  it("is what is older than it is to be kept", () => {
    const keep = { eventsMs: dayMs, revisionsMs: 2 * dayMs, historyMs: 3 * dayMs, runsMs: 20 * dayMs };
    expect(planRetention(keep, nowMs)).toEqual({
      eventsBeforeMs: Date.parse("2026-11-09T03:00:00Z"),
      revisionsBeforeMs: Date.parse("2026-11-08T03:00:00Z"),
      historyBeforeMs: Date.parse("2026-11-07T03:00:00Z"),
      historyBeforeDate: "2026-11-06",
      runsBeforeMs: Date.parse("2026-10-21T03:00:00Z"),
      pollsBeforeMs: Date.parse("2026-10-27T03:00:00Z"),
    });
  });

  it("is nothing that is kept for good, but reports of polls after two weeks", () => {
    const keep = { eventsMs: null, revisionsMs: null, historyMs: null, runsMs: null };
    expect(planRetention(keep, nowMs)).toEqual({
      eventsBeforeMs: null,
      revisionsBeforeMs: null,
      historyBeforeMs: null,
      historyBeforeDate: null,
      runsBeforeMs: null,
      pollsBeforeMs: Date.parse("2026-10-27T03:00:00Z"),
    });
  });

  it("is the report of a poll sooner, where that of a sweep is", () => {
    const keep = { eventsMs: null, revisionsMs: null, historyMs: null, runsMs: 3 * dayMs };
    expect(planRetention(keep, nowMs).pollsBeforeMs).toBe(Date.parse("2026-11-07T03:00:00Z"));
  });
});
