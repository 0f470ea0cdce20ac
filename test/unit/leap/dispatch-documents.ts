/** Dispatches as Leap sends them, made up. */
export const groupId = "a1000000-0000-4000-8000-000000000001";
export const meterIds = [
  "b1000000-0000-4000-8000-000000000001",
  "b1000000-0000-4000-8000-000000000002",
  "b1000000-0000-4000-8000-000000000003",
] as const;
export const eventId = "c1000000-0000-4000-8000-000000000001";

type Fields = Readonly<Record<string, unknown>>;

export function toSlot(changes: Fields = {}): Fields {
  return {
    market_group_event_id: eventId,
    start_time: "2026-07-01T23:00:00Z",
    end_time: "2026-07-02T00:00:00Z",
    cancelled: false,
    energy_kw: 12.5,
    nomination_kw: 15,
    performance_compensation_cap: "up-to-site-load",
    priority: 2,
    is_voluntary: false,
    dispatch_event_types: ["day-ahead"],
    programs: ["CCA"],
    ...changes,
  };
}

export function toGroup(changes: Fields = {}): Fields {
  return {
    market_group_id: groupId,
    meter_ids: meterIds.slice(0, 2),
    partner_references: ["SITE-0001"],
    timeslots: [toSlot()],
    ...changes,
  };
}

export function toMeter(changes: Fields = {}): Fields {
  const { market_group_event_id, ...slot } = toSlot();
  return {
    meter_id: meterIds[0],
    partner_reference: "SITE-0001",
    timeslots: [{ meter_event_id: market_group_event_id, ...slot }],
    ...changes,
  };
}
