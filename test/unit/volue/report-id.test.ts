import { expect, test } from "vitest";
import { toBody, toReportId } from "../../../src/volue/canonical.ts";
import { parseReports, type Report, toHost } from "../../../src/volue/index.ts";
import { eventId, locationUsage, meterPoints, oslo, reportOf, toPoints, usage } from "./volue-documents.ts";

const host = "api.sandbox.voluespark.com";
const day = oslo.autumn;
const idOf = (...payloads: readonly unknown[]) => toReportId(host, reportOf(...payloads));
const targets = meterPoints.map((meterPointId) => ({ locationId: "loc-1", meterPointId }));
const acknowledgement = { payloadType: "LocationLPCAcknowledgement", acknowledgedTargets: targets };

test("one report has one id, however it is spelled", () => {
  const { points, ...rest } = usage(day);
  const inUtc = day.map((timestamp) => new Date(timestamp).toISOString());
  const turned = points.map(({ timestamp, kiloWattHours }) => ({ kiloWattHours, timestamp })).toReversed();
  const id = idOf(usage(day));
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  const same: readonly unknown[] = [
    { points: toPoints(inUtc), ...rest },
    { ...rest, points: turned, locationId: null },
    { ...rest, curvePoints: points },
  ];
  for (const payload of same) expect(idOf(payload)).toBe(id);
  const capital: Report = { ...reportOf(usage(day)), eventId: eventId.toUpperCase() };
  expect(toReportId(host, capital)).toBe(id);
  expect(idOf(locationUsage(day), usage(day))).toBe(idOf(usage(day), locationUsage(day)));
  const spelled = { ...acknowledgement, payloadType: "LocationLPCAcknowledged", declinedTargets: [] };
  expect(idOf({ ...spelled, acknowledgedTargets: targets.toReversed() })).toBe(idOf(acknowledgement));
});

test("whatever else differs makes another one", () => {
  const [first, ...others] = usage(day).points;
  const different: readonly unknown[] = [
    usage(day),
    usage(day, { resourceId: "charger-2" }),
    usage(day, { locationId: "loc-1" }),
    usage(day, { meterPointId: "loc-1" }),
    usage(day, { resolution: "00:30:00" }),
    usage(day.slice(1)),
    usage(day, { points: [{ ...first, kiloWattHours: 1.5000001 }, ...others] }),
    usage(oslo.winter),
    locationUsage(day),
    acknowledgement,
    { ...acknowledgement, acknowledgedTargets: [], declinedTargets: targets },
    { ...acknowledgement, acknowledgedTargets: targets.slice(0, 1), declinedTargets: targets.slice(1) },
  ];
  const ids = different.map((payload) => idOf(payload));
  const report = reportOf(usage(day));
  ids.push(toReportId("api.voluespark.com", report), toReportId(host, { ...report, eventId: "another" }));
  ids.push(idOf(usage(day), usage(day)));
  expect(new Set(ids).size).toBe(ids.length);
});

test("one host has one name, however it is spelled", () => {
  for (const spelled of ["api.voluespark.com", "API.voluespark.com.", "api.voluespark.com.:443"])
    expect(toHost(`https://${spelled}/energy-coordination/v1`)).toBe("api.voluespark.com");
  expect(toHost("https://volue.test.:8443/v1")).toBe("volue.test:8443");
});

test("the body carries timestamps as they were given, and each name of an acknowledgement", () => {
  const sent = JSON.parse(toBody(reportOf(usage(day.toReversed())), "acknowledgement"));
  expect(sent).toEqual({ eventId, payloads: [usage(day)] });
  const plan = { ...locationUsage(day), payloadType: "LocationEnergyUsagePlan", points: null };
  const whole = { ...plan, baseline: toPoints(day, 3), flexibility: toPoints(day, -0.5) };
  const { points: _, ...expected } = whole;
  expect(JSON.parse(toBody(reportOf(whole), "acknowledged")).payloads).toEqual([expected]);
  const resources = targets.map((target, index) => ({ resourceId: `charger-${index}`, ...target }));
  for (const ending of ["Acknowledgement", "Acknowledged"]) {
    const payloadType = `ResourceLPC${ending}`;
    const text = JSON.stringify({ eventId, payloads: [{ payloadType, acknowledgedTargets: resources }] });
    const report = parseReports(text).given[0]?.report as Report;
    const named = (spelling: "acknowledgement" | "acknowledged") =>
      JSON.parse(toBody(report, spelling)).payloads[0];
    const both = { acknowledgedTargets: resources, declinedTargets: [] };
    expect(named("acknowledgement")).toEqual({ payloadType: "ResourceLPCAcknowledgement", ...both });
    expect(named("acknowledged")).toEqual({ payloadType: "ResourceLPCAcknowledged", ...both });
  }
});
