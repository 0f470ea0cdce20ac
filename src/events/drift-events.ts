import { formatInstant } from "../time/index.ts";
import type { EventData } from "./schemas.ts";
import { type EventContext, type StagedEvent, toStagedEvent } from "./to-event.ts";

/** The timeslot of a dispatch on one trade date, which is not as published. */
export type DriftSlot = {
  readonly eventId: string;
  readonly tradeDate: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly sentAtMs: number;
  readonly sentBasis: EventData<"group.drift.detected">["sent_at_basis"];
  readonly programs: readonly string[];
  readonly eventTypes: readonly string[];
  readonly isVoluntary: boolean;
  readonly toldAtMs: number | null;
  /** A digest of who was dispatched and who was published: another drift has another one. */
  readonly driftSha256: string;
};

type GroupData = EventData<"group.drift.detected">;
type MeterData = EventData<"meter.drift.detected">;

export type GroupDrift = DriftSlot & {
  readonly level: "group";
  readonly data: Pick<
    GroupData,
    "market_group_id" | "market_group_name" | "verdict" | (`missing_${string}` & keyof GroupData)
  > &
    Pick<GroupData, "before" | "after">;
};

export type MeterDrift = DriftSlot & {
  readonly level: "meter";
  readonly data: Pick<
    MeterData,
    "meter_id" | "partner_reference" | "transmission_region" | "verdict" | "before" | "after"
  >;
};

/** Types of change events that tell what dispatches showed. */
export type DriftType = "group.drift.detected" | "meter.drift.detected";

/**
 * The event of a dispatch that is not as published; `loadToldCount` asks how many were told for its group or
 * its meter. Its id depends on the timeslot and on the two sets alone, not on clock or verdict.
 */
export function toDriftEvent(
  context: EventContext,
  drift: GroupDrift | MeterDrift,
  loadToldCount: (type: DriftType, subject: string) => number,
): StagedEvent {
  const slot = toSlotData(drift);
  const identify = (type: DriftType, subject: string) => ({
    subject,
    partitionkey: subject,
    program: "",
    identity: {
      effectiveFrom: drift.tradeDate,
      effectiveTo: drift.tradeDate,
      before: drift.eventId,
      after: drift.driftSha256,
      told: loadToldCount(type, subject),
    },
  });
  if (drift.level === "group") {
    const type = "group.drift.detected";
    const { market_group_id, market_group_name, ...rest } = drift.data;
    const data = { market_group_id, market_group_name, ...slot, ...rest };
    return toStagedEvent(context, { type, data, ...identify(type, market_group_id) });
  }
  const type = "meter.drift.detected";
  const { meter_id, partner_reference, transmission_region, ...rest } = drift.data;
  const data = { meter_id, partner_reference, transmission_region, ...slot, ...rest };
  return toStagedEvent(context, { type, data, ...identify(type, meter_id) });
}

function toSlotData(drift: DriftSlot) {
  return {
    dispatch_event_id: drift.eventId,
    trade_date: drift.tradeDate,
    start_time: formatInstant(drift.startMs),
    end_time: formatInstant(drift.endMs),
    sent_at: formatInstant(drift.sentAtMs),
    sent_at_basis: drift.sentBasis,
    programs: [...drift.programs],
    dispatch_event_types: [...drift.eventTypes],
    is_voluntary: drift.isVoluntary,
    told_at: drift.toldAtMs === null ? null : formatInstant(drift.toldAtMs),
  };
}
