import { describe, expect, test } from "vitest";
import { meterV1, threeDays } from "./meters.ts";
import { openPublishedWorld } from "./published-world.ts";

const losAngeles = "America/Los_Angeles";
/** 09:00 in Los Angeles. */
const first = "2026-06-01T16:00:00Z";
const second = "2026-06-02T16:00:00Z";
const third = "2026-06-03T16:00:00Z";

/** A world in which `[A,A,A]` was published on 1 June for 1 to 3 June. */
function openWithThreeDays() {
  const world = openPublishedWorld("CAISO", losAngeles);
  expect(world.tell(first, threeDays("2026-06-01", "AAA"))).toEqual([
    "-: none → A, 2026-06-01…, assigned announced",
  ]);
  return world;
}

describe("v1 `[A,A,A]` was published yesterday, and today's answer", () => {
  test("is the same shifted by a day: no remap, today and tomorrow (I4)", () => {
    const world = openWithThreeDays();
    expect(world.tell(second, threeDays("2026-06-02", "AAA"))).toEqual([]);
    expect(world.tell(third, threeDays("2026-06-03", "AAA"))).toEqual([]);
    expect(world.rows()).toEqual(["-: A 2026-06-01…"]);
  });

  test("ends with a new last day B: one announced remap effective that day, told once", () => {
    const world = openWithThreeDays();
    expect(world.tell(second, threeDays("2026-06-02", "AAB"))).toEqual([
      "-: A → B, 2026-06-04…, moved announced",
    ]);
    expect(world.tell(second, threeDays("2026-06-02", "AAB"))).toEqual([]);
    expect(world.tell(third, threeDays("2026-06-03", "ABB"))).toEqual([]);
  });

  test("has B tomorrow and after: one revised remap", () => {
    const world = openWithThreeDays();
    expect(world.tell(second, threeDays("2026-06-02", "ABB"))).toEqual([
      "-: A → B, 2026-06-03…, moved revised",
    ]);
  });

  test("has B today and after: revised, with a negative lead time after midnight", () => {
    const world = openWithThreeDays();
    const told = world.run({ at: second, meters: [threeDays("2026-06-02", "BBB")] }).get("m");
    expect(told?.remaps).toEqual([
      {
        type: "meter.group.remapped",
        program: null,
        kind: "moved",
        basis: "revised",
        reason: null,
        fromMarketGroupIds: ["A"],
        toMarketGroupIds: ["B"],
        effectiveFrom: "2026-06-02",
        effectiveTo: null,
        leadTimeHours: -9,
      },
    ]);
  });

  test("has B today only: one revised remap that ends today", () => {
    const world = openWithThreeDays();
    expect(world.tell(second, threeDays("2026-06-02", "BAA"))).toEqual([
      "-: A → B, 2026-06-02…2026-06-02, moved revised",
    ]);
  });

  test("lacks the outermost day: `not_assigned_yet`, announced, and assigned when it comes", () => {
    const world = openWithThreeDays();
    expect(world.tell(second, threeDays("2026-06-02", "AA-"))).toEqual([
      "-: A → none, 2026-06-04…, unassigned announced not_assigned_yet",
    ]);
    expect(world.tell(third, threeDays("2026-06-03", "ABB"))).toEqual([
      "-: none → B, 2026-06-04…, assigned revised",
    ]);
  });

  test("lacks tomorrow, which had been published: `withdrawn`, revised", () => {
    const world = openWithThreeDays();
    expect(world.tell(second, threeDays("2026-06-02", "A--"))).toEqual([
      "-: A → none, 2026-06-03…, unassigned revised withdrawn",
    ]);
  });

  test("has B on the day in the middle, A around it: one remap with its `effective_to`", () => {
    const world = openWithThreeDays();
    expect(world.tell(second, threeDays("2026-06-02", "ABA"))).toEqual([
      "-: A → B, 2026-06-03…2026-06-03, moved revised",
    ]);
    expect(world.rows()).toEqual([
      "-: A 2026-06-01…2026-06-02",
      "-: B 2026-06-03…2026-06-03",
      "-: A 2026-06-04…",
    ]);
  });

  test("is empty: one remap from today on, withdrawn", () => {
    const world = openWithThreeDays();
    expect(world.tell(second, threeDays("2026-06-02", "---"))).toEqual([
      "-: A → none, 2026-06-02…, unassigned revised withdrawn",
    ]);
  });

  test("moves by one place what it says: nothing is told of days that keep their groups", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    world.tell(first, threeDays("2026-06-01", "ABC"));
    expect(world.tell(second, threeDays("2026-06-02", "BCC"))).toEqual([]);
    expect(world.tell(third, threeDays("2026-06-03", "CCA"))).toEqual([
      "-: C → A, 2026-06-05…, moved announced",
    ]);
  });

  test("gives a second group on one day: a set, told as such", () => {
    const world = openWithThreeDays();
    const both = [...["2026-06-02", "2026-06-03", "2026-06-04"].map((date) => [date, "A"] as const)];
    expect(world.tell(second, meterV1([...both, ["2026-06-03", "B"]]))).toEqual([
      "-: A → A+B, 2026-06-03…2026-06-03, moved revised",
    ]);
  });
});

describe("v1 days are judged per zone over the whole sweep", () => {
  test("an entry of yesterday: its three days are known, today's third is not, nor compared", () => {
    const world = openWithThreeDays();
    expect(world.tell(second, threeDays("2026-06-01", "AAA"))).toEqual([]);
    expect(world.tell(second, threeDays("2026-06-01", "AA-"))).toEqual([
      "-: A → none, 2026-06-03…, unassigned revised withdrawn",
    ]);
  });

  test("an entry of yesterday in another meter says that this one's tomorrow is the outermost day", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    const other = (day: string, groups: string) => threeDays(day, groups, { meterId: "other" });
    world.run({ at: first, meters: [threeDays("2026-05-31", "AAA"), other("2026-05-31", "CCC")] });
    const told = world.run({
      at: second,
      meters: [threeDays("2026-06-01", "AA-"), other("2026-06-01", "CCC")],
    });
    expect(told.get("m")?.remaps).toMatchObject([
      { effectiveFrom: "2026-06-03", effectiveTo: null, reason: "not_assigned_yet", basis: "announced" },
    ]);
    expect(told.get("other")?.remaps).toEqual([]);
  });

  test("an entry of the day after the third: nothing is known of today, which stays", () => {
    const world = openWithThreeDays();
    expect(world.tell(second, threeDays("2026-06-03", "BBB"))).toEqual([
      "-: A → B, 2026-06-03…, moved revised",
    ]);
    expect(world.rows()).toEqual(["-: A 2026-06-01…2026-06-02", "-: B 2026-06-03…"]);
  });

  test("strays neither move the days nor count as assignments within them", () => {
    const world = openWithThreeDays();
    const days = ["2026-06-02", "2026-06-03", "2026-06-04"].map((date) => [date, "A"] as const);
    const strays = [
      ["2026-05-20", "Z"],
      ["2026-06-07", "Z"],
    ] as const;
    expect(world.tell(second, meterV1([...days, ...strays]))).toEqual([]);
    expect(world.rows()).toEqual(["-: A 2026-06-01…"]);
  });

  test("entries that slide and entries that do not say the same of a meter", () => {
    const world = openPublishedWorld("CAISO", losAngeles);
    expect(world.tell(first, threeDays("2026-06-01", "AAB"))).toHaveLength(2);
    expect(world.tell(second, threeDays("2026-06-02", "ABB"))).toEqual([]);
    expect(world.tell(third, threeDays("2026-06-03", "BBB"))).toEqual([]);
    expect(world.tell("2026-06-04T16:00:00Z", threeDays("2026-06-04", "BBA"))).toEqual([
      "-: B → A, 2026-06-06…, moved announced",
    ]);
  });
});

describe("v1 after days without a run", () => {
  test("looks at today and after only: what Leap said of the days between is not known", () => {
    const world = openWithThreeDays();
    expect(world.tell("2026-06-05T16:00:00Z", threeDays("2026-06-05", "BBB"))).toEqual([
      "-: A → B, 2026-06-05…, moved announced",
    ]);
    expect(world.rows()).toEqual(["-: A 2026-06-01…2026-06-04", "-: B 2026-06-05…"]);
  });

  test("is shifted by days and the same: no remap", () => {
    const world = openWithThreeDays();
    expect(world.tell("2026-07-05T16:00:00Z", threeDays("2026-07-05", "AAA"))).toEqual([]);
  });
});

describe("v1 over a change of the clocks", () => {
  const midnights = {
    "America/Los_Angeles": [
      "2026-10-30T07:00:00Z",
      "2026-10-31T07:00:00Z",
      "2026-11-01T07:00:00Z",
      "2026-11-02T08:00:00Z",
      "2026-11-03T08:00:00Z",
    ],
    "America/New_York": [
      "2026-10-30T04:00:00Z",
      "2026-10-31T04:00:00Z",
      "2026-11-01T04:00:00Z",
      "2026-11-02T05:00:00Z",
      "2026-11-03T05:00:00Z",
    ],
    "America/Phoenix": [
      "2026-10-30T07:00:00Z",
      "2026-10-31T07:00:00Z",
      "2026-11-01T07:00:00Z",
      "2026-11-02T07:00:00Z",
      "2026-11-03T07:00:00Z",
    ],
  } as const;

  test.each(Object.entries(midnights))("in %s the days shift without a word", (zone, instants) => {
    const world = openPublishedWorld("X", zone);
    const answer = (day: number) => meterV1(instants.slice(day, day + 3).map((instant) => [instant, "A"]));
    expect(world.tell("2026-10-30T16:00:00Z", answer(0))).toHaveLength(1);
    expect(world.tell("2026-10-31T16:00:00Z", answer(1))).toEqual([]);
    expect(world.tell("2026-11-01T16:00:00Z", answer(2))).toEqual([]);
    expect(world.rows()).toEqual(["-: A 2026-10-30…"]);
  });
});
