import type { DispatchTruth } from "./dispatch-truth.ts";

/**
 * One result of a search: the timeslots of one dispatch as they stand at an instant. Only meters' ones say
 * whether they are a communication test.
 * @param truths of one dispatch and version, never empty
 */
export function toSearchResult(truths: readonly DispatchTruth[], nowMs: number): object {
  const slots = truths.map((truth) => {
    const isCancelled = truth.cancelledAtMs !== null && truth.cancelledAtMs <= nowMs;
    const slot = toTimeslot(truth, isCancelled);
    return truth.level === "group" ? slot : { ...slot, communication_test: truth.test === "communication" };
  });
  return { ...toHead(truths), timeslots: slots };
}

/** The body delivered to a webhook for one timeslot. */
export function toNotification(truth: DispatchTruth, isCancelled = false): object {
  const dispatches = [{ ...toHead([truth]), timeslots: [toTimeslot(truth, isCancelled)] }];
  const test = truth.test === "communication";
  return {
    integration_test_notification: false,
    communication_test: test,
    ...(truth.level === "group" ? { group_dispatches: dispatches } : { meter_dispatches: dispatches }),
  };
}

function toHead(truths: readonly DispatchTruth[]): object {
  const first = truths[0];
  if (first === undefined) throw new RangeError("a dispatch has a timeslot");
  const { level, targetId, meterIds, partnerReferences } = first;
  if (level === "meter") {
    const [reference] = partnerReferences;
    return { meter_id: targetId, ...(reference === undefined ? {} : { partner_reference: reference }) };
  }
  return {
    market_group_id: targetId,
    meter_ids: meterIds,
    ...(partnerReferences.length === 0 ? {} : { partner_references: partnerReferences }),
  };
}

function toTimeslot(truth: DispatchTruth, isCancelled: boolean): object {
  return {
    [truth.level === "group" ? "market_group_event_id" : "meter_event_id"]: truth.eventId,
    start_time: new Date(truth.startMs).toISOString().replace(".000Z", "Z"),
    end_time: new Date(truth.endMs).toISOString().replace(".000Z", "Z"),
    cancelled: isCancelled,
    ...(truth.energyKw === null ? {} : { energy_kw: truth.energyKw }),
    ...(truth.nominationKw === null ? {} : { nomination_kw: truth.nominationKw }),
    performance_compensation_cap: truth.compensationCap,
    priority: truth.priority,
    is_voluntary: truth.isVoluntary,
    dispatch_event_types: truth.eventTypes,
    programs: truth.programs,
  };
}
