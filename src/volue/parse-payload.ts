import { parseInstant } from "../time/index.ts";
import {
  explainTimestamp,
  type Findings,
  isRecord,
  type Place,
  takeId,
  takeResolution,
  tellProblem,
  tellUnknown,
} from "./fields.ts";
import type { AcknowledgementPayload, Payload, PayloadType, Point, TargetIds } from "./report.ts";

/** Either spelling of an acknowledgement is one and the same; it is sent as configured. */
const payloadTypes: Readonly<Record<string, PayloadType>> = {
  EnergyUsage: "EnergyUsage",
  LocationEnergyUsage: "LocationEnergyUsage",
  LocationEnergyUsagePlan: "LocationEnergyUsagePlan",
  LocationLPCAcknowledgement: "LocationLPCAcknowledgement",
  LocationLPCAcknowledged: "LocationLPCAcknowledgement",
  ResourceLPCAcknowledgement: "ResourceLPCAcknowledgement",
  ResourceLPCAcknowledged: "ResourceLPCAcknowledgement",
};

const pointCountMax = 100_000;

/** The type that a text names; undefined where it names none. */
export function parsePayloadType(text: unknown): PayloadType | undefined {
  return typeof text === "string" && Object.hasOwn(payloadTypes, text) ? payloadTypes[text] : undefined;
}

/** One payload; `null` where something is wrong with it, which is then among the findings. */
export function parsePayload(value: unknown, path: string, findings: Findings): Payload | null {
  if (!isRecord(value)) {
    findings.problems.push({ path, message: "is not an object with a payloadType" });
    return null;
  }
  const place: Place = { values: value, path, findings };
  const payloadType = parsePayloadType(value.payloadType);
  if (payloadType === undefined) {
    const known = [...new Set(Object.values(payloadTypes))].join(", ");
    tellProblem(place, "payloadType", `is none of ${known}`);
    return null;
  }
  const problemCount = findings.problems.length;
  const payload = toPayload(place, payloadType);
  // What is not whole is not sent: its problems have been told.
  return findings.problems.length > problemCount ? null : payload;
}

function toPayload(place: Place, payloadType: PayloadType): Payload {
  switch (payloadType) {
    case "EnergyUsage":
      tellUnknown(place, [...seriesFields, "resourceId", "points", "curvePoints"]);
      return { ...toSeries(place, "resourceId"), payloadType, points: takeUsagePoints(place) };
    case "LocationEnergyUsage":
      tellUnknown(place, [...seriesFields, "points"]);
      return { ...toSeries(place, "location"), payloadType, points: takePoints(place, "points") };
    case "LocationEnergyUsagePlan":
      tellUnknown(place, [...seriesFields, "baseline", "flexibility"]);
      return {
        ...toSeries(place, "location"),
        payloadType,
        baseline: takePoints(place, "baseline"),
        flexibility: takePoints(place, "flexibility"),
      };
    default:
      return toAcknowledgement(place, payloadType);
  }
}

const seriesFields = ["payloadType", "locationId", "meterPointId", "resolution"];

function toSeries(place: Place, key: "resourceId" | "location") {
  const resolution = takeResolution(place);
  return {
    path: place.path,
    resourceId: key === "resourceId" ? takeId(place, "resourceId", true) : null,
    locationId: takeId(place, "locationId", key === "location"),
    meterPointId: takeId(place, "meterPointId", key === "location"),
    resolution: resolution?.text ?? "",
    resolutionMs: resolution?.ms ?? 0,
  };
}

/** Volue's guide still shows `curvePoints`, which its API has since called `points`. */
function takeUsagePoints(place: Place): readonly Point[] {
  const { points, curvePoints } = place.values;
  if (curvePoints === undefined || curvePoints === null) return takePoints(place, "points");
  if (points !== undefined && points !== null) {
    tellProblem(place, "curvePoints", "and points are both there: leave out curvePoints");
    return [];
  }
  const message = "is deprecated: it is sent as points";
  place.findings.notes.push({ path: `${place.path}.curvePoints`, message });
  return takePoints(place, "curvePoints");
}

function takePoints(place: Place, name: string): readonly Point[] {
  const value = place.values[name];
  if (!Array.isArray(value) || value.length === 0) {
    tellProblem(place, name, value === undefined ? "is missing" : "is no list of at least one point");
    return [];
  }
  if (value.length > pointCountMax) {
    tellProblem(place, name, `has more than ${pointCountMax} points`);
    return [];
  }
  const points = value.map((point, index) => takePoint(point, index, place, name));
  return points.filter((point) => point !== null).sort((one, other) => one.atMs - other.atMs);
}

function takePoint(value: unknown, index: number, place: Place, name: string): Point | null {
  const path = `${place.path}.${name}[${index}]`;
  if (!isRecord(value)) {
    place.findings.problems.push({ path, message: "is not an object with timestamp and kiloWattHours" });
    return null;
  }
  const own: Place = { values: value, path, findings: place.findings };
  tellUnknown(own, ["timestamp", "kiloWattHours"]);
  const { timestamp, kiloWattHours } = value;
  const isNumber = typeof kiloWattHours === "number" && Number.isFinite(kiloWattHours);
  if (!isNumber)
    tellProblem(own, "kiloWattHours", kiloWattHours === undefined ? "is missing" : "is no number");
  if (typeof timestamp !== "string") {
    tellProblem(own, "timestamp", timestamp === undefined ? "is missing" : "is no text");
    return null;
  }
  const problem = explainTimestamp(timestamp);
  if (problem !== null) tellProblem(own, "timestamp", problem);
  const atMs = parseInstant(timestamp);
  return atMs === undefined || !isNumber ? null : { index, timestamp, atMs, kiloWattHours };
}

function toAcknowledgement(
  place: Place,
  payloadType: AcknowledgementPayload["payloadType"],
): AcknowledgementPayload {
  tellUnknown(place, ["payloadType", "acknowledgedTargets", "declinedTargets"]);
  return {
    path: place.path,
    payloadType,
    acknowledgedTargets: takeTargets(place, "acknowledgedTargets", payloadType),
    declinedTargets: takeTargets(place, "declinedTargets", payloadType),
  };
}

function takeTargets(place: Place, name: string, payloadType: PayloadType): readonly TargetIds[] {
  const value = place.values[name] ?? [];
  if (!Array.isArray(value)) {
    tellProblem(place, name, "is no list of targets");
    return [];
  }
  const isOfResources = payloadType === "ResourceLPCAcknowledgement";
  return value.map((target, index) => {
    const path = `${place.path}.${name}[${index}]`;
    if (!isRecord(target)) {
      place.findings.problems.push({ path, message: "is not an object with the ids of a target" });
      return { resourceId: null, locationId: null, meterPointId: null };
    }
    const own: Place = { values: target, path, findings: place.findings };
    tellUnknown(own, [...(isOfResources ? ["resourceId"] : []), "locationId", "meterPointId"]);
    return {
      resourceId: isOfResources ? takeId(own, "resourceId", true) : null,
      locationId: takeId(own, "locationId", true),
      meterPointId: takeId(own, "meterPointId", true),
    };
  });
}
