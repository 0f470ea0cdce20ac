import { describe, expect, test } from "vitest";
import { at, ccaNovember, ccaOctober, november, october, openCaiso, row } from "./caiso.ts";
import { meterV2, type Row } from "./meters.ts";

describe("CCA October G1, November G2, the payload unchanged", () => {
  const meter = meterV2([ccaOctober, ccaNovember]);

  test("nothing on the 29th, on the 30th one remap announced for 1 November, nothing on the 31st", () => {
    const world = openCaiso();
    expect(world.tell(at.oct28, meter)).toEqual(["CCA: none → G1, 2026-10-28…, assigned announced"]);
    expect(world.tell(at.oct29, meter)).toEqual([]);
    expect(world.tell(at.oct30, meter)).toEqual(["CCA: G1 → G2, 2026-11-01…, moved announced"]);
    expect(world.tell(at.oct30, meter)).toEqual([]);
    expect(world.tell(at.oct31, meter)).toEqual([]);
    expect(world.tell(at.nov1, meter)).toEqual([]);
  });

  test("the last local day of October is still G1, its evening too", () => {
    const world = openCaiso();
    world.tell("2026-11-01T06:30:00Z", meter);
    expect(world.rows()).toEqual(["CCA: G1 2026-10-31…2026-10-31", "CCA: G2 2026-11-01…"]);
  });

  test("the boundary that time alone brings is named before it enters the horizon", () => {
    const world = openCaiso();
    const boundary = (instant: string) =>
      world.run({ at: instant, meters: [meter] }).get("m")?.plan.nextBoundary;
    expect(boundary(at.oct28)).toBe("2026-11-01");
    expect(boundary(at.oct29)).toBe("2026-11-01");
    expect(boundary(at.oct30)).toBe("2026-12-01");
  });

  test("the lead time counts the hours that pass, to the midnight the trade date begins with", () => {
    const world = openCaiso();
    world.run({ at: at.oct29, meters: [meter] });
    const told = world.run({ at: at.oct30, meters: [meter] }).get("m");
    // 09:00 on 30 October to 00:00 on 1 November.
    expect(told?.remaps.map(({ leadTimeHours }) => leadTimeHours)).toEqual([39]);
  });
});

describe("a day without a group has a reason", () => {
  test("`period_ended` where the program has no row for November", () => {
    const world = openCaiso();
    world.tell(at.oct29, meterV2([ccaOctober]));
    expect(world.tell(at.oct30, meterV2([ccaOctober]))).toEqual([
      "CCA: G1 → none, 2026-11-01…, unassigned announced period_ended",
    ]);
    expect(world.tell(at.oct31, meterV2([ccaOctober]))).toEqual([]);
  });

  test("`not_assigned_yet` where November is listed without a group, and assigned when it comes", () => {
    const world = openCaiso();
    const listed = meterV2([ccaOctober, row("CCA", null, november)]);
    world.tell(at.oct29, listed);
    expect(world.tell(at.oct30, listed)).toEqual([
      "CCA: G1 → none, 2026-11-01…, unassigned announced not_assigned_yet",
    ]);
    expect(world.tell(at.oct31, meterV2([ccaOctober, ccaNovember]))).toEqual([
      "CCA: none → G2, 2026-11-01…, assigned revised",
    ]);
  });

  test("`period_ended` where another program's November is listed without a group", () => {
    const world = openCaiso();
    const listed = meterV2([ccaOctober, row("DSGS", null, november)]);
    world.tell(at.oct29, listed);
    expect(world.tell(at.oct30, listed)).toEqual([
      "CCA: G1 → none, 2026-11-01…, unassigned announced period_ended",
    ]);
  });

  test("`withdrawn` where a row is taken away, today and on a day that enters the horizon", () => {
    const world = openCaiso();
    world.tell(at.oct29, meterV2([ccaOctober, ccaNovember]));
    expect(world.tell(at.oct30, meterV2([ccaOctober]))).toEqual([
      "CCA: G1 → none, 2026-11-01…, unassigned announced withdrawn",
    ]);
    expect(world.tell(at.oct31, meterV2([]))).toEqual([
      "CCA: G1 → none, 2026-10-31…2026-10-31, unassigned revised withdrawn",
    ]);
  });

  test("`withdrawn` comes first: a row that had a group and is listed without one now", () => {
    const world = openCaiso();
    world.tell(at.oct28, meterV2([ccaOctober]));
    expect(world.tell(at.oct29, meterV2([row("CCA", null, october)]))).toEqual([
      "CCA: G1 → none, 2026-10-29…, unassigned revised withdrawn",
    ]);
  });

  test("none where it leads to a group", () => {
    const world = openCaiso();
    const told = world.run({ at: at.oct28, meters: [meterV2([ccaOctober])] }).get("m");
    expect(told?.remaps[0]?.reason).toBeNull();
  });
});

describe("a revision of days already published", () => {
  const from = (day: string, group: string): Row => ["CCA", group, `${day}T07:00:00Z`, `${day}T07:00:00Z`];
  const days = (groups: string) =>
    meterV2([...groups].map((group, day) => from(`2026-10-${String(12 + day)}`, group)));

  test("D+1 goes from A to B, the days around it stay: one remap with its `effective_to`", () => {
    const world = openCaiso();
    world.tell("2026-10-12T16:00:00Z", days("AAAA"));
    expect(world.tell("2026-10-13T16:00:00Z", days("AABA"))).toEqual([
      "CCA: A → B, 2026-10-14…2026-10-14, moved revised",
    ]);
  });

  test("D+1 is revised to B while D+2 enters as A: the same", () => {
    const world = openCaiso();
    world.tell("2026-10-12T16:00:00Z", days("AAA"));
    expect(world.tell("2026-10-13T16:00:00Z", days("AABA"))).toEqual([
      "CCA: A → B, 2026-10-14…2026-10-14, moved revised",
    ]);
  });

  test("D+1 is revised to B while D+2 enters as C: two remaps, one revised, one announced", () => {
    const world = openCaiso();
    world.tell("2026-10-12T16:00:00Z", days("AAA"));
    expect(world.tell("2026-10-13T16:00:00Z", days("AABC"))).toEqual([
      "CCA: A → B, 2026-10-14…2026-10-14, moved revised",
      "CCA: A → C, 2026-10-15…, moved announced",
    ]);
  });

  test("two runs on one day: the second tells what has moved since, and then nothing", () => {
    const world = openCaiso();
    world.tell("2026-10-12T09:00:00Z", days("AAA"));
    expect(world.tell("2026-10-12T21:00:00Z", days("ABA"))).toEqual([
      "CCA: A → B, 2026-10-13…2026-10-13, moved revised",
    ]);
    expect(world.tell("2026-10-12T22:00:00Z", days("ABA"))).toEqual([]);
    expect(world.tell("2026-10-12T23:00:00Z", days("AAA"))).toEqual([
      "CCA: B → A, 2026-10-13…2026-10-13, moved revised",
    ]);
  });
});
