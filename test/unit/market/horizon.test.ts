import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isStray,
  type PublishedHorizon,
  planHorizon,
  toAnsweredDays,
  toPublishedHorizon,
  wasPublished,
} from "../../../src/market/index.ts";
import { toDate } from "./day-arrays.ts";

const zone = "America/Los_Angeles";
/** 10:00 in Los Angeles on 2026-06-03. */
const nowMs = Date.parse("2026-06-03T17:00:00Z");

type Changes = Partial<Parameters<typeof planHorizon>[0]>;

function plan(changes: Changes = {}) {
  return planHorizon({
    region: "CAISO",
    apiVersion: "v2",
    nowMs,
    horizonDays: 3,
    rules: { defaultZone: zone, zones: {} },
    published: null,
    answeredDates: [],
    ...changes,
  });
}

function publishedOn(today: string, through: string): PublishedHorizon {
  return { zone, today, firstLookedAt: today, lastLookedAt: through, knownThrough: through };
}

function range(first: string, last: string) {
  return { first, last };
}

describe("the horizon of a v1 poll", () => {
  const poll = (published: PublishedHorizon | null, answeredDates: readonly string[] = []) =>
    plan({ apiVersion: "v1", isPoll: true, published, answeredDates }).range;

  test("ends with the last date that is published, whatever the meters answer", () => {
    const answered = ["2026-06-03", "2026-06-04", "2026-06-05"];
    expect(poll(publishedOn("2026-06-02", "2026-06-04"), answered)).toEqual(
      range("2026-06-03", "2026-06-04"),
    );
    expect(poll(publishedOn("2026-06-03", "2026-06-05"), answered)).toEqual(
      range("2026-06-03", "2026-06-05"),
    );
  });

  test("is none where all published dates have passed", () => {
    expect(poll(publishedOn("2026-05-30", "2026-06-01"), ["2026-06-03"])).toBeNull();
  });

  test("is that of a sweep for a region that was never published, and for v2", () => {
    expect(poll(null)).toEqual(range("2026-06-03", "2026-06-05"));
    const published = publishedOn("2026-06-02", "2026-06-04");
    expect(plan({ isPoll: true, published }).range).toEqual(range("2026-06-03", "2026-06-05"));
  });
});

describe("the horizon of v2", () => {
  test("is today and the next two, in the region's own zone", () => {
    expect(plan().range).toEqual(range("2026-06-03", "2026-06-05"));
    const late = Date.parse("2026-06-04T05:30:00Z");
    expect(plan({ nowMs: late }).range).toEqual(range("2026-06-03", "2026-06-05"));
    expect(plan({ nowMs: late, region: "NYISO" }).range).toEqual(range("2026-06-04", "2026-06-06"));
    expect(plan({ nowMs: late, region: "WECC_SW" }).range).toEqual(range("2026-06-03", "2026-06-05"));
  });

  test("is as long as configured, also over a change of the clocks", () => {
    expect(plan({ horizonDays: 1 }).range).toEqual(range("2026-06-03", "2026-06-03"));
    expect(plan({ nowMs: Date.parse("2026-10-31T06:59:00Z"), horizonDays: 5 }).range).toEqual(
      range("2026-10-30", "2026-11-03"),
    );
    expect(plan({ nowMs: Date.parse("2026-03-08T08:00:00Z") }).range).toEqual(
      range("2026-03-08", "2026-03-10"),
    );
  });

  test("begins today after a run of yesterday or of today", () => {
    const yesterday = publishedOn("2026-06-02", "2026-06-04");
    const today = publishedOn("2026-06-03", "2026-06-05");
    expect(plan({ published: yesterday }).range?.first).toBe("2026-06-03");
    expect(plan({ published: today }).range?.first).toBe("2026-06-03");
  });

  test("begins the day after the last today where days were without a run, a month too", () => {
    const threeDays = publishedOn("2026-05-30", "2026-06-01");
    const month = publishedOn("2026-05-03", "2026-05-05");
    expect(plan({ published: threeDays }).range).toEqual(range("2026-05-31", "2026-06-05"));
    expect(plan({ published: month }).range).toEqual(range("2026-05-04", "2026-06-05"));
  });

  test("begins today where the last today lies ahead, as after a change of the zone", () => {
    expect(plan({ published: publishedOn("2026-06-04", "2026-06-06") }).range?.first).toBe("2026-06-03");
  });
});

describe("the days a v1 answer speaks about (domain §4)", () => {
  const v1 = (answeredDates: readonly string[], changes: Changes = {}) =>
    plan({ apiVersion: "v1", answeredDates, ...changes });

  test.each([
    [
      "today to the day after tomorrow",
      ["2026-06-03", "2026-06-04", "2026-06-05"],
      "2026-06-03",
      "2026-06-05",
    ],
    ["no entry at all", [], "2026-06-03", "2026-06-05"],
    ["an entry of yesterday", ["2026-06-02", "2026-06-03", "2026-06-04"], "2026-06-03", "2026-06-04"],
    ["an entry of the day after the third", ["2026-06-04", "2026-06-06"], "2026-06-04", "2026-06-05"],
    [
      "one of yesterday and one of the day after the third",
      ["2026-06-02", "2026-06-06"],
      "2026-06-03",
      "2026-06-04",
    ],
    ["strays only", ["2026-06-01", "2026-06-07"], "2026-06-03", "2026-06-05"],
    ["a stray beside entries of today", ["2026-06-01", "2026-06-03"], "2026-06-03", "2026-06-05"],
  ])("with %s", (_, answered, first, last) => {
    expect(v1(answered).range).toEqual(range(first, last));
  });

  test("an entry of yesterday makes tomorrow outermost, one of the day after the third that day", () => {
    expect(v1(["2026-06-02"]).outermost).toBe("2026-06-04");
    expect(v1(["2026-06-06"]).outermost).toBe("2026-06-06");
    expect(v1([]).outermost).toBe("2026-06-05");
    expect(plan().outermost).toBeNull();
  });

  test("begin today after days without a run: v1 says nothing of the gap", () => {
    expect(v1([], { published: publishedOn("2026-05-03", "2026-05-05") }).range?.first).toBe("2026-06-03");
  });

  test("are looked at as far as the horizon reaches, not at all where they lie beyond it", () => {
    expect(v1([], { horizonDays: 2 }).range).toEqual(range("2026-06-03", "2026-06-04"));
    expect(v1(["2026-06-06"], { horizonDays: 1 }).range).toBeNull();
  });

  test("are not bound by horizons longer than three days, whichever days the answer speaks about", () => {
    for (const answered of [[], ["2026-06-02"], ["2026-06-06"]]) {
      expect(v1(answered, { horizonDays: 9 }).range).toEqual(v1(answered, { horizonDays: 3 }).range);
    }
    expect(v1(["2026-06-06"], { horizonDays: 5 }).range).toEqual(range("2026-06-04", "2026-06-05"));
  });

  test("follow the words of the domain for every set of entries", () => {
    const anyOffsets = fc.array(fc.integer({ min: -4, max: 6 }), { maxLength: 5 });
    fc.assert(
      fc.property(anyOffsets, (offsets) => {
        const counted = offsets.filter((offset) => offset >= -1 && offset <= 3);
        const lowest = Math.min(0, ...counted);
        const highest = Math.max(2, ...counted);
        const first = lowest < 0 ? lowest : highest > 2 ? highest - 2 : 0;
        const found = toAnsweredDays(
          toDate(20),
          offsets.map((offset) => toDate(20 + offset)),
        );
        expect(found).toEqual({ first: toDate(20 + first), last: toDate(20 + first + 2) });
      }),
      { numRuns: 300 },
    );
  });

  test("an entry more than one day outside them is a stray", () => {
    const strays = [-3, -2, -1, 0, 1, 2, 3, 4, 5].filter((offset) =>
      isStray(toDate(20), toDate(20 + offset)),
    );
    expect(strays).toEqual([-3, -2, 4, 5]);
  });
});

describe("what is published of a region", () => {
  test("is today, the last day looked at, and the last day that has a value of its own", () => {
    expect(toPublishedHorizon(plan())).toEqual(publishedOn("2026-06-03", "2026-06-05"));
    const longer = { ...publishedOn("2026-06-02", "2026-06-06"), knownThrough: "2026-06-08" };
    expect(toPublishedHorizon(plan({ published: longer }))).toEqual({
      zone,
      today: "2026-06-03",
      firstLookedAt: "2026-06-03",
      lastLookedAt: "2026-06-05",
      knownThrough: "2026-06-08",
    });
  });

  test("remembers that no date was looked at", () => {
    expect(toPublishedHorizon({ ...plan(), range: null }).firstLookedAt).toBeNull();
  });

  test("lay inside the horizon from its today through the last published day, else nowhere", () => {
    const published = publishedOn("2026-06-02", "2026-06-04");
    const dates = ["2026-06-01", "2026-06-02", "2026-06-04", "2026-06-05"];
    expect(dates.map((date) => wasPublished(published, date))).toEqual([false, true, true, false]);
    expect(dates.some((date) => wasPublished(null, date))).toBe(false);
  });
});
