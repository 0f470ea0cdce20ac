import { describe, expect, it } from "vitest";
import { toSinkRows } from "../../../src/cli/sink-rows.ts";
import { describePollObstacle, type SinkStatus, toStatusLines } from "../../../src/cli/status-lines.ts";
import type { Config } from "../../../src/config/index.ts";
import type { AcknowledgementStatus, SnapshotStatus } from "../../../src/reader/index.ts";

const nowMs = Date.parse("2026-11-10T20:00:00Z");
const instants = { nowMs, realNowMs: nowMs };
const config = {
  databasePath: "./m.sqlite",
  leap: { apiVersion: "v2" },
  pollTrustPercent: 95,
} as unknown as Config;

describe("whether the next poll would be one", () => {
  it.each([
    ["where nothing is published", { info: null }, "nothing is published yet"],
    ["where the other version was read", { info: { ...info(), api_version: "v1" } }, "read v1"],
    ["where a run is held", { held_run: { run_id: "r-1", trips: [] } }, "run r-1 is held back"],
    ["where no time was left to go on from", { polls: { cursor: null, last_audit: null } }, "left no time"],
    ["where polls see too little", { polls: polls(94) }, "found 94 % .*, less than 95 %"],
  ])("is no %s", (_, more, why) => {
    expect(describePollObstacle(status(more), config)).toMatch(new RegExp(why));
  });

  it.each([[95], [null]])("is yes where the last audit says %s", (trust) => {
    expect(describePollObstacle(status({ polls: polls(trust) }), config)).toBeNull();
  });
});

describe("status for people", () => {
  it("says nothing of polls where there never was one", () => {
    expect(toStatusLines(status({}), config, nowMs, told({}))).not.toContain("poll");
  });

  it("says nothing of acknowledgements where nobody acknowledges", () => {
    expect(toStatusLines(status({}), config, nowMs, told({}))).not.toContain("Remaps");
  });

  it("names the first remaps that are overdue, and how long they are", () => {
    const acknowledgement = {
      told: 1,
      delivered: 7,
      applied: 3,
      rejected: 0,
      superseded: 2,
      overdue: 6,
      first_overdue: Array.from({ length: 6 }, (_, index) => overdue(index + 1)),
    };
    const text = toStatusLines(status({}), config, nowMs, told({ acknowledgement }));
    expect(text).toContain(
      "Remaps: 1 told, 7 delivered, 3 applied, 0 rejected, 2 superseded, 6 overdue; the first 5 of those",
    );
    expect(text).toMatch(/^1 +SITE\\u202e-1 +DEMAND +2026-11-11 +delivered +60 min +-$/m);
    expect(text).toMatch(/^5 /m);
    expect(text).not.toMatch(/^6 /m);
  });

  it("says what the last audit found, and that polls have become sweeps", () => {
    const text = toStatusLines(status({ polls: polls(90) }), config, nowMs, told({}));
    expect(text).toMatch(
      /^poll trust +90 % of the changes \(audited 2 days ago: 3 polls, 9 found, 1 missed\)$/m,
    );
    expect(text).toMatch(/^polls +the next one would be a sweep: polls found 90 %/m);
  });

  it("says how dispatches agreed, and which reports nobody knows of, where there were any", () => {
    const none = toStatusLines(status({}), config, nowMs, told({}));
    expect(none).not.toMatch(/dispatches|volue/);
    const agreed = { ...noProof, dispatches: { ...noProof.dispatches, agreed: 7 } };
    expect(toStatusLines(status({}), config, nowMs, told({ proof: agreed }))).toMatch(
      /^dispatches +30 days: 7 of 7 agreed$/m,
    );
    const dispatches = { agreed: 34, late: 2, drift: 1, unknown: 0 };
    const text = toStatusLines(
      status({}),
      config,
      nowMs,
      told({ proof: { dispatches, uncertainReports: 2 } }),
    );
    expect(text).toMatch(/^dispatches +30 days: 34 of 37 agreed; 2 late, 1 drift: `meter-sync dispatch/m);
    expect(text).toMatch(/^volue +2 reports may or may not have arrived: `meter-sync volue list --state/m);
  });
});

const noProof = { dispatches: { agreed: 0, late: 0, drift: 0, unknown: 0 }, uncertainReports: 0 };

function told(more: Partial<SinkStatus>): SinkStatus {
  const sinks = toSinkRows([], { sinks: [{ kind: "stdout", name: "stdout" }], backlogCountMax: 1 }, instants);
  return { sinks, realNowMs: nowMs, acknowledgement: null, proof: noProof, ...more };
}

function overdue(sequence: number): AcknowledgementStatus["first_overdue"][number] {
  return {
    sequence,
    event_id: `event-${sequence}`,
    meter_id: "m",
    partner_reference: `SITE\u202e-${sequence}`,
    program: "DEMAND",
    from_market_group_ids: [],
    to_market_group_ids: ["g"],
    effective_from: "2026-11-11",
    effective_to: null,
    state: "delivered",
    is_overdue: true,
    told_at: "2026-11-10T06:17:00.000Z",
    due_at: "2026-11-10T19:00:00.000Z",
    reported_at: null,
    reason: null,
    overdue_at: null,
  };
}

function info() {
  return {
    api_version: "v2",
    account: "default",
    stream_id: "s",
    last_sequence: 1,
    first_sequence: 1,
    history_known_from: null,
    history_gone_through: null,
    published_at: "2026-11-10T06:17:00.000Z",
    horizons: {},
  };
}

function polls(trust: number | null): SnapshotStatus["polls"] {
  const audited = { audited_at: "2026-11-08T20:00:00.000Z", run_id: "r" };
  const found = { polls: 3, found: 9, missed: 1, trust_percent: trust };
  return { cursor: "2026-11-10T06:00:00.000Z", last_audit: { ...audited, ...found } };
}

function status(more: object): SnapshotStatus {
  return {
    info: info(),
    last_run: null,
    held_run: null,
    last_sweep: "2026-11-10T06:17:00.000Z",
    last_poll: null,
    polls: { cursor: "2026-11-10T06:00:00.000Z", last_audit: null },
    sinks: [],
    counts: { meters: 1, dispatchable: 1, action_required: 0, archived: 0, missing: 0 },
    ...more,
  };
}
