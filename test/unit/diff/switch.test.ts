import { describe, expect, test } from "vitest";
import type { Meter } from "../../../src/meter/index.ts";
import { meterV2, type Row, threeDays } from "./meters.ts";
import { openPublishedWorld } from "./published-world.ts";

const losAngeles = "America/Los_Angeles";
const morning = (date: string) => `${date}T16:00:00Z`;
const always = (program: string, group: string): Row => [program, group, "2026-05-01T07:00:00Z", null];

function open() {
  return openPublishedWorld("CAISO", losAngeles);
}

describe("a switch from v1 to v2", () => {
  test("with the same set of groups tells nothing, nor does the run after it", () => {
    const world = open();
    world.tell(morning("2026-06-01"), threeDays("2026-06-01", "AAA"));
    const meter = meterV2([always("CCA", "A")]);
    expect(world.tell(morning("2026-06-02"), meter)).toEqual([]);
    expect(world.tell(morning("2026-06-02"), meter)).toEqual([]);
    expect(world.tell(morning("2026-06-03"), meter)).toEqual([]);
    expect(world.tell(morning("2026-06-04"), meter)).toEqual([]);
    expect(world.rows()).toEqual(["-: A 2026-06-01…2026-06-01", "CCA: A 2026-06-02…"]);
  });

  test("with the same group in two programs tells nothing", () => {
    const world = open();
    world.tell(morning("2026-06-01"), threeDays("2026-06-01", "AAA"));
    const meter = meterV2([always("CCA", "A"), always("DSGS", "A")]);
    expect(world.tell(morning("2026-06-02"), meter)).toEqual([]);
    expect(world.tell(morning("2026-06-03"), meter)).toEqual([]);
  });

  test("a real move has program null and the sets over all programs", () => {
    const world = open();
    world.tell(morning("2026-06-01"), threeDays("2026-06-01", "AAA"));
    const meter = meterV2([always("CCA", "A"), always("DSGS", "B")]);
    expect(world.tell(morning("2026-06-02"), meter)).toEqual(["-: A → A+B, 2026-06-02…, moved revised"]);
    expect(world.tell(morning("2026-06-03"), meter)).toEqual([]);
  });

  test("a group that ended is withdrawn where its day had been published", () => {
    const world = open();
    world.tell(morning("2026-06-01"), threeDays("2026-06-01", "AAA"));
    expect(world.tell(morning("2026-06-02"), meterV2([]))).toEqual([
      "-: A → none, 2026-06-02…, unassigned revised withdrawn",
    ]);
  });

  test("a real move of the day after is told in its program again", () => {
    const world = open();
    world.tell(morning("2026-06-01"), threeDays("2026-06-01", "AAA"));
    world.tell(morning("2026-06-02"), meterV2([always("CCA", "A")]));
    expect(world.tell(morning("2026-06-03"), meterV2([always("CCA", "B")]))).toEqual([
      "CCA: A → B, 2026-06-03…, moved revised",
    ]);
  });

  test("a meter that comes only with the second v2 run is compared without its spelling too", () => {
    const world = open();
    const other = { meterId: "other" };
    world.run({
      at: morning("2026-06-01"),
      meters: [threeDays("2026-06-01", "AAA"), threeDays("2026-06-01", "AAA", other)],
    });
    world.run({ at: morning("2026-06-02"), meters: [meterV2([always("CCA", "A")])] });
    const told = world.run({ at: morning("2026-06-03"), meters: [meterV2([always("CCA", "A")], other)] });
    expect(told.get("other")).toMatchObject({ remaps: [], others: [] });
  });

  test("after days without a run begins the day after the last today, with program null", () => {
    const world = open();
    world.tell(morning("2026-06-01"), threeDays("2026-06-01", "AAA"));
    const meter = meterV2([
      ["CCA", "A", "2026-05-01T07:00:00Z", "2026-06-05T07:00:00Z"],
      ["CCA", "B", "2026-06-06T07:00:00Z", null],
    ]);
    expect(world.tell(morning("2026-06-08"), meter)).toEqual(["-: A → B, 2026-06-06…, moved announced"]);
    expect(world.tell(morning("2026-06-09"), meter)).toEqual([]);
  });
});

describe("a switch from v2 to v1", () => {
  test("with the same set of groups tells nothing, nor does the run after it", () => {
    const world = open();
    world.tell(morning("2026-06-01"), meterV2([always("CCA", "A")]));
    expect(world.tell(morning("2026-06-02"), threeDays("2026-06-02", "AAA"))).toEqual([]);
    expect(world.tell(morning("2026-06-03"), threeDays("2026-06-03", "AAA"))).toEqual([]);
    expect(world.tell(morning("2026-06-04"), threeDays("2026-06-04", "AAA"))).toEqual([]);
  });

  test("from two programs in one group to one entry tells nothing", () => {
    const world = open();
    world.tell(morning("2026-06-01"), meterV2([always("CCA", "A"), always("DSGS", "A")]));
    expect(world.tell(morning("2026-06-02"), threeDays("2026-06-02", "AAA"))).toEqual([]);
  });

  test("a real move has program null and the sets over all programs", () => {
    const world = open();
    world.tell(morning("2026-06-01"), meterV2([always("CCA", "A"), always("DSGS", "B")]));
    expect(world.tell(morning("2026-06-02"), threeDays("2026-06-02", "AAA"))).toEqual([
      "-: A+B → A, 2026-06-02…, moved revised",
    ]);
  });

  test("dates published beyond v1's days keep their value until a run looks at them", () => {
    const world = open();
    const rolling = meterV2([
      ["CCA", "A", "2026-05-01T07:00:00Z", "2026-06-04T07:00:00Z"],
      ["CCA", "B", "2026-06-05T07:00:00Z", null],
    ]);
    world.tell(morning("2026-06-01"), rolling, { horizonDays: 5 });
    expect(world.tell(morning("2026-06-02"), threeDays("2026-06-02", "AAA"), { horizonDays: 5 })).toEqual([]);
    expect(world.rows().filter((line) => line.includes("B"))).toEqual(["CCA: B 2026-06-05…"]);
    expect(world.tell(morning("2026-06-03"), threeDays("2026-06-03", "AAB"), { horizonDays: 5 })).toEqual([]);
    expect(world.tell(morning("2026-06-04"), threeDays("2026-06-04", "ABB"), { horizonDays: 5 })).toEqual([]);
    expect(world.rows().filter((line) => line.includes("B"))).toEqual(["-: B 2026-06-05…"]);
  });

  test("a date beyond v1's days that v1 then contradicts is told once, over all programs", () => {
    const world = open();
    world.tell(morning("2026-06-01"), meterV2([always("CCA", "A")]), { horizonDays: 5 });
    expect(world.tell(morning("2026-06-02"), threeDays("2026-06-02", "AAA"))).toEqual([]);
    expect(world.tell(morning("2026-06-03"), threeDays("2026-06-03", "AAC"))).toEqual([
      "-: A → C, 2026-06-05…, moved revised",
    ]);
  });

  test("and back again with the same groups tells nothing on any of the days", () => {
    const world = open();
    const told = [
      world.tell(morning("2026-06-01"), meterV2([always("CCA", "A")])),
      world.tell(morning("2026-06-02"), threeDays("2026-06-02", "AAA")),
      world.tell(morning("2026-06-03"), meterV2([always("CCA", "A")])),
      world.tell(morning("2026-06-04"), meterV2([always("CCA", "A")])),
      world.tell(morning("2026-06-05"), threeDays("2026-06-05", "AAA")),
    ];
    expect(told.slice(1)).toEqual([[], [], [], []]);
  });
});

describe("across a switch nothing else compares spelling", () => {
  const action = {
    party: "partner",
    program: "CCA",
    deliveryPeriod: "JUN",
    type: "ADDRESS",
    code: "X",
    deadlineMs: null,
    description: null,
  } as const;
  const spoken: Partial<Meter> = {
    preferences: [{ preference: "PARTICIPATE", startMs: 0, endMs: null }],
    requiredActions: [action],
    actionRequired: true,
    programStatuses: [{ program: "CCA", deliveryPeriod: "JUN", statuses: ["ACTIVE"] }],
  };
  const plain: Partial<Meter> = {
    preferences: [{ preference: "Participate", startMs: null, endMs: null }],
    requiredActions: [{ ...action, party: null, program: null, deliveryPeriod: null, type: null }],
  };

  test("statuses, actions and preferences tell nothing in either direction", () => {
    const world = open();
    const v1 = (date: string) => threeDays(date, "AAA", plain);
    const v2 = meterV2([always("CCA", "A")], spoken);
    world.run({ at: morning("2026-06-01"), meters: [v1("2026-06-01")] });
    const there = world.run({ at: morning("2026-06-02"), meters: [v2] }).get("m");
    const back = world.run({ at: morning("2026-06-03"), meters: [v1("2026-06-03")] }).get("m");
    expect([there?.plan.changes, back?.plan.changes]).toEqual([[], []]);
  });

  test("the partner reference is the same word in both, and its change is told", () => {
    const world = open();
    world.run({ at: morning("2026-06-01"), meters: [threeDays("2026-06-01", "AAA")] });
    const renamed = meterV2([always("CCA", "A")], { partnerReference: "DOCK 2" });
    const told = world.run({ at: morning("2026-06-02"), meters: [renamed] }).get("m");
    expect(told?.others).toEqual([
      { type: "meter.partner-reference.updated", before: "WAREHOUSE 7", after: "DOCK 2" },
    ]);
  });
});
