import { describe, expect, test } from "vitest";
import {
  isListedWithoutGroup,
  toDocumentGroups,
  toNextBoundary,
  toParticipationAssignments,
  toPeriodAssignments,
  toSlidParticipation,
} from "../../../src/market/index.ts";
import type { DeliveryPeriod, Participation } from "../../../src/meter/index.ts";

const zone = "America/Los_Angeles";

function period(start: string, end: string | null, group: string | null, program = "CCA"): DeliveryPeriod {
  return {
    program,
    startMs: Date.parse(start),
    endMs: end === null ? null : Date.parse(end),
    marketGroupId: group,
    marketGroupName: null,
  };
}

describe("a v2 delivery period covers its local days from start to end, both inclusive (domain §3)", () => {
  test("October ends with the 31st: its end is the midnight its last day begins with", () => {
    const { functions, drift } = toPeriodAssignments(
      [period("2026-10-01T07:00:00Z", "2026-10-31T07:00:00Z", "g1")],
      zone,
    );
    expect(functions.get("CCA")).toEqual([{ from: "2026-10-01", to: "2026-10-31", groups: ["g1"] }]);
    expect(drift).toEqual([]);
  });

  test("a period that ends on a day before its first assigns nothing and is drift", () => {
    const { functions, drift } = toPeriodAssignments(
      [period("2026-10-10T07:00:00Z", "2026-10-08T07:00:00Z", "g1")],
      zone,
    );
    expect(functions.size).toBe(0);
    expect(drift).toEqual(["period_ends_before_start"]);
  });

  test("November begins before the clocks change and ends after it", () => {
    const rows = [period("2026-11-01T07:00:00Z", "2026-11-30T08:00:00Z", "g2")];
    expect(toPeriodAssignments(rows, zone).functions.get("CCA")).toEqual([
      { from: "2026-11-01", to: "2026-11-30", groups: ["g2"] },
    ]);
    const east = [period("2026-11-01T04:00:00Z", "2026-11-30T05:00:00Z", "g2")];
    expect(toPeriodAssignments(east, "America/New_York").functions.get("CCA")).toEqual([
      { from: "2026-11-01", to: "2026-11-30", groups: ["g2"] },
    ]);
  });

  test("a period of one day has the same start and end, on a day of 23 and of 25 hours too", () => {
    for (const day of ["2026-03-08T08:00:00Z", "2026-11-01T07:00:00Z"]) {
      const [span] = toPeriodAssignments([period(day, day, "g")], zone).functions.get("CCA") ?? [];
      expect(span).toEqual({ from: day.slice(0, 10), to: day.slice(0, 10), groups: ["g"] });
    }
  });

  test("without an end it never ends", () => {
    const { functions } = toPeriodAssignments([period("2026-10-01T07:00:00Z", null, "g1")], zone);
    expect(functions.get("CCA")).toEqual([{ from: "2026-10-01", to: null, groups: ["g1"] }]);
  });

  test("within three hours of a midnight it is that one, further off the day it falls on, as drift", () => {
    const near = toPeriodAssignments([period("2026-10-01T04:00:00Z", "2026-10-31T09:30:00Z", "g1")], zone);
    expect(near.functions.get("CCA")).toEqual([{ from: "2026-10-01", to: "2026-10-31", groups: ["g1"] }]);
    expect(near.drift).toEqual([]);
    const far = toPeriodAssignments([period("2026-10-01T00:00:00Z", "2026-10-31T23:00:00Z", "g1")], zone);
    expect(far.functions.get("CCA")).toEqual([{ from: "2026-09-30", to: "2026-10-31", groups: ["g1"] }]);
    expect(far.drift).toEqual(["period_not_at_midnight"]);
  });
});

describe("rows of one program", () => {
  const october = ["2026-10-01T07:00:00Z", "2026-10-31T07:00:00Z"] as const;
  const november = ["2026-11-01T07:00:00Z", "2026-11-30T08:00:00Z"] as const;

  test("that say the same collapse without drift", () => {
    const once = toPeriodAssignments([period(...october, "g1")], zone);
    expect(toPeriodAssignments([period(...october, "g1"), period(...october, "g1")], zone)).toEqual(once);
  });

  test("with two groups on one day keep both as a set, and are drift", () => {
    const rows = [period(...october, "g2"), period("2026-10-20T07:00:00Z", october[1], "g1")];
    const { functions, drift } = toPeriodAssignments(rows, zone);
    expect(functions.get("CCA")).toEqual([
      { from: "2026-10-01", to: "2026-10-19", groups: ["g2"] },
      { from: "2026-10-20", to: "2026-10-31", groups: ["g1", "g2"] },
    ]);
    expect(drift).toEqual(["several_groups_in_one_program"]);
  });

  test("with one group over two periods in a row are one assignment", () => {
    const { functions } = toPeriodAssignments([period(...november, "g"), period(...october, "g")], zone);
    expect(functions.get("CCA")).toEqual([{ from: "2026-10-01", to: "2026-11-30", groups: ["g"] }]);
  });

  test("in two programs assign each program by itself, and the same group in both is no drift", () => {
    const rows = [period(...october, "g"), period(...october, "h", "DSGS"), period(...november, "g", "DSGS")];
    const assignments = toPeriodAssignments(rows, zone);
    expect([...assignments.functions.keys()].sort()).toEqual(["CCA", "DSGS"]);
    expect(assignments.drift).toEqual([]);
    expect(toDocumentGroups(assignments, "CCA", "2026-10-15")).toEqual(["g"]);
    expect(toDocumentGroups(assignments, "any", "2026-10-15")).toEqual(["g", "h"]);
    expect(toDocumentGroups(assignments, "CCA", "2026-11-15")).toEqual([]);
    expect(toDocumentGroups(assignments, "TEST", "2026-10-15")).toEqual([]);
  });

  test("without a group assign nothing, and say for which days none is assigned yet", () => {
    const assignments = toPeriodAssignments([period(...october, "g"), period(...november, null)], zone);
    expect(assignments.functions.get("CCA")).toEqual([
      { from: "2026-10-01", to: "2026-10-31", groups: ["g"] },
    ]);
    const days = ["2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01"];
    expect(days.map((day) => isListedWithoutGroup(assignments, "CCA", day))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(isListedWithoutGroup(assignments, "any", "2026-11-15")).toBe(true);
    expect(isListedWithoutGroup(assignments, "DSGS", "2026-11-15")).toBe(false);
  });

  test("change next on the first day of the next period, or the day after the last", () => {
    const { functions } = toPeriodAssignments([period(...october, "g"), period(...november, "h")], zone);
    expect(toNextBoundary(functions.values(), "2026-10-31")).toBe("2026-11-01");
    expect(toNextBoundary(functions.values(), "2026-11-01")).toBe("2026-12-01");
    expect(toNextBoundary(functions.values(), "2026-12-01")).toBeNull();
  });
});

describe("v1 participation", () => {
  const base = "2026-06-02";
  const dated = (...entries: readonly (readonly [string, string])[]): Participation => ({
    kind: "dated",
    entries: entries.map(([instant, group]) => ({ tradeDateMs: Date.parse(instant), marketGroupId: group })),
  });
  const three = (...[a, b, c]: readonly [string, string, string]) =>
    dated(["2026-06-02T07:00:00Z", a], ["2026-06-03T07:00:00Z", b], ["2026-06-04T07:00:00Z", c]);
  const read = (participation: Participation, day = base) =>
    toParticipationAssignments(participation, zone, day).functions.get(null);

  test("is one assignment an entry, with program null", () => {
    expect(read(three("a", "a", "b"))).toEqual([
      { from: "2026-06-02", to: "2026-06-03", groups: ["a"] },
      { from: "2026-06-04", to: "2026-06-04", groups: ["b"] },
    ]);
  });

  test("is the local day of each instant on both days on which the clock changes", () => {
    const spring = dated(
      ["2026-03-07T08:00:00Z", "a"],
      ["2026-03-08T08:00:00Z", "b"],
      ["2026-03-09T07:00:00Z", "c"],
    );
    const autumn = dated(
      ["2026-10-31T07:00:00Z", "a"],
      ["2026-11-01T07:00:00Z", "b"],
      ["2026-11-02T08:00:00Z", "c"],
    );
    expect(read(spring)?.map(({ from }) => from)).toEqual(["2026-03-07", "2026-03-08", "2026-03-09"]);
    expect(read(autumn)?.map(({ from }) => from)).toEqual(["2026-10-31", "2026-11-01", "2026-11-02"]);
  });

  test("with two groups on one day keeps both as a set, and is drift", () => {
    const assignments = toParticipationAssignments(
      dated(["2026-06-02T07:00:00Z", "b"], ["2026-06-02T07:00:00Z", "a"]),
      zone,
      base,
    );
    expect(assignments.functions.get(null)).toEqual([{ from: base, to: base, groups: ["a", "b"] }]);
    expect(assignments.drift).toEqual(["several_groups_in_one_program"]);
  });

  test("further than three hours from a midnight is the day it falls on, as drift", () => {
    const { functions, drift } = toParticipationAssignments(dated(["2026-06-02T19:00:00Z", "a"]), zone, base);
    expect(functions.get(null)).toEqual([{ from: base, to: base, groups: ["a"] }]);
    expect(drift).toEqual(["trade_date_not_at_midnight"]);
  });

  test("slides where it is one value on three days in a row, and then reads the same", () => {
    const slid = toSlidParticipation(three("a", "a", "a"), zone, base);
    expect(slid).toEqual({ kind: "sliding", marketGroupIds: ["a"], offsetDays: 0 });
    expect(read(slid)).toEqual([{ from: "2026-06-02", to: "2026-06-04", groups: ["a"] }]);
    expect(read(slid, "2026-06-03")).toEqual([{ from: "2026-06-03", to: "2026-06-05", groups: ["a"] }]);
  });

  test("slides by what it lies off the sweep's own day", () => {
    const yesterday = toSlidParticipation(three("a", "a", "a"), zone, "2026-06-03");
    expect(yesterday).toEqual({ kind: "sliding", marketGroupIds: ["a"], offsetDays: -1 });
    expect(read(yesterday, "2026-06-03")).toEqual([{ from: "2026-06-02", to: "2026-06-04", groups: ["a"] }]);
  });

  test("slides as nothing at all where it is empty", () => {
    const slid = toSlidParticipation(dated(), zone, base);
    expect(slid).toEqual({ kind: "sliding", marketGroupIds: [], offsetDays: 0 });
    expect(read(slid)).toEqual([]);
  });

  test("does not slide where a day is missing, differs, lies apart or is a fourth", () => {
    const short = dated(["2026-06-02T07:00:00Z", "a"], ["2026-06-03T07:00:00Z", "a"]);
    const apart = dated(
      ["2026-06-02T07:00:00Z", "a"],
      ["2026-06-03T07:00:00Z", "a"],
      ["2026-06-05T07:00:00Z", "a"],
    );
    const four = dated(
      ["2026-06-02T07:00:00Z", "a"],
      ["2026-06-03T07:00:00Z", "a"],
      ["2026-06-04T07:00:00Z", "a"],
      ["2026-06-05T07:00:00Z", "a"],
    );
    for (const participation of [short, apart, four, three("a", "a", "b")]) {
      expect(toSlidParticipation(participation, zone, base)).toBe(participation);
    }
  });
});
