import { describe, expect, test } from "vitest";
import { parseCsvReports, parseReports } from "../../../src/volue/index.ts";
import { eventId, meterPoints, oslo } from "./volue-documents.ts";

const header =
  "event_id,payload_type,resource_id,location_id,meter_point_id,resolution,timestamp,kilowatt_hours";
const other = "00000000-0000-4000-8000-000000000002";

function read(lines: readonly string[], head = header) {
  const { given, problems } = parseCsvReports([head, ...lines].join("\n"));
  const told = given.flatMap((one) => one.problems.map(({ path, message }) => `${path}: ${message}`));
  return { given, problems, told };
}

describe("CSV", () => {
  test("says the same as JSON, ids of eighteen digits included", () => {
    const lines = oslo.autumn.map(
      (timestamp, index) =>
        `${eventId},LocationEnergyUsage,,loc-1,${meterPoints[0]},01:00:00,${timestamp},${index}.25`,
    );
    const points = oslo.autumn.map((timestamp, index) => ({ timestamp, kiloWattHours: index + 0.25 }));
    const payload = {
      payloadType: "LocationEnergyUsage",
      locationId: "loc-1",
      meterPointId: "707057500000000001",
      resolution: "01:00:00",
      points,
    };
    const expected = parseReports(JSON.stringify({ eventId, payloads: [payload] }));
    expect(read(lines)).toMatchObject(expected);
    const quoted = lines.map((line) =>
      line
        .split(",")
        .map((cell) => ` "${cell}" `)
        .join(","),
    );
    expect(
      parseCsvReports(`\uFEFF${[header.toUpperCase(), ...quoted].join("\r\n")}\r\n\r\n,,,,,,,\r\n`),
    ).toEqual(expected);
  });

  test("makes one payload of a target's lines, wherever they stand, and one report of an event's", () => {
    const line = (id: string, resource: string, hour: string) =>
      `${id},EnergyUsage,${resource},,,01:00:00,2026-01-10T${hour}:00:00Z,1`;
    const lines = [
      line(eventId, "a", "02"),
      line(other, "a", "01"),
      line(eventId, "b", "01"),
      line(eventId, "a", "01"),
    ];
    const { given } = read(lines);
    expect(given.map((each) => [each.eventId, each.payloadCount])).toEqual([
      [eventId, 2],
      [other, 1],
    ]);
    const [first] = given[0]?.report?.payloads ?? [];
    const points = first !== undefined && "points" in first ? first.points : [];
    expect(points.map(({ timestamp }) => timestamp)).toEqual([
      "2026-01-10T01:00:00Z",
      "2026-01-10T02:00:00Z",
    ]);
  });

  test("has plans with their two series, and acknowledgements", () => {
    const plan = (series: string, amount: string) =>
      `${eventId},LocationEnergyUsagePlan,,loc-1,${meterPoints[0]},01:00:00,2026-01-10T01:00:00Z,` +
      `${amount},${series}`;
    const { given } = read([plan("baseline", "3"), plan("Flexibility", "-1")], `${header},series`);
    expect(given[0]?.report?.payloads).toMatchObject([
      { baseline: [{ kiloWattHours: 3 }], flexibility: [{ kiloWattHours: -1 }] },
    ]);
    const lines = ["YES", "no", "1", "false"].map(
      (accepted, index) =>
        `${eventId},ResourceLPCAcknowledged,loc-${index},m-${index},c-${index},${accepted}`,
    );
    const head = "event_id,payload_type,location_id,meter_point_id,resource_id,accepted";
    const [acknowledgement] = read(lines, head).given[0]?.report?.payloads ?? [];
    expect(acknowledgement).toMatchObject({
      payloadType: "ResourceLPCAcknowledgement",
      acknowledgedTargets: [{ resourceId: "c-0" }, { resourceId: "c-2" }],
      declinedTargets: [{ resourceId: "c-1" }, { locationId: "loc-3", meterPointId: "m-3" }],
    });
  });

  test("tells what is wrong with a line, and makes no report of its event alone", () => {
    const cells = (id: string, timestamp: string, amount: string) =>
      `${id},EnergyUsage,a,,,01:00:00,${timestamp},${amount}`;
    const { given, told } = read([
      cells(eventId, "2026-01-10T01:00:00", "1"),
      cells(eventId, "2026-01-10T02:00:00Z", '"1,5"'),
      cells(other, "2026-01-10T02:00:00Z", "1.5"),
      cells(eventId, "2026-01-10T03:00:00Z", ""),
    ]);
    expect(given.map(({ report }) => report === null)).toEqual([true, false]);
    expect(told.slice(0, 3)).toEqual([
      expect.stringMatching(/^line 2, timestamp: .* has no offset/),
      "line 3, kilowatt_hours: is no number such as 3.25, with a point",
      "line 5, kilowatt_hours: is no number such as 3.25, with a point",
    ]);
  });

  test("knows a meter point that a spreadsheet has rounded", () => {
    const line = `${eventId},LocationEnergyUsage,,loc-1,7.07058E+17,01:00:00,2026-01-10T01:00:00Z,1`;
    expect(read([line]).told[0]).toMatch(/^line 2, meter_point_id: was rounded by a spreadsheet/);
  });

  test("refuses cells that belong to other kinds, and words for yes and no that it does not know", () => {
    const head = `${header},series,accepted`;
    const usage = `${eventId},EnergyUsage,a,,,01:00:00,2026-01-10T01:00:00Z,1,baseline,yes`;
    expect(read([usage], head).told).toHaveLength(2);
    const acknowledgement = `${eventId},LocationLPCAcknowledgement,,l,m,,,1,,perhaps`;
    expect(read([acknowledgement], head).told.map((line) => line.split(":")[0])).toEqual([
      "line 2, kilowatt_hours",
      "line 2, accepted",
    ]);
    const plan = `${eventId},LocationEnergyUsagePlan,,l,m,01:00:00,2026-01-10T01:00:00Z,1,,`;
    expect(read([plan], head).told[0]).toBe("line 2, series: is neither baseline nor flexibility");
  });

  test("is refused whole where its header, a line or an event is not one", () => {
    expect(read([], header.replaceAll(",", ";")).problems.join()).toMatch(
      /lacks event_id, payload_type.*the columns/,
    );
    expect(read([], `${header},kwh`).problems[0]).toBe("the header has unknown columns: kwh");
    expect(read([], `${header},resolution`).problems[0]).toBe("the header has twice resolution");
    const good = `${eventId},EnergyUsage,a,,,01:00:00,2026-01-10T01:00:00Z,1`;
    expect(read([good, "a,b"]).problems).toEqual([
      expect.stringMatching(/^line 3: it cannot be read as CSV/),
    ]);
    expect(read([good, good.replace(eventId, "")]).problems).toEqual([
      expect.stringMatching(/^line 3: its event_id/),
    ]);
    expect(read([good, `${good},"`]).problems).toHaveLength(1);
    expect(parseCsvReports("").problems).toHaveLength(2);
  });

  test("makes no report of an event where the type of one line is unknown", () => {
    const good = `${eventId},EnergyUsage,a,,,01:00:00,2026-01-10T01:00:00Z,1`;
    const { given } = read([good, good.replace("EnergyUsage", "energy_usage"), good.replace(eventId, other)]);
    expect(given.map(({ report }) => report === null)).toEqual([true, false]);
  });
});
