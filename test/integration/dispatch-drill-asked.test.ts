import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { type DrillWorld, echo, openDrillWorld } from "./drill-world.ts";
import { group, insert, meter } from "./small-database.ts";

let world: DrillWorld;

beforeAll(async () => {
  world = await openDrillWorld();
});
afterAll(() => world.close());
beforeEach(() => world.answers(echo()));

/** Writes timeslots to a file, and names it. */
function write(content: unknown): readonly string[] {
  const path = join(world.database, "..", "slots.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return ["--slots", path];
}

describe("what is asked for", () => {
  it("is all groups of the trade date with --all, each with its own programs", async () => {
    const { exitCode, stdout } = await world.drill("--all", "--dry-run");
    expect(exitCode).toBe(0);
    const { group_dispatches: dispatches } = JSON.parse(stdout).request;
    expect(dispatches).toMatchObject([
      { market_group_id: group.north, meter_ids: [meter.plain, meter.hostile] },
      { market_group_id: group.south },
    ]);
    expect(dispatches[0].timeslots[0].programs).toEqual(["DEMAND"]);
  });

  it("is the day of the trade date, whose members differ", async () => {
    // The southern group begins on the 28th.
    const early = await world.drill("--all", "--trade-date", "2026-10-27", "--dry-run");
    const ids = (text: string) =>
      JSON.parse(text).request.group_dispatches.map(
        (one: { market_group_id: string }) => one.market_group_id,
      );
    expect(ids(early.stdout)).toEqual([group.north]);
    const tomorrow = await world.drill("--group", group.north, "--trade-date", "tomorrow", "--dry-run");
    expect(JSON.parse(tomorrow.stdout).request.group_dispatches[0].timeslots[0].start_time).toBe(
      "2026-10-30T00:00:00.000Z",
    );
  });

  it("may be an instant, of the trade date", async () => {
    const words = ["--group", group.north.toUpperCase(), "--dry-run", "--start"];
    const shown = await world.drill(...words, "2026-10-28T12:00:00-07:00");
    expect(JSON.parse(shown.stdout).request.group_dispatches[0].timeslots[0]).toMatchObject({
      start_time: "2026-10-28T19:00:00.000Z",
    });
    const off = await world.drill(...words, "2026-10-29T12:00:00-07:00");
    expect(off.exitCode).toBe(2);
    expect(off.stderr).toMatch(/does not start on the trade date 2026-10-28/);
  });

  it("may be timeslots of a file, in Leap's own words", async () => {
    const slots = [
      {
        start_time: "2026-10-28T20:00:00Z",
        end_time: "2026-10-28T21:00:00Z",
        programs: ["CCA"],
        energy_kw: null,
      },
      {
        start_time: "2026-10-28T22:00:00Z",
        end_time: "2026-10-28T22:05:00Z",
        programs: ["ELRP"],
        cancelled: true,
      },
    ];
    const { exitCode } = await world.drill("--group", group.north, ...write(slots), "--yes");
    expect(exitCode).toBe(0);
    expect(world.received()[0]?.body).toMatchObject({
      group_dispatches: [
        {
          timeslots: [
            { start_time: "2026-10-28T20:00:00.000Z", programs: ["CCA"], cancelled: false },
            { end_time: "2026-10-28T22:05:00.000Z", programs: ["ELRP"], cancelled: true },
          ],
        },
      ],
    });
  });

  it("is told where it lies in the past", async () => {
    const words = ["--group", group.north, "--dry-run", "--format", "table"];
    expect((await world.drill(...words, "--start", "07:00")).stdout).toMatch(/1 timeslot ended already/);
    expect((await world.drill(...words, "--start", "08:30")).stdout).not.toMatch(/ended already/);
  });
});

describe("is refused, in words and with exit code 2, and nothing is sent:", () => {
  const slot = { start_time: "2026-10-28T20:00:00Z", end_time: "2026-10-28T21:00:00Z" };
  it.each<[string, readonly string[], RegExp]>([
    ["no group", [], /which group is to be drilled\? Name it with --group, or take --all/],
    ["all groups and one", ["--all", "--group", group.north], /--all drills every group/],
    ["a group nobody knows", ["--group", "x"], /no group x with members in the horizon/],
    [
      "a group without members on the day",
      ["--group", group.south, "--trade-date", "2026-10-27"],
      /group 1.* has no members on 2026-10-27, but on 2026-10-28, 2026-10-29/,
    ],
    [
      "several fields beyond their limits, all told at once",
      [
        "--group",
        group.north,
        "--energy-kw",
        "0.001",
        "--cap",
        "none",
        "--priority",
        "11",
        "--type",
        "weekly",
      ],
      /4 problems[\s\S]*energy_kw[\s\S]*compensation_cap[\s\S]*priority[\s\S]*dispatch_event_types/,
    ],
    ["an energy that is no number", ["--group", group.north, "--energy-kw", "much"], /It takes a number/],
    ["a time that is none", ["--group", group.north, "--start", "25:00"], /a time of day such as 17:00/],
    [
      "timeslots that reach into the next day",
      ["--group", group.north, "--timeslots", "8"],
      /trade date 2026-10-28/,
    ],
  ])("%s", async (_, words, message) => {
    const { exitCode, stdout, stderr } = await world.drill(...words, "--yes");
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(world.received()).toEqual([]);
  });

  it.each<[string, unknown, readonly string[], RegExp]>([
    ["a file that is no JSON", "17:00", [], /--slots takes a JSON list of timeslots/],
    ["a file of one timeslot", slot, [], /--slots takes a JSON list of timeslots/],
    [
      "a file beside options that say the same",
      [slot],
      ["--energy-kw", "5", "--voluntary"],
      /--energy-kw, --voluntary/,
    ],
    [
      "a file with an odd timeslot",
      [slot, { ...slot, energy: 5 }],
      [],
      /timeslot 2: it has fields that no timeslot/,
    ],
    ["an empty file", [], [], /there is no timeslot/],
  ])("%s", async (_, content, words, message) => {
    const { exitCode, stderr } = await world.drill(
      "--group",
      group.north,
      ...write(content),
      ...words,
      "--yes",
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
    expect(world.received()).toEqual([]);
  });

  it("a file that is not there", async () => {
    const { exitCode, stderr } = await world.drill(
      "--group",
      group.north,
      "--slots",
      "/nowhere.json",
      "--yes",
    );
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/cannot read \/nowhere\.json \(ENOENT\)/)]);
  });
});

/** The northern group's second member moves to New York. */
function spreadOverZones(path: string): void {
  const database = openDatabase(path);
  const region = { transmission_region: "NYISO" };
  const days = ["2026-10-27", "2026-10-28", "2026-10-29"];
  const [today, , last] = days;
  const zone = "America/New_York";
  insert(database, "horizon", { ...region, zone, today, last_looked_at: last, known_through: last });
  for (const trade_date of days) insert(database, "horizon_day", { ...region, trade_date });
  database.execute("UPDATE revision SET transmission_region = 'NYISO' WHERE meter_key = 2");
  const regions = database.prepare("UPDATE group_span SET regions = ? WHERE market_group_id = ?");
  regions.run('["CAISO","NYISO"]', group.north);
  database.close();
}

it("a time of day that is two instants for the members is refused; an instant is not", async () => {
  const spread = await openDrillWorld(spreadOverZones);
  onTestFinished(spread.close);
  const words = ["--group", group.north, "--dry-run"];
  const refused = await spread.drill(...words);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toMatch(
    /17:00 is not the same instant for all members .* \(America\/Los_Angeles, America\/New_York\): give/,
  );
  const { exitCode, stdout } = await spread.drill(...words, "--start", "2026-10-28T20:00:00Z");
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout).request.group_dispatches[0].meter_ids).toHaveLength(2);
});
