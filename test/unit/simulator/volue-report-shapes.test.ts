import { describe, expect, test } from "vitest";
import { findFieldErrors } from "../../../src/simulator/volue-report-shapes.ts";

const meterPointId = "707057000012345678";
const place = { locationId: "location-1", meterPointId };
const point = { timestamp: "2026-10-25T02:00:00+01:00", kiloWattHours: 3.14 };
const hours = { resolution: "01:00:00", points: [point] };

const payloads: Readonly<Record<string, Record<string, unknown>>> = {
  EnergyUsage: { resourceId: "charger-1", ...hours },
  LocationEnergyUsage: { ...place, ...hours },
  LocationEnergyUsagePlan: { ...place, resolution: "01:00:00", baseline: [point], flexibility: [] },
  LocationLPCAcknowledgement: { acknowledgedTargets: [place], declinedTargets: [] },
  ResourceLPCAcknowledgement: { acknowledgedTargets: [], declinedTargets: [{ ...place, resourceId: "r" }] },
};

const errorsOf = (payload: unknown, names: "swagger" | "guide" = "swagger") =>
  findFieldErrors({ eventId: "event", payloads: [payload] }, names);

describe("the simulated Volue takes a report", () => {
  test.each(Object.entries(payloads))("of type %s", (payloadType, payload) => {
    expect(errorsOf({ payloadType, ...payload })).toEqual({});
  });

  test("with everything that may be left out, or null, and with the older name of points", () => {
    const all = { locationId: null, meterPointId: null, curvePoints: null };
    expect(errorsOf({ ...payloads.EnergyUsage, ...all, payloadType: "EnergyUsage" })).toEqual({});
    const older = { resourceId: "r", resolution: "01:00:00", curvePoints: [point] };
    expect(errorsOf({ payloadType: "EnergyUsage", ...older })).toEqual({});
  });

  test("with acknowledgements by the guide's names, and then only by them", () => {
    const locations = payloads.LocationLPCAcknowledgement;
    const resources = payloads.ResourceLPCAcknowledgement;
    for (const [payloadType, payload] of [
      ["LocationLPCAcknowledged", locations],
      ["ResourceLPCAcknowledged", resources],
    ] as const) {
      expect(errorsOf({ payloadType, ...payload }, "guide")).toEqual({});
      expect(Object.keys(errorsOf({ payloadType, ...payload }))).toEqual(["payloads[0].payloadType"]);
      const other = payloadType.replace("Acknowledged", "Acknowledgement");
      expect(errorsOf({ payloadType: other, ...payload }, "guide")).not.toEqual({});
    }
  });
});

describe("the simulated Volue refuses a report and names the place", () => {
  test.each([
    ["no object", [], ["$"]],
    ["nothing in it", {}, ["eventId", "payloads"]],
    ["no payloads", { eventId: "e", payloads: [] }, ["payloads"]],
    ["a field of its own", { eventId: "e", payloads: [payloads.EnergyUsage], note: 1 }, ["note"]],
  ])("with %s", (_, body, places) => {
    expect(Object.keys(findFieldErrors(body, "swagger"))).toEqual(expect.arrayContaining(places));
  });

  const required = Object.entries(payloads).flatMap(([type, payload]) =>
    type.endsWith("Acknowledgement") ? [] : Object.keys(payload).map((field) => [type, field] as const),
  );
  test.each(required)("of %s without %s", (payloadType, field) => {
    const { [field]: _, ...rest } = payloads[payloadType]!;
    expect(Object.keys(errorsOf({ payloadType, ...rest }))).toContain(`payloads[0].${field}`);
  });

  test.each([
    ["another resolution", "EnergyUsage", { resolution: "00:15:00" }, "resolution"],
    ["a meter point of 17 digits", "EnergyUsage", { meterPointId: "7".repeat(17) }, "meterPointId"],
    ["a meter point as a number", "LocationEnergyUsage", { meterPointId: 7 }, "meterPointId"],
    ["an empty resource", "EnergyUsage", { resourceId: " " }, "resourceId"],
    ["no points", "EnergyUsage", { points: [] }, "points"],
    ["no list of points", "LocationEnergyUsage", { points: point }, "points"],
    ["a time without offset", "EnergyUsage", at("2026-10-25T02:00:00"), "points[1].timestamp"],
    ["a time with a blank", "EnergyUsage", at("2026-10-25 02:00:00Z"), "points[1].timestamp"],
    ["a day that is none", "EnergyUsage", at("2026-02-30T02:00:00Z"), "points[1].timestamp"],
    [
      "kWh in words",
      "EnergyUsage",
      { points: [{ ...point, kiloWattHours: "3" }] },
      "points[0].kiloWattHours",
    ],
    ["a point's own field", "EnergyUsage", { points: [{ ...point, kwh: 1 }] }, "points[0].kwh"],
    ["a misspelt field", "EnergyUsage", { metrePointId: meterPointId }, "metrePointId"],
    [
      "a target without location",
      "LocationLPCAcknowledgement",
      { declinedTargets: [{ meterPointId }] },
      "declinedTargets[0].locationId",
    ],
    [
      "a target without resource",
      "ResourceLPCAcknowledgement",
      { acknowledgedTargets: [place] },
      "acknowledgedTargets[0].resourceId",
    ],
    [
      "nobody in it",
      "LocationLPCAcknowledgement",
      { acknowledgedTargets: [], declinedTargets: [] },
      "acknowledgedTargets",
    ],
  ])("with %s", (_, payloadType, change, field) => {
    expect(Object.keys(errorsOf({ payloadType, ...payloads[payloadType], ...change }))).toEqual([
      `payloads[0].${field}`,
    ]);
  });

  test.each([["Nonsense"], [undefined], [7], ["constructor"]])("of type %s", (payloadType) => {
    expect(Object.keys(errorsOf({ payloadType, ...payloads.EnergyUsage }))).toEqual([
      "payloads[0].payloadType",
    ]);
  });
});

function at(timestamp: string) {
  return { points: [point, { ...point, timestamp }] };
}
