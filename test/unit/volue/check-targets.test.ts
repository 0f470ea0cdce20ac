import { describe, expect, test } from "vitest";
import { checkReport, type VolueEvent } from "../../../src/volue/index.ts";
import { limitFindings } from "../../../src/volue/rows.ts";
import {
  eventOf,
  limit,
  locationUsage,
  meterPoints,
  oslo,
  priceCurve,
  reportOf,
  usage,
} from "./volue-documents.ts";

const day = oslo.winter;
const during = Date.parse("2026-01-10T10:00:00Z");
const after = Date.parse("2026-01-11T06:00:00Z");

function check(payloads: readonly unknown[], event: VolueEvent, nowMs = after) {
  const options = { allowsGaps: false, isLateFine: false, allowsNegative: false };
  const { problems, notes } = checkReport(reportOf(...payloads), event, nowMs, options);
  return { problems: problems.map(({ path, message }) => `${path}: ${message}`), notes };
}

const both = meterPoints.map((meterPointId, index) => ({ locationId: `loc-${index + 1}`, meterPointId }));
const resources = both.map((ids, index) => ({ resourceId: `charger-${index + 1}`, ...ids }));
const acknowledge = (acknowledgedTargets: unknown[], declinedTargets: unknown[] = []) => ({
  payloadType: "LocationLPCAcknowledgement",
  acknowledgedTargets,
  declinedTargets,
});
const acknowledgeResources = (acknowledgedTargets: unknown[]) => ({
  payloadType: "ResourceLPCAcknowledgement",
  acknowledgedTargets,
});
const plan = { ...locationUsage(day), payloadType: "LocationEnergyUsagePlan", points: null };
const whole = (payload: object) => ({
  ...payload,
  baseline: usage(day).points,
  flexibility: usage(day).points,
});

describe("what answers which event", () => {
  const events = {
    PriceCurve: priceCurve(day),
    LocationLPC: limit("LocationLPC", day),
    ResourceLPC: limit("ResourceLPC", day),
    LPCReservation: limit("LPCReservation", day),
    UserEligibility: eventOf({ payloadType: "UserEligibility", addedUsers: [] }),
  };

  test.each([
    ["EnergyUsage", usage(day), ["PriceCurve", "ResourceLPC"], after],
    ["LocationEnergyUsage", locationUsage(day), ["LocationLPC", "LPCReservation"], after],
    ["LocationEnergyUsagePlan", whole(plan), ["LocationLPC", "LPCReservation"], during],
    ["LocationLPCAcknowledgement", acknowledge(both), ["LocationLPC", "LPCReservation"], during],
    ["ResourceLPCAcknowledgement", acknowledgeResources(resources), ["ResourceLPC"], during],
  ])("%s", (type, payload, fitting, nowMs) => {
    for (const [name, event] of Object.entries(events)) {
      const { problems } = check([payload], event, nowMs);
      if (fitting.includes(name)) expect(problems, name).toEqual([]);
      else
        expect(problems, name).toEqual([
          expect.stringMatching(`^payloads\\[0\\]\\.payloadType: ${type} answers`),
        ]);
    }
  });

  test("an event of a type that is new passes with a note", () => {
    const { problems, notes } = check([usage(day)], { ...events.PriceCurve, payloadType: "PriceForecast" });
    expect(problems).toEqual([]);
    expect(notes.map(({ message }) => message)).toContainEqual(expect.stringContaining('"PriceForecast"'));
  });

  test("so does one whose targets are not to be found, each once", () => {
    const event = eventOf({ payloadType: "FlexibilityRequest", areas: ["NO1"] });
    expect(check([usage(day)], event).problems).toEqual([]);
    expect(check([acknowledge(both)], event).problems).toEqual([]);
    expect(check([usage(day), usage(day)], event).problems).toHaveLength(1);
    expect(check([usage(day)], eventOf({ payloadType: "PriceCurve" })).problems).not.toEqual([]);
  });
});

describe("the targets of use", () => {
  test("are the event's, by all the ids that are given", () => {
    const event = limit("ResourceLPC", day);
    const ids = { locationId: "loc-1", meterPointId: meterPoints[0] };
    expect(check([usage(day, ids)], event).problems).toEqual([]);
    expect(check([usage(day, { resourceId: "charger-9" })], event).problems).toEqual([
      "payloads[0].resourceId: charger-9 is not among the event's targets",
    ]);
    expect(check([usage(day, { ...ids, meterPointId: "707057500000000009" })], event).problems).toEqual([
      "payloads[0].meterPointId: 707057500000000009 is not among the event's targets",
    ]);
    expect(check([usage(day, { locationId: "loc-2" })], event).problems).toEqual([
      "payloads[0].locationId: loc-2 belongs to another of the event's targets than the other ids",
    ]);
  });

  test("of a price curve have no meter point that could be wrong", () => {
    const payload = usage(day, { locationId: "loc-1", meterPointId: "707057500000000009" });
    expect(check([payload], priceCurve(day)).problems).toEqual([]);
    expect(check([usage(day, { locationId: "loc-2" })], priceCurve(day)).problems).toHaveLength(1);
  });

  test("are there once, and those of which nothing is said are noted", () => {
    const two = [usage(day), usage(day, { resourceId: "charger-2" })];
    expect(check(two, priceCurve(day))).toEqual({ problems: [], notes: [] });
    expect(check([...two, usage(day, { locationId: "loc-1" })], priceCurve(day)).problems).toEqual([
      "payloads[2].resourceId: is the same target as that of payloads[0]",
    ]);
    expect(check([usage(day)], priceCurve(day)).notes).toEqual([
      { path: "payloads", message: "says nothing of 1 of the event's 2 targets: charger-2 / loc-2" },
    ]);
  });
});

describe("an acknowledgement", () => {
  const event = limit("LocationLPC", day);
  const [first, second] = both as [object, object];

  test("says of each target once whether it is taken", () => {
    expect(check([acknowledge(both)], event, during).problems).toEqual([]);
    expect(check([acknowledge([first], [second])], event, during).problems).toEqual([]);
    expect(check([acknowledge([], both)], event, during).problems).toEqual([]);
    expect(check([acknowledge([second]), acknowledge([], [first])], event, during).problems).toEqual([]);
  });

  test("says one word of a target that is there twice, with times of its own", () => {
    const twice = { ...event, targets: [...event.targets, ...event.targets.slice(0, 1)] };
    expect(check([acknowledge(both)], twice, during).problems).toEqual([]);
    expect(check([acknowledge([second])], twice, during).problems).toHaveLength(2);
  });

  test("leaves none out, names none twice and no other, and says all of it at once", () => {
    const stranger = { locationId: "loc-3", meterPointId: meterPoints[0] };
    expect(check([acknowledge([first, first], [stranger])], event, during).problems).toEqual([
      "payloads[0].acknowledgedTargets[1]: is the same target as payloads[0].acknowledgedTargets[0]",
      "payloads[0].declinedTargets[0].locationId: loc-3 is not among the event's targets",
      `payloads: the event's target loc-2 / ${meterPoints[1]} is neither acknowledged nor declined`,
    ]);
    expect(check([acknowledge([first], [first, second])], event, during).problems).toHaveLength(1);
    expect(check([acknowledge([])], event, during).problems).toHaveLength(2);
  });

  test("of resources goes by all three ids", () => {
    const [one, other] = resources;
    const crossed = { ...one, resourceId: other?.resourceId };
    expect(
      check([acknowledgeResources([crossed, other])], limit("ResourceLPC", day), during).problems,
    ).toEqual([
      expect.stringContaining("acknowledgedTargets[0].meterPointId"),
      expect.stringContaining("charger-1 / loc-1"),
    ]);
  });
});

test("a report may have more notes than a call has places for, and a row tells the first of them", () => {
  const notes = Array.from({ length: 200_000 }, (_, index) => ({
    path: `payloads[${index}]`,
    message: "odd",
  }));
  const report = { ...reportOf(usage(day)), notes };
  const options = { allowsGaps: false, isLateFine: false, allowsNegative: false };
  const checked = checkReport(report, priceCurve(day), after, options);
  expect(checked.notes.length).toBeGreaterThanOrEqual(200_000);
  expect(limitFindings(checked.notes)).toHaveLength(51);
});
