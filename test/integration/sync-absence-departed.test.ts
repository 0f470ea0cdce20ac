import { afterEach, describe, expect, it } from "vitest";
import type { MeterSketch } from "../support/documents.ts";
import { noRules } from "../support/oracle-breaker.ts";
import { readMembers } from "../support/views.ts";
import { at } from "./poll-days.ts";
import {
  inGroup,
  openPortfolioDays,
  type PortfolioDays,
  range,
  toLines,
  type Version,
} from "./portfolio-days.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const all = inGroup("north", range(1, 260));
const staying = all.slice(200);

/** A run, and how many meters its plan looked at. */
async function plan(hours: number, meters: readonly MeterSketch[], mode: "poll" | "sweep" = "sweep") {
  let planned = 0;
  world.leap.dateMs = at(hours);
  const { report, told } = await world.run(hours, meters, {
    mode,
    onProgress: ({ step, meterCount }) => {
      if (step === "plan") planned = meterCount;
    },
  });
  expect([hours, report.mode, report.status]).toEqual([hours, mode, "published"]);
  return { report, told: toLines(told), planned };
}

/** Two hundred of 260 meters are gone for good: told missing, and ended. */
async function depart(version: Version): Promise<void> {
  world = await openPortfolioDays(version, { rules: noRules });
  await plan(0, all);
  expect((await plan(1, staying)).report.absence.missing).toBe(200);
  const end = await plan(13, staying);
  expect([end.report.absence.ended, end.planned]).toEqual([200, 200]);
}

describe.each(["v2", "v1"] as const)("meters of %s that have departed", (version) => {
  it("are looked at by no later plan, of a sweep or of a poll", async () => {
    await depart(version);
    for (const [hours, mode] of [
      [14, "sweep"],
      [15, "poll"],
      [16, "poll"],
      [24, "sweep"],
      [25, "poll"],
      [48, "sweep"],
    ] as const) {
      const { report, told, planned } = await plan(hours, staying, mode);
      expect([hours, told, planned]).toEqual([hours, [], 0]);
      expect(report.absence.gone).toBe(mode === "sweep" ? 200 : 0);
    }
  });

  it("are asked for by id no more", async () => {
    await depart(version);
    world.leap.forgetAsked();
    await plan(14, staying);
    const byId = world.leap.asked.filter(({ method, body }) => method === "GET" || body.meter_ids);
    expect(byId).toEqual([]);
  });

  it("are looked at again when they are back, those alone", async () => {
    await depart(version);
    await plan(14, staying);
    const { told, planned } = await plan(15, [...all.slice(0, 2), ...staying]);
    expect(planned).toBe(2);
    expect(told).toEqual([
      "reappeared 1",
      "remapped 1: none → north, 2026-11-11…, revised",
      "reappeared 2",
      "remapped 2: none → north, 2026-11-11…, revised",
      "group north: +2 -0, 2026-11-11…",
    ]);
    expect((await plan(16, [...all.slice(0, 2), ...staying])).planned).toBe(0);
  });
});

describe.each(["v2", "v1"] as const)("a departed meter of %s that comes and goes unreadable", (version) => {
  const rest = inGroup("north", range(2, 40));
  const one = inGroup("north", [1]);
  const odd = inGroup("south", [1], {
    extra: version === "v1" ? { participation: "what" } : { program_enrollment: "what" },
  });

  it("has no group until it can be read, whatever its last document said, and then all of them", async () => {
    world = await openPortfolioDays(version);
    const lines: string[] = [];
    for (const [hours, meters] of [
      [0, [...one, ...rest]],
      [1, rest],
      [14, rest],
      [24, [...odd, ...rest]],
      [25, [...odd, ...rest]],
      [26, rest],
      [40, rest],
      [54, rest],
      [60, [...odd, ...rest]],
    ] as const) {
      const { report, told } = await world.run(hours, meters);
      expect([hours, report.status]).toEqual([hours, "published"]);
      lines.push(...toLines(told).map((line) => `${hours} ${line}`));
    }
    expect(lines).toEqual([
      "1 missing 1",
      "14 remapped 1: north → none, 2026-11-11…, revised missing",
      "14 group north: +0 -1, 2026-11-11…",
      "24 reappeared 1",
      "26 missing 1",
      "60 reappeared 1",
    ]);
    expect(readMembers(world.days.database).length).toBe(39 * 3);
    const back = await world.run(61, [...one, ...rest]);
    expect(toLines(back.told)).toEqual([
      "remapped 1: none → north, 2026-11-13…, revised",
      "group north: +1 -0, 2026-11-13…",
    ]);
    expect(toLines((await world.run(62, [...one, ...rest])).told)).toEqual([]);
    expect(readMembers(world.days.database).length).toBe(40 * 3);
  });
});

describe("twelve v1 meters whose absence was released", () => {
  it("are losses like any other where they are back without their groups", async () => {
    world = await openPortfolioDays("v1");
    const forty = inGroup("north", range(1, 40));
    await world.run(0, forty);
    const held = await world.run(1, forty.slice(12));
    world.days.release(at(2), held.report);
    const back = [...inGroup(null, range(1, 12)), ...forty.slice(12)];
    const { report, told } = await world.run(3, back);
    expect([report.status, told]).toEqual(["held", []]);
    expect(report.trips.map(({ rule }) => rule)).toEqual(["lost_meters"]);
    // Once a person has seen that too, it is published, and nothing is left to tell.
    world.days.release(at(4), report);
    expect(readMembers(world.days.database).length).toBe(28 * 3);
    const after = await world.run(5, back);
    expect([after.report.status, toLines(after.told)]).toEqual(["published", []]);
  });
});
