import { describe, expect, test } from "vitest";
import { parseReports } from "../../../src/volue/index.ts";
import { eventId, locationUsage, meterPoints, oslo, usage } from "./volue-documents.ts";

const day = oslo.winter.slice(0, 2);
const target = { locationId: "loc-1", meterPointId: meterPoints[0] };
const other = "00000000-0000-4000-8000-000000000002";

function problemsOf(value: unknown): readonly string[] {
  const { given, problems } = parseReports(JSON.stringify(value));
  expect(problems).toEqual([]);
  return given.flatMap((one) => one.problems.map(({ path, message }) => `${path}: ${message}`));
}

describe("what is given", () => {
  test("is one report, a list, or a report a line", () => {
    const one = { eventId, payloads: [usage(day)] };
    const two = { eventId: other, payloads: [usage(day)] };
    const texts = [
      JSON.stringify([one, two], null, 2),
      `\uFEFF${JSON.stringify(one)}\r\n\n${JSON.stringify(two)}\n`,
    ];
    for (const text of texts) {
      const { given, problems } = parseReports(text);
      expect(problems).toEqual([]);
      expect(given.map((each) => [each.eventId, each.kind, each.payloadCount])).toEqual([
        [eventId, "usage", 1],
        [other, "usage", 1],
      ]);
    }
    expect(parseReports(JSON.stringify(one)).given).toHaveLength(1);
    expect(parseReports(" \n")).toEqual({ given: [], problems: [] });
  });

  test("may be single payloads: a report an event and kind, to acknowledge first", () => {
    const lines = [
      { eventId, ...locationUsage(day) },
      { eventId: other, ...usage(day) },
      { eventId, ...locationUsage(day, { locationId: "loc-2", meterPointId: meterPoints[1] }) },
      { eventId, payloadType: "LocationLPCAcknowledged", acknowledgedTargets: [target] },
    ];
    const { given } = parseReports(lines.map((line) => JSON.stringify(line)).join("\n"));
    expect(given.map((each) => [each.eventId, each.kind, each.payloadCount])).toEqual([
      [eventId, "acknowledgement", 1],
      [eventId, "usage", 2],
      [other, "usage", 1],
    ]);
    expect(given[1]?.report?.payloads.map((payload) => payload.path)).toEqual(["payloads[0]", "payloads[1]"]);
  });

  test("is nothing at all where a part of it cannot be told to belong anywhere", () => {
    const good = JSON.stringify({ eventId, ...usage(day) });
    for (const bad of [
      '{"eventId": "x"',
      "5",
      '{"payloadType": "EnergyUsage"}',
      `{"eventId": "${eventId}"}`,
    ]) {
      expect(parseReports(`${good}\n${bad}`).problems, bad).toEqual([expect.stringMatching(/^entry 2: /)]);
    }
    for (const id of ["", "..", ".", "a/b", "a b", "x".repeat(129), 5, null]) {
      expect(parseReports(JSON.stringify({ eventId: id, payloads: [] })).problems, String(id)).toHaveLength(
        1,
      );
    }
    expect(parseReports("event_id,payload_type\n").problems).toHaveLength(1);
  });

  test("makes no report of an event where one payload is of no known type", () => {
    const lines = [
      { eventId, ...usage(day) },
      { eventId, ...usage(day), payloadType: "EnergyUsed" },
      { eventId: other, ...usage(day) },
    ];
    const { given } = parseReports(lines.map((line) => JSON.stringify(line)).join("\n"));
    expect(given.map((each) => [each.eventId, each.report === null])).toEqual([
      [eventId, true],
      [other, false],
    ]);
    expect(given[0]?.problems[0]?.message).toContain("is none of EnergyUsage, LocationEnergyUsage,");
  });
});

describe("a report that cannot be read", () => {
  test("is told field by field, all at once", () => {
    const payload = {
      payloadType: "LocationEnergyUsage",
      locationId: " ",
      meterPointId: Number(meterPoints[0]),
      resolution: "PT1H",
      points: [
        { timestamp: "2026-01-10T00:00:00+01:00", kiloWattHours: "3" },
        { timestamp: 5, kiloWattHours: 3 },
        { timestamp: "2026-01-10", kiloWattHours: 3, unit: "kWh" },
        7,
      ],
      resourceId: "charger-1",
    };
    expect(
      problemsOf({ eventId, payloads: [usage(day), payload] }).map((line) => line.split(": ")[0]),
    ).toEqual([
      "payloads[1].resourceId",
      "payloads[1].resolution",
      "payloads[1].locationId",
      "payloads[1].meterPointId",
      "payloads[1].points[0].kiloWattHours",
      "payloads[1].points[1].timestamp",
      "payloads[1].points[2].unit",
      "payloads[1].points[2].timestamp",
      "payloads[1].points[3]",
    ]);
  });

  test("has a time without an offset, which one hour of the year is two", () => {
    const [problem] = problemsOf({ eventId, payloads: [usage(["2026-10-25T02:30:00"])] });
    expect(problem).toMatch(/^payloads\[0\]\.points\[0\]\.timestamp: .* has no offset: write it with one/);
    for (const fine of [
      "2026-10-25T02:30:00Z",
      "2026-10-25T02:30:00.0000000+02:00",
      "2026-10-25 02:30+0100",
    ]) {
      expect(problemsOf({ eventId, payloads: [usage([fine])] }), fine).toEqual([]);
    }
  });

  test("has an amount that is no number, or more than there is", () => {
    const text = (amount: string) =>
      `{"eventId":"${eventId}","payloads":[{"payloadType":"EnergyUsage","resourceId":"a",` +
      `"resolution":"01:00:00","points":[{"timestamp":"2026-01-10T00:00:00Z","kiloWattHours":${amount}}]}]}`;
    expect(parseReports(text("0.1")).given[0]?.problems).toEqual([]);
    for (const amount of ["1e999", '"1"', "null", "true"]) {
      expect(parseReports(text(amount)).given[0]?.problems, amount).toHaveLength(1);
    }
  });

  test("is of two kinds, or of none", () => {
    const mixed = [
      locationUsage(day),
      { payloadType: "LocationLPCAcknowledgement", acknowledgedTargets: [target] },
    ];
    expect(problemsOf({ eventId, payloads: mixed })).toEqual([
      "payloads: are of several kinds (usage, acknowledgement): send a report of each",
    ]);
    for (const payloads of [[], null, {}]) expect(problemsOf({ eventId, payloads })).toHaveLength(1);
    expect(problemsOf({ eventId, payloads: [usage(day)], note: "x" })).toEqual([
      expect.stringMatching(/^note: /),
    ]);
  });

  test.each(["00:00:00", "25:00:00", "01:60:00", "1:00:00", "2.00:00:00", 3600, "01:00"])(
    "has the resolution %s",
    (resolution) => {
      expect(problemsOf({ eventId, payloads: [usage(day, { resolution })] })).toHaveLength(1);
    },
  );
});

test("curvePoints are read as points, with a note; both are one too many", () => {
  const { points, ...rest } = usage(day);
  const [given] = parseReports(
    JSON.stringify({ eventId, payloads: [{ ...rest, curvePoints: points }] }),
  ).given;
  expect(given?.report?.payloads[0]).toMatchObject({ points });
  expect(given?.report?.notes).toEqual([expect.objectContaining({ path: "payloads[0].curvePoints" })]);
  expect(problemsOf({ eventId, payloads: [{ ...rest, points, curvePoints: points }] })).toHaveLength(1);
  expect(
    problemsOf({ eventId, payloads: [{ ...rest, points, curvePoints: null, locationId: null }] }),
  ).toEqual([]);
});
