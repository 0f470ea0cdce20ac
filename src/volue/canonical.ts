import { createHash } from "node:crypto";
import {
  type AcknowledgementSpelling,
  isAcknowledgement,
  type Payload,
  type Point,
  type Report,
  type TargetIds,
} from "./report.ts";

/**
 * The id of a report at one host: the same for the same event, targets, instants and amounts, however they
 * are spelled and in whatever order they came.
 */
export function toReportId(host: string, { eventId, payloads }: Report): string {
  const parts = payloads.map((payload) => JSON.stringify(toCanonical(payload))).sort();
  const text = JSON.stringify([host, eventId.toLowerCase(), parts]);
  return createHash("sha256").update(text).digest("hex");
}

/** The body as it is sent: what was given, in the order it was given, points in the order of time. */
export function toBody({ eventId, payloads }: Report, spelling: AcknowledgementSpelling): string {
  return JSON.stringify({ eventId, payloads: payloads.map((payload) => toWire(payload, spelling)) });
}

function toCanonical(payload: Payload): unknown {
  if (isAcknowledgement(payload)) {
    const { payloadType, acknowledgedTargets, declinedTargets } = payload;
    return [payloadType, toSortedIds(acknowledgedTargets), toSortedIds(declinedTargets)];
  }
  const head = [payload.payloadType, ...toIdList(payload), payload.resolutionMs];
  if (payload.payloadType !== "LocationEnergyUsagePlan") return [...head, payload.points.map(toPair)];
  return [...head, payload.baseline.map(toPair), payload.flexibility.map(toPair)];
}

function toSortedIds(targets: readonly TargetIds[]): readonly string[] {
  return targets.map((ids) => JSON.stringify(toIdList(ids))).sort();
}

function toIdList({ resourceId, locationId, meterPointId }: TargetIds): readonly (string | null)[] {
  return [resourceId, locationId, meterPointId];
}

function toPair({ atMs, kiloWattHours }: Point): readonly [number, number] {
  return [atMs, kiloWattHours];
}

function toWire(payload: Payload, spelling: AcknowledgementSpelling): unknown {
  if (isAcknowledgement(payload)) {
    const payloadType = payload.payloadType.replace(/Acknowledgement$/, endings[spelling]);
    const acknowledgedTargets = payload.acknowledgedTargets.map(toWireIds);
    return { payloadType, acknowledgedTargets, declinedTargets: payload.declinedTargets.map(toWireIds) };
  }
  const head = {
    payloadType: payload.payloadType,
    ...toWireIds(payload),
    resolution: payload.resolution,
  };
  if (payload.payloadType !== "LocationEnergyUsagePlan") {
    return { ...head, points: payload.points.map(toWirePoint) };
  }
  const { baseline, flexibility } = payload;
  return { ...head, baseline: baseline.map(toWirePoint), flexibility: flexibility.map(toWirePoint) };
}

const endings = { acknowledgement: "Acknowledgement", acknowledged: "Acknowledged" } as const;

function toWireIds({ resourceId, locationId, meterPointId }: TargetIds): Readonly<Record<string, string>> {
  return {
    ...(resourceId === null ? {} : { resourceId }),
    ...(locationId === null ? {} : { locationId }),
    ...(meterPointId === null ? {} : { meterPointId }),
  };
}

function toWirePoint({ timestamp, kiloWattHours }: Point): unknown {
  return { timestamp, kiloWattHours };
}
