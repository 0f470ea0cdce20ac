import { parseEvent, parseReports, type Report, type VolueEvent } from "../../../src/volue/index.ts";

export const eventId = "b8c9d0e1-f2a3-4567-1234-678901234567";
export const meterPoints = ["707057500000000001", "707057500000000002"] as const;

/** Whole hours of local days of Oslo, with the offset that holds then: written down, not computed. */
export const oslo = {
  /** 23 hours: 02:00 is not there. */
  spring: hours("2026-03-29", [["00", "+01:00"], ["01", "+01:00"], ...from(3, "+02:00")]),
  /** 25 hours: 02:00 is there twice. */
  autumn: hours("2026-10-25", [
    ["00", "+02:00"],
    ["01", "+02:00"],
    ["02", "+02:00"],
    ["02", "+01:00"],
    ...from(3, "+01:00"),
  ]),
  winter: hours("2026-01-10", from(0, "+01:00")),
};

function from(first: number, offset: string): [string, string][] {
  return Array.from({ length: 24 - first }, (_, index) => [String(first + index).padStart(2, "0"), offset]);
}

function hours(day: string, list: readonly (readonly [string, string])[]): readonly string[] {
  return list.map(([hour, offset]) => `${day}T${hour}:00:00${offset}`);
}

export function toPoints(timestamps: readonly string[], kiloWattHours = 1.5) {
  return timestamps.map((timestamp) => ({ timestamp, kiloWattHours }));
}

export function eventOf(payload: Readonly<Record<string, unknown>>): VolueEvent {
  const parsed = parseEvent({ id: eventId, createdAt: "2026-01-09T12:00:00Z", payload }, eventId);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.event;
}

export function priceCurve(timestamps: readonly string[], more: Readonly<Record<string, unknown>> = {}) {
  const points = timestamps.map((timestamp) => ({ timestamp, price: 1 }));
  return eventOf({
    payloadType: "PriceCurve",
    priceArea: "NO1",
    priceCurveDelta: { points, resolution: "01:00:00", energyUnit: "kWh", currency: "NOK" },
    targets: [
      { resourceId: "charger-1", locationId: "loc-1" },
      { resourceId: "charger-2", locationId: "loc-2" },
    ],
    ...more,
  });
}

/** A limit on two locations, or on a resource at each of them. */
export function limit(
  payloadType: "LocationLPC" | "ResourceLPC" | "LPCReservation",
  timestamps: readonly string[],
  resolution = "01:00:00",
) {
  const points = timestamps.map((timestamp) => ({ timestamp, maxPowerInKiloWatts: 3 }));
  const targets = meterPoints.map((meterPointId, index) => ({
    ...(payloadType === "ResourceLPC" ? { resourceId: `charger-${index + 1}` } : {}),
    locationId: `loc-${index + 1}`,
    meterPointId,
    resolution,
    points,
  }));
  return eventOf({ payloadType, targets });
}

export function usage(timestamps: readonly string[], more: Readonly<Record<string, unknown>> = {}) {
  return {
    payloadType: "EnergyUsage",
    resourceId: "charger-1",
    resolution: "01:00:00",
    points: toPoints(timestamps),
    ...more,
  };
}

export function locationUsage(timestamps: readonly string[], more: Readonly<Record<string, unknown>> = {}) {
  return {
    payloadType: "LocationEnergyUsage",
    locationId: "loc-1",
    meterPointId: meterPoints[0],
    resolution: "01:00:00",
    points: toPoints(timestamps),
    ...more,
  };
}

export function reportOf(...payloads: readonly unknown[]): Report {
  const [given] = parseReports(JSON.stringify({ eventId, payloads })).given;
  if (given?.report == null) throw new Error(JSON.stringify(given?.problems));
  return given.report;
}
