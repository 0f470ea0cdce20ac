import { formatInstant } from "../time/index.ts";
import { toProgramKey } from "./meter-events.ts";
import type { EventData } from "./schemas.ts";
import { type EventContext, type StagedEvent, toStagedEvent } from "./to-event.ts";

/** A remap that was told and is not applied though its time has come. */
export type OverdueRemap = {
  readonly eventId: string;
  readonly sequence: number;
  /** As its `meter.group.remapped` said it. */
  readonly data: EventData<"meter.group.remapped">;
  readonly state: "told" | "rejected";
  readonly reason: string | null;
  readonly toldAtMs: number;
  readonly dueAtMs: number;
  /** When its first trade date begins. */
  readonly startsAtMs: number;
};

/**
 * The event of a remap that is overdue; `loadToldCount` asks how many were told for its meter and program.
 * Its id depends on the remap alone, not on clock, state or reason.
 */
export function toOverdueEvent(
  context: EventContext,
  remap: OverdueRemap,
  loadToldCount: (meterId: string, programKey: string) => number,
): StagedEvent {
  const { data, state } = remap;
  const program = toProgramKey(data.program);
  return toStagedEvent(context, {
    type: "group.remap.overdue",
    subject: data.meter_id,
    partitionkey: data.meter_id,
    program,
    data: {
      meter_id: data.meter_id,
      partner_reference: data.partner_reference,
      transmission_region: data.transmission_region,
      program: data.program,
      remap_event_id: remap.eventId,
      remap_sequence: String(remap.sequence).padStart(19, "0"),
      from_market_group_ids: data.from_market_group_ids,
      to_market_group_ids: data.to_market_group_ids,
      effective_from: data.effective_from,
      effective_to: data.effective_to,
      state,
      reason: remap.reason,
      told_at: formatInstant(remap.toldAtMs),
      due_at: formatInstant(remap.dueAtMs),
      lead_time_hours: Math.round((remap.startsAtMs - context.nowMs) / 36_000) / 100,
      before: { state },
      after: { state: "overdue" },
    },
    identity: {
      effectiveFrom: data.effective_from,
      effectiveTo: data.effective_to,
      before: null,
      after: remap.eventId,
      told: loadToldCount(data.meter_id, program),
    },
  });
}
