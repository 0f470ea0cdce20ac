import { describe, expect, test } from "vitest";
import { meterV2, type Row } from "./meters.ts";
import { openPublishedWorld } from "./published-world.ts";

const losAngeles = "America/Los_Angeles";
/** 09:00 in Los Angeles in summer time. */
const morning = (date: string) => `${date}T16:00:00Z`;

/** Spans of one program, `group first-last` in September and October 2026. */
function meterOf(...spans: readonly (readonly [string, string, string | null])[]) {
  return meterV2(
    spans.map(
      ([group, first, last]): Row => [
        "CCA",
        group,
        `${first}T07:00:00Z`,
        last === null ? null : `${last}T07:00:00Z`,
      ],
    ),
  );
}

describe("v2 after days without a run", () => {
  test("three days: the gap is in the history with its true dates, one remap per net change", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    world.tell(morning("2026-10-05"), meterOf(["A", "2026-10-01", null]));
    // Published for 5, 6 and 7 October; the next run is on the 9th.
    const moved = meterOf(
      ["A", "2026-10-01", "2026-10-06"],
      ["B", "2026-10-07", "2026-10-08"],
      ["C", "2026-10-09", null],
    );
    const told = world.run({ at: morning("2026-10-09"), meters: [moved] }).get("m");
    expect(told?.remaps).toMatchObject([
      {
        effectiveFrom: "2026-10-07",
        effectiveTo: "2026-10-08",
        fromMarketGroupIds: ["A"],
        toMarketGroupIds: ["B"],
        basis: "revised",
        leadTimeHours: -57,
      },
      {
        effectiveFrom: "2026-10-09",
        effectiveTo: null,
        toMarketGroupIds: ["C"],
        basis: "announced",
        leadTimeHours: -9,
      },
    ]);
    expect(world.rows()).toEqual([
      "CCA: A 2026-10-05…2026-10-06",
      "CCA: B 2026-10-07…2026-10-08",
      "CCA: C 2026-10-09…",
    ]);
    expect(world.tell(morning("2026-10-09"), moved)).toEqual([]);
    expect(world.tell(morning("2026-10-10"), moved)).toEqual([]);
  });

  test("the day after the last today is the first looked at: that today keeps what was published", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    world.tell(morning("2026-10-05"), meterOf(["A", "2026-10-01", null]));
    expect(world.tell(morning("2026-10-09"), meterOf(["B", "2026-10-01", null]))).toEqual([
      "CCA: A → B, 2026-10-06…, moved revised",
    ]);
    expect(world.rows()).toEqual(["CCA: A 2026-10-05…2026-10-05", "CCA: B 2026-10-06…"]);
  });

  test("a month: the payload unchanged, the roll of the month is told with its true date", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    const rolling = meterOf(["A", "2026-09-01", "2026-09-30"], ["B", "2026-10-01", "2026-10-31"]);
    world.tell(morning("2026-09-10"), rolling);
    const told = world.run({ at: morning("2026-10-12"), meters: [rolling] }).get("m");
    // 00:00 on 1 October to 09:00 on 12 October: eleven days and nine hours.
    expect(told?.remaps).toMatchObject([
      {
        effectiveFrom: "2026-10-01",
        effectiveTo: null,
        basis: "announced",
        reason: null,
        leadTimeHours: -273,
      },
    ]);
    expect(world.rows()).toEqual(["CCA: A 2026-09-10…2026-09-30", "CCA: B 2026-10-01…"]);
  });

  test("a month in which a group came and went: each true date, and no more than the net changes", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    world.tell(morning("2026-09-10"), meterOf(["A", "2026-09-01", null]));
    const after = meterOf(
      ["A", "2026-09-01", "2026-09-19"],
      ["B", "2026-09-20", "2026-10-02"],
      ["A", "2026-10-03", null],
    );
    expect(world.tell(morning("2026-10-12"), after)).toEqual([
      "CCA: A → B, 2026-09-20…2026-10-02, moved announced",
    ]);
  });

  test("a month with a gap in the periods: unassigned in between only", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    const seasonal = meterOf(["A", "2026-09-01", "2026-09-15"], ["A", "2026-10-01", null]);
    world.tell(morning("2026-09-10"), seasonal);
    expect(world.tell(morning("2026-10-12"), seasonal)).toEqual([
      "CCA: A → none, 2026-09-16…2026-09-30, unassigned announced period_ended",
    ]);
  });

  test("a meter that is new after the gap begins in the gap too, with the days Leap gives it", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    const known = meterOf(["A", "2026-10-01", null]);
    world.tell(morning("2026-10-05"), known);
    const fresh = { ...meterOf(["B", "2026-10-01", null]), meterId: "new" };
    const told = world.run({ at: morning("2026-10-09"), meters: [known, fresh] });
    expect(told.get("m")?.remaps).toEqual([]);
    expect(told.get("new")?.remaps).toMatchObject([
      { effectiveFrom: "2026-10-06", effectiveTo: null, kind: "assigned", basis: "revised" },
    ]);
    expect(world.rows("new")).toEqual(["CCA: B 2026-10-06…"]);
  });
});

describe("a horizon of another length", () => {
  const days5 = { horizonDays: 5 };

  test("longer: the days that enter are announced", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    const meter = meterOf(["A", "2026-10-01", "2026-10-08"], ["B", "2026-10-09", null]);
    world.tell(morning("2026-10-05"), meter);
    expect(world.tell(morning("2026-10-05"), meter, days5)).toEqual([
      "CCA: A → B, 2026-10-09…, moved announced",
    ]);
  });

  test("shorter: what is published beyond it stays until it is looked at", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    world.tell(
      morning("2026-10-05"),
      meterOf(["A", "2026-10-01", "2026-10-08"], ["B", "2026-10-09", null]),
      days5,
    );
    // Now three days, 6 to 8 October; B on the 9th is no more, which nobody looks at yet.
    const all = meterOf(["A", "2026-10-01", null]);
    expect(world.tell(morning("2026-10-06"), all)).toEqual([]);
    expect(world.rows()).toEqual(["CCA: A 2026-10-05…2026-10-08", "CCA: B 2026-10-09…"]);
    expect(world.tell(morning("2026-10-07"), all)).toEqual(["CCA: B → A, 2026-10-09…, moved revised"]);
    expect(world.tell(morning("2026-10-08"), all)).toEqual([]);
  });

  test("shorter and longer again: nothing is told twice, nothing is lost", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    const meter = meterOf(
      ["A", "2026-10-01", "2026-10-08"],
      ["B", "2026-10-09", "2026-10-10"],
      ["C", "2026-10-11", null],
    );
    expect(world.tell(morning("2026-10-05"), meter, days5)).toHaveLength(2);
    expect(world.tell(morning("2026-10-06"), meter)).toEqual([]);
    expect(world.tell(morning("2026-10-07"), meter, days5)).toEqual([
      "CCA: B → C, 2026-10-11…, moved announced",
    ]);
    expect(world.rows()).toEqual([
      "CCA: A 2026-10-05…2026-10-08",
      "CCA: B 2026-10-09…2026-10-10",
      "CCA: C 2026-10-11…",
    ]);
  });

  test("shorter: a change inside it ends where the published values beyond it begin", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    world.tell(morning("2026-10-05"), meterOf(["A", "2026-10-01", null]), days5);
    expect(world.tell(morning("2026-10-06"), meterOf(["B", "2026-10-01", null]))).toEqual([
      "CCA: A → B, 2026-10-06…2026-10-08, moved revised",
    ]);
    expect(world.tell(morning("2026-10-07"), meterOf(["B", "2026-10-01", null]))).toEqual([
      "CCA: A → B, 2026-10-09…, moved revised",
    ]);
  });

  test("shorter: a meter that is new holds its last value, whatever other meters have beyond it", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    const known = meterOf(["A", "2026-10-01", null]);
    world.tell(morning("2026-10-05"), known, days5);
    const fresh = { ...meterOf(["B", "2026-10-01", null]), meterId: "new" };
    const told = world.run({ at: morning("2026-10-06"), meters: [known, fresh] });
    expect(told.get("new")?.remaps).toMatchObject([{ effectiveFrom: "2026-10-06", effectiveTo: null }]);
    expect(world.rows("new")).toEqual(["CCA: B 2026-10-06…"]);
    const later = world.run({ at: morning("2026-10-07"), meters: [known, fresh] });
    expect([...later.values()].flatMap(({ remaps }) => remaps)).toEqual([]);
  });

  test("shorter: the day after the horizon is named as the next boundary where it will change", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    world.tell(morning("2026-10-05"), meterOf(["A", "2026-10-01", null]), days5);
    const told = world
      .run({ at: morning("2026-10-06"), meters: [meterOf(["B", "2026-10-01", null])] })
      .get("m");
    expect(told?.plan.nextBoundary).toBe("2026-10-09");
  });
});
