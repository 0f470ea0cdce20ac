import { describe, expect, test } from "vitest";
import { checkReport, type VolueEvent } from "../../../src/volue/index.ts";
import {
  limit,
  locationUsage,
  meterPoints,
  oslo,
  priceCurve,
  reportOf,
  toPoints,
  usage,
} from "./volue-documents.ts";

const asked = { allowsGaps: false, isLateFine: false, allowsNegative: false };

function check(payload: unknown, event: VolueEvent, now: string, options = asked) {
  const { problems, notes } = checkReport(reportOf(payload), event, Date.parse(now), options);
  const toText = ({ path, message }: { path: string; message: string }) => `${path}: ${message}`;
  return { problems: problems.map(toText), notes: notes.map(toText) };
}

describe("the days on which the clocks of Oslo change", () => {
  test.each([
    ["23 hours in spring", oslo.spring, 23, "2026-03-30T06:00:00Z"],
    ["25 hours in autumn", oslo.autumn, 25, "2026-10-26T06:00:00Z"],
    ["24 hours on any other day", oslo.winter, 24, "2026-01-11T06:00:00Z"],
  ])("%s are a whole day", (_, day, count, now) => {
    expect(day).toHaveLength(count);
    expect(check(usage(day), priceCurve(day), now).problems).toEqual([]);
    const inUtc = day.map((timestamp) => new Date(timestamp).toISOString());
    expect(check(usage(inUtc), priceCurve(day), now).problems).toEqual([]);
    expect(check(usage(day), priceCurve(inUtc), now).problems).toEqual([]);
  });

  test("24 hours by the clock are one too few in autumn", () => {
    const day = oslo.autumn.filter((timestamp) => timestamp !== "2026-10-25T02:00:00+01:00");
    expect(check(usage(day), priceCurve(oslo.autumn), "2026-10-26T06:00:00Z").problems).toEqual([
      "payloads[0].points: 1 of 25 are missing: 2026-10-25T01:00:00Z; --allow-gaps sends it all the same",
    ]);
  });

  test("24 hours by the clock are one instant twice in spring", () => {
    const day = [...oslo.spring.slice(0, 2), "2026-03-29T02:00:00+01:00", ...oslo.spring.slice(2)];
    expect(check(usage(day), priceCurve(oslo.spring), "2026-03-30T06:00:00Z").problems).toEqual([
      expect.stringMatching(
        /^payloads\[0\]\.points\[3\]\.timestamp: .*03:00:00\+02:00 is the same instant as .*02:00/,
      ),
    ]);
  });

  test("24 hours of one offset are an hour of the next day in spring, which Volue ignores", () => {
    const day = Array.from(
      { length: 24 },
      (_, hour) => `2026-03-29T${String(hour).padStart(2, "0")}:00:00+01:00`,
    );
    const { problems, notes } = check(usage(day), priceCurve(oslo.spring), "2026-03-30T06:00:00Z");
    expect(problems).toEqual([]);
    expect(notes[0]).toMatch(/^payloads\[0\]\.points: 2026-03-29T22:00:00Z: not asked for by the event/);
  });
});

describe("the hours of an event", () => {
  const day = oslo.winter;
  const now = "2026-01-11T06:00:00Z";

  test("are asked for one by one, and gaps pass only where that is wanted", () => {
    const some = [day[3], day[4]] as string[];
    const gaps = { ...asked, allowsGaps: true };
    expect(check(usage(some), priceCurve(day), now).problems).toHaveLength(1);
    const { problems, notes } = check(usage(some), priceCurve(day), now, gaps);
    expect(problems).toEqual([]);
    expect(notes.join()).toContain("22 of 24 are missing");
    const other = ["2026-01-12T00:00:00+01:00"];
    expect(check(usage(other), priceCurve(day), "2026-01-13T00:00:00Z", gaps).problems).toEqual([
      expect.stringContaining("no point is within the event"),
    ]);
  });

  test("are those the event has, with a gap of its own where it has one", () => {
    const two = ["2026-01-10T17:00:00+01:00", "2026-01-10T20:00:00+01:00"];
    expect(check(usage(two), priceCurve(two), now).problems).toEqual([]);
    const more = [...two, "2026-01-10T18:00:00+01:00"];
    expect(check(usage(more), priceCurve(two), now).problems).toEqual([]);
  });

  test("are met exactly, each once, in whatever order", () => {
    expect(check(usage(day.toReversed()), priceCurve(day), now).problems).toEqual([]);
    const off = day.with(5, "2026-01-10T05:30:00+01:00");
    expect(check(usage(off), priceCurve(day), now).problems).toEqual([
      expect.stringMatching(/points\[5\]\.timestamp: 2026-01-10T05:30:00\+01:00 is between/),
      expect.stringContaining("1 of 24 are missing: 2026-01-10T04:00:00Z"),
    ]);
  });

  test("must be over: use is not reported ahead", () => {
    const last = "2026-01-10T23:00:00Z";
    expect(check(usage(day), priceCurve(day), last).problems).toEqual([]);
    expect(check(usage(day), priceCurve(day), "2026-01-10T22:59:59Z").problems).toEqual([
      "payloads[0].points: 2026-01-10T22:00:00Z: not over yet, and use is reported afterwards",
    ]);
  });

  test("have the event's resolution; locations are told by the hour, whichever it is", () => {
    const quarters = ["00", "15", "30", "45"].map((minute) => `2026-01-10T17:${minute}:00+01:00`);
    const event = limit("LocationLPC", [...quarters, "2026-01-10T18:00:00+01:00"], "00:15:00");
    const whole = ["2026-01-10T17:00:00+01:00", "2026-01-10T18:00:00+01:00"];
    expect(check(locationUsage(whole), event, now).problems).toEqual([]);
    expect(check(locationUsage(whole.slice(0, 1)), event, now).problems).toEqual([
      expect.stringContaining("1 of 2 are missing: 2026-01-10T17:00:00Z"),
    ]);
    expect(check(locationUsage(quarters, { resolution: "00:15:00" }), event, now).problems).toEqual([
      expect.stringMatching(
        /^payloads\[0\]\.resolution: is 00:15:00, where 01:00:00 is asked for: Volue takes/,
      ),
    ]);
    expect(check(usage(day, { resolution: "00:30:00" }), priceCurve(day), now).problems).toEqual([
      "payloads[0].resolution: is 00:30:00, where 01:00:00 is asked for by the event",
    ]);
    const long = limit("LocationLPC", ["2026-01-10T17:00:00+01:00"], "02:00:00");
    expect(check(locationUsage(whole), long, now).problems).toEqual([]);
  });

  test("bear no negative use; a plan's flexibility has two directions", () => {
    const event = limit("LocationLPC", day);
    const plan = (baseline: number, flexibility: number) => ({
      payloadType: "LocationEnergyUsagePlan",
      locationId: "loc-1",
      meterPointId: meterPoints[0],
      resolution: "01:00:00",
      baseline: toPoints(day, baseline),
      flexibility: toPoints(day, flexibility),
    });
    expect(check(plan(1, -1), event, "2026-01-09T06:00:00Z").problems).toEqual([]);
    expect(check(plan(-1, 1), event, "2026-01-09T06:00:00Z").problems[0]).toMatch(
      /baseline\[0\]\.kiloWattHours/,
    );
    expect(check(usage(day, { points: toPoints(day, -0.1) }), priceCurve(day), now).problems).toHaveLength(
      24,
    );
    const fedIn = usage(day, { points: toPoints(day, -0.1) });
    const allowed = check(fedIn, priceCurve(day), now, { ...asked, allowsNegative: true });
    expect(allowed.problems).toEqual([]);
    expect(allowed.notes).toContainEqual("payloads[0].points: 24 of 24 are less than 0");
    const part = { ...plan(1, 1), flexibility: toPoints(day.slice(1)) };
    expect(check(part, event, "2026-01-09T06:00:00Z").problems).toEqual([
      expect.stringMatching(/^payloads\[0\]\.flexibility: 1 of 24 are missing/),
    ]);
  });
});

describe("the time for a report", () => {
  const day = oslo.winter;
  const late = { ...asked, isLateFine: true };

  test.each([
    ["NO1", "2026-01-31T22:59:59Z", "2026-01-31T23:00:00Z"],
    ["FI", "2026-01-31T21:59:59Z", "2026-01-31T22:00:00Z"],
    ["SE4", "2026-01-31T22:59:59Z", "2026-01-31T23:00:00Z"],
  ])("ends with the month, by the clock of %s", (priceArea, before, after) => {
    const event = priceCurve(day, { priceArea });
    expect(check(usage(day), event, before).problems).toEqual([]);
    expect(check(usage(day), event, after).problems).toEqual([
      expect.stringMatching(/^eventId: the month of the event ended at .*; --late sends it all the same$/),
    ]);
    expect(check(usage(day), event, after, late).problems).toEqual([]);
  });

  test("is that month in which the event's last hour lies, to its last second", () => {
    const last = ["2026-03-31T23:00:00+02:00"];
    const past = "2026-03-31T22:00:00Z";
    expect(check(usage(last), priceCurve(last), past).problems).toEqual([
      expect.stringContaining("the month of the event ended at 2026-03-31T22:00:00.000Z"),
    ]);
    const next = ["2026-03-31T23:00:00+02:00", "2026-04-01T00:00:00+02:00"];
    expect(check(usage(next), priceCurve(next), "2026-04-30T21:59:59Z").problems).toEqual([]);
    const december = ["2026-12-31T22:00:00+01:00"];
    expect(check(usage(december), priceCurve(december), "2026-12-31T22:59:00Z").problems).toEqual([]);
    expect(check(usage(december), priceCurve(december), "2027-01-01T00:00:00Z").problems).toHaveLength(1);
  });

  test("is the day of the event or the next one, and later there is a note", () => {
    const noted = (now: string) =>
      check(usage(day), priceCurve(day), now).notes.some((note) => note.includes("the next one"));
    expect(noted("2026-01-11T22:59:59Z")).toBe(false);
    expect(noted("2026-01-11T23:00:00Z")).toBe(true);
  });

  test("of an acknowledgement ends with the event", () => {
    const event = limit("LocationLPC", day);
    const targets = meterPoints.map((meterPointId, index) => ({
      locationId: `loc-${index + 1}`,
      meterPointId,
    }));
    const payload = { payloadType: "LocationLPCAcknowledgement", acknowledgedTargets: targets };
    expect(check(payload, event, "2026-01-10T22:59:59Z").problems).toEqual([]);
    expect(check(payload, event, "2026-01-10T23:00:00Z").problems).toEqual([
      expect.stringContaining("it is acknowledged before"),
    ]);
    expect(check(payload, event, "2026-01-10T23:00:00Z", late).problems).toEqual([]);
  });

  test("cannot be judged where the event's times cannot be read, and that is said", () => {
    const local = day.map((timestamp) => timestamp.slice(0, 19));
    for (const times of [local, [...day.slice(0, 23), local[23] ?? ""]]) {
      const { problems, notes } = check(usage(day), priceCurve(times), "2026-05-11T06:00:00Z");
      expect(problems).toEqual([]);
      expect(notes[0]).toContain("the event's time cannot be read");
    }
  });
});
