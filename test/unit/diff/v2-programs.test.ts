import { describe, expect, test } from "vitest";
import { at, ccaNovember, ccaOctober, october, openCaiso, row } from "./caiso.ts";
import { meterV2 } from "./meters.ts";
import { openPublishedWorld } from "./published-world.ts";

describe("several programs and groups at once", () => {
  test("each program is told by itself", () => {
    const world = openCaiso();
    const meter = meterV2([
      ccaOctober,
      ccaNovember,
      row("DSGS", "D1", october),
      row("ELRP", "E1", [october[0], null]),
    ]);
    expect(world.tell(at.oct29, meter)).toEqual([
      "CCA: none → G1, 2026-10-29…, assigned announced",
      "DSGS: none → D1, 2026-10-29…, assigned announced",
      "ELRP: none → E1, 2026-10-29…, assigned announced",
    ]);
    expect(world.tell(at.oct30, meter)).toEqual([
      "CCA: G1 → G2, 2026-11-01…, moved announced",
      "DSGS: D1 → none, 2026-11-01…, unassigned announced period_ended",
    ]);
  });

  test("a meter that leaves one of two programs in the same group is remapped in that program", () => {
    const world = openCaiso();
    world.tell(at.oct28, meterV2([ccaOctober, row("DSGS", "G1", october)]));
    expect(world.tell(at.oct29, meterV2([ccaOctober]))).toEqual([
      "DSGS: G1 → none, 2026-10-29…, unassigned revised withdrawn",
    ]);
  });

  test("duplicate rows are one, and come and go without a word", () => {
    const world = openCaiso();
    expect(world.tell(at.oct28, meterV2([ccaOctober, ccaOctober]))).toEqual([
      "CCA: none → G1, 2026-10-28…, assigned announced",
    ]);
    expect(world.tell(at.oct29, meterV2([ccaOctober]))).toEqual([]);
  });

  test("two groups for one program on one day are a set, and drift; one of them leaving is a move", () => {
    const world = openCaiso();
    const both = meterV2([ccaOctober, row("CCA", "G0", october)]);
    const told = world.run({ at: at.oct28, meters: [both] }).get("m");
    expect(told?.remaps[0]).toMatchObject({ kind: "assigned", toMarketGroupIds: ["G0", "G1"] });
    expect(told?.plan.drift).toEqual(["several_groups_in_one_program"]);
    expect(world.tell(at.oct29, meterV2([ccaOctober]))).toEqual([
      "CCA: G0+G1 → G1, 2026-10-29…, moved revised",
    ]);
  });

  test("a program without a name is `unknown`, one program like any other", () => {
    const world = openCaiso();
    expect(world.tell(at.oct28, meterV2([row("unknown", "G1", october), ccaOctober]))).toEqual([
      "CCA: none → G1, 2026-10-28…, assigned announced",
      "unknown: none → G1, 2026-10-28…, assigned announced",
    ]);
  });
});

describe("status and group do not imply each other", () => {
  const status = (word: string) => ({
    enrollmentStatus: word,
    dispatchable: word === "ACTIVE",
    programStatuses: [{ program: "CCA", deliveryPeriod: "OCT", statuses: [word] }],
  });

  test("an ELIGIBLE row with a group assigns it", () => {
    const world = openCaiso();
    expect(world.tell(at.oct28, meterV2([ccaOctober], status("ELIGIBLE")))).toHaveLength(1);
    expect(world.rows()).toEqual(["CCA: G1 2026-10-28…"]);
  });

  test("an ACTIVE row without a group assigns nothing", () => {
    const world = openCaiso();
    expect(world.tell(at.oct28, meterV2([row("CCA", null, october)], status("ACTIVE")))).toEqual([]);
    expect(world.rows()).toEqual([]);
  });

  test("an archived meter keeps the assignments Leap still reports", () => {
    const world = openCaiso();
    world.tell(at.oct28, meterV2([ccaOctober]));
    const told = world.run({ at: at.oct29, meters: [meterV2([ccaOctober], { isArchived: true })] }).get("m");
    expect(told?.remaps).toEqual([]);
    expect(told?.others).toEqual([{ type: "meter.archived" }]);
  });

  test("periods that are no midnights are drift, and assign the days they fall on", () => {
    const world = openCaiso();
    const odd = meterV2([["CCA", "G1", "2026-10-01T19:00:00Z", "2026-10-29T20:00:00Z"]]);
    const told = world.run({ at: at.oct28, meters: [odd] }).get("m");
    expect(told?.plan.drift).toEqual(["period_not_at_midnight"]);
    expect(world.rows()).toEqual(["CCA: G1 2026-10-28…2026-10-29"]);
  });
});

describe("v2 over a change of the clocks", () => {
  test.each([
    ["America/Los_Angeles", "2026-10-31T07:00:00Z", "2026-11-01T07:00:00Z", "2026-11-01T07:00:00Z", 38],
    ["America/New_York", "2026-10-31T04:00:00Z", "2026-11-01T04:00:00Z", "2026-11-01T04:00:00Z", 35],
    ["America/Phoenix", "2026-10-31T07:00:00Z", "2026-11-01T07:00:00Z", "2026-11-01T07:00:00Z", 38],
  ])("in %s one day on the 25-hour 1 November is that day alone", (zone, october31, start, end, lead) => {
    const world = openPublishedWorld("X", zone);
    const meter = meterV2([
      ["CCA", "A", "2026-10-01T07:00:00Z", october31],
      ["CCA", "B", start, end],
    ]);
    world.tell("2026-10-29T17:00:00Z", meter);
    const told = world.run({ at: "2026-10-30T17:00:00Z", meters: [meter] }).get("m");
    expect(told?.remaps).toMatchObject([
      { effectiveFrom: "2026-11-01", effectiveTo: null, toMarketGroupIds: ["B"], leadTimeHours: lead },
    ]);
    expect(world.tell("2026-10-31T17:00:00Z", meter)).toEqual([
      "CCA: B → none, 2026-11-02…, unassigned announced period_ended",
    ]);
  });

  test.each([
    ["America/Los_Angeles", "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z"],
    ["America/New_York", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"],
    ["America/Phoenix", "2026-03-08T07:00:00Z", "2026-03-09T07:00:00Z"],
  ])("in %s the 23-hour 8 March is followed by the 9th", (zone, march8, march9) => {
    const world = openPublishedWorld("X", zone);
    const meter = meterV2([
      ["CCA", "A", "2026-01-01T07:00:00Z", march8],
      ["CCA", "B", march9, null],
    ]);
    expect(world.tell("2026-03-07T18:00:00Z", meter)).toEqual([
      "CCA: none → A, 2026-03-07…2026-03-08, assigned announced",
      "CCA: none → B, 2026-03-09…, assigned announced",
    ]);
  });
});
