import type { GroupDrift, MeterDrift } from "../../../src/events/index.ts";

const set = { member_count: 0, members_sha256: "0".repeat(64) };
/** A dispatch of a group that is not as published; not told before. */
export const groupDrift: GroupDrift = {
  level: "group",
  eventId: "slot-1",
  tradeDate: "2026-11-01",
  startMs: 5_000,
  endMs: 6_000,
  sentAtMs: 4_000,
  sentBasis: "received",
  programs: ["CCA"],
  eventTypes: ["day-ahead"],
  isVoluntary: false,
  toldAtMs: null,
  driftSha256: "1".repeat(64),
  data: {
    market_group_id: "group-1",
    market_group_name: "NORTH",
    verdict: "drift",
    missing_here_count: 0,
    missing_there_count: 0,
    missing_here_meter_ids: [],
    missing_there_meter_ids: [],
    before: set,
    after: set,
  },
};

/** The same of a meter that nobody knows. */
export const meterDrift: MeterDrift = {
  ...groupDrift,
  level: "meter",
  data: {
    meter_id: "m",
    partner_reference: null,
    transmission_region: null,
    verdict: "unknown_meter",
    before: { programs: [], market_group_ids: [] },
    after: { programs: ["CCA"], market_group_ids: null },
  },
};
