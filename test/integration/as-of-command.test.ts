import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toAsOf, toNothingKnown } from "../../src/cli/as-of.ts";
import { openDatabase } from "../../src/database/index.ts";
import { digestOf } from "../support/oracle-views.ts";
import { runInProcess } from "./cli-in-process.ts";
import { runProgram } from "./run-program.ts";
import { fillSmallDatabase, group, insert, meter, publishedAtMs } from "./small-database.ts";

const folder = mkdtempSync(join(tmpdir(), "as-of-command-"));
const path = join(folder, "small.sqlite");
const publishedAt = new Date(publishedAtMs).toISOString();
const laterMs = publishedAtMs + 86_400_000;

beforeAll(() => {
  fillSmallDatabase(path);
  const database = openDatabase(path);
  // A day later the first meter moved from the north to the south, from the 30th on.
  const plain = { meter_key: 1, program: "DEMAND", effective_from: "2026-10-27" };
  database.prepare("UPDATE assignment SET known_to_ms = ? WHERE meter_key = 1").run(laterMs);
  const north = { ...plain, market_group_id: group.north, effective_to: "2026-10-29" };
  insert(database, "assignment", { ...north, known_from_ms: laterMs });
  const south = { ...plain, market_group_id: group.south, effective_from: "2026-10-30" };
  insert(database, "assignment", { ...south, known_from_ms: laterMs });
  database.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const then = ["--trade-date", "2026-10-30", "--known-at", publishedAt];
const now = ["--trade-date", "2026-10-30", "--known-at", "2100-01-01T00:00:00Z"];

function ask(...words: readonly string[]) {
  return runProgram([...words, "--database", path]);
}

describe("--known-at", () => {
  it("shows groups as they were known, in the columns they always have", async () => {
    const [before, after] = await Promise.all([
      ask("groups", ...then, "--format", "csv"),
      ask("groups", ...now),
    ]);
    const [head, ...lines] = before.stdout.trimEnd().split("\n");
    expect(head).toBe(
      "trade_date,market_group_id,market_group_name,programs,member_count,members_sha256,version",
    );
    expect(lines[0]).toContain(`,2,${digestOf([meter.plain, meter.hostile])},`);
    const counts = JSON.parse(after.stdout).map(
      (row: { market_group_name: string; member_count: number }) => [row.market_group_name, row.member_count],
    );
    expect(counts).toEqual([
      ["NORTH", 1],
      ["SOUTH", 2],
    ]);
    expect([before.exitCode, before.stderr, after.exitCode, after.stderr]).toEqual([0, "", 0, ""]);
  });

  it("shows one group with its members as they were known, in every format", async () => {
    const formats = ["json", "ndjson", "csv", "table"];
    const all = await Promise.all(formats.map((one) => ask("group", group.north, ...then, "--format", one)));
    expect(all.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    const [json = "", ndjson = "", csv = "", table = ""] = all.map(({ stdout }) => stdout);
    const shown = JSON.parse(json);
    expect(shown).toMatchObject({ market_group_name: "NORTH", version: null, known_at: publishedAt });
    expect(shown.trade_dates).toMatchObject([{ trade_date: "2026-10-30", member_count: 2 }]);
    expect(shown.members).toMatchObject([{ meter_id: meter.plain }, { meter_id: meter.hostile }]);
    expect(ndjson.trimEnd().split("\n")).toHaveLength(2);
    expect(csv).toContain(`${group.north},2026-10-30,DEMAND,${meter.plain},SITE-1,CAISO\n`);
    expect(table).toContain(publishedAt);
    expect(table).not.toContain("VERSION");
  });

  it("says that a group had no members, and which group there never was", async () => {
    const early = ["--trade-date", "2026-10-26", "--known-at", publishedAt];
    const [none, unknown] = await Promise.all([
      ask("group", group.north, ...early),
      ask("group", "nowhere", ...early),
    ]);
    expect([none.exitCode, none.stderr]).toEqual([0, ""]);
    expect(JSON.parse(none.stdout)).toMatchObject({ trade_dates: [{ member_count: 0 }], members: [] });
    expect([unknown.exitCode, unknown.stdout]).toEqual([2, ""]);
    expect(unknown.messages[0]).toContain("no group nowhere was ever published");
  });

  it("is answered with nothing, and a warning, for before the first publication", async () => {
    const early = ["--trade-date", "2026-10-30", "--known-at", "2026-10-28T06:16:59.999Z"];
    const { exitCode, stdout, messages } = await ask("groups", ...early);
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, []]);
    expect(messages).toEqual([
      `nothing was known at 2026-10-28T06:16:59.999Z: the first publication was at ${publishedAt}`,
    ]);
  });

  it("is refused with exit 2, and nothing printed, where what was known then is not kept", async () => {
    const copy = join(folder, "pruned.sqlite");
    const database = openDatabase(path);
    database.prepare("VACUUM INTO ?").run(copy);
    database.close();
    const pruned = openDatabase(copy);
    pruned.prepare("UPDATE stream SET pruned_known_at_ms = ?").run(laterMs);
    pruned.close();
    for (const words of [["groups"], ["group", group.north]]) {
      const { exitCode, stdout, messages } = await runProgram([...words, ...then, "--database", copy]);
      expect([exitCode, stdout]).toEqual([2, ""]);
      expect(messages).toEqual([
        expect.stringContaining(`ask as known at ${new Date(laterMs).toISOString()}`),
      ]);
    }
  });

  it("takes a trade date by its word, though the publication does not reach it", async () => {
    const known = ["--known-at", publishedAt, "--now", "2026-11-04T20:00:00Z"];
    const words = ["group", group.north, "--trade-date", "tomorrow", ...known, "--database", path];
    const { exitCode, stdout } = await runInProcess(words);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      trade_dates: [{ trade_date: "2026-11-05", member_count: 2 }],
      members: [{ meter_id: meter.plain }, { meter_id: meter.hostile }],
    });
  });

  it("needs a trade date", async () => {
    for (const words of [
      ["groups", "--known-at", publishedAt],
      ["group", group.north, "--known-at", publishedAt],
    ]) {
      const { exitCode, stdout, messages } = await ask(...words);
      expect([exitCode, stdout]).toEqual([2, ""]);
      expect(messages).toEqual([expect.stringContaining("add --trade-date")]);
    }
  });
});

describe("--trade-date by its word", () => {
  const shown = async (...words: readonly string[]) => {
    const { exitCode, stdout } = await runInProcess([...words, "--database", path]);
    expect(exitCode).toBe(0);
    return JSON.parse(stdout);
  };

  it("is the day of the clock in the region's zone, however old the publication is", async () => {
    // The publication's first day is the 27th; half an hour before midnight in California it is the 28th.
    const late = ["--now", "2026-10-29T06:30:00Z"];
    const one = await shown("group", group.south, "--trade-date", "tomorrow", ...late);
    expect(one.trade_dates).toMatchObject([{ trade_date: "2026-10-29" }]);
    const all = await shown("groups", "--trade-date", "today", ...late);
    expect(all.map((row: { trade_date: string }) => row.trade_date)).toEqual(["2026-10-28", "2026-10-28"]);
  });

  it("is refused as stale where the publication does not show it", async () => {
    for (const words of [["groups"], ["group", group.north]]) {
      const late = ["--trade-date", "tomorrow", "--now", "2026-10-30T06:30:00Z"];
      const { exitCode, stdout, messages } = await ask(...words, ...late);
      expect([exitCode, stdout]).toEqual([3, ""]);
      expect(messages).toEqual([
        expect.stringMatching(/^tomorrow is 2026-10-30, .* sync`, or give the date/),
      ]);
    }
  });

  it("is the members' day for a group, and refused for all groups where it is two", async () => {
    const copy = join(folder, "two-zones.sqlite");
    const database = openDatabase(path);
    database.prepare("VACUUM INTO ?").run(copy);
    database.close();
    const east = openDatabase(copy);
    const horizon = { transmission_region: "NYISO", zone: "America/New_York", today: "2026-10-28" };
    insert(east, "horizon", { ...horizon, last_looked_at: "2026-10-28", known_through: "2026-10-28" });
    // A meter of the east was a member once, for all that was known then.
    east.execute("UPDATE revision SET transmission_region = 'NYISO' WHERE meter_key = 3");
    const once = { meter_key: 3, market_group_id: group.north, effective_from: "2026-10-27" };
    insert(east, "assignment", { ...once, known_from_ms: publishedAtMs, known_to_ms: laterMs });
    east.close();
    const late = ["--trade-date", "tomorrow", "--now", "2026-10-29T06:30:00Z", "--database", copy];
    const one = await runInProcess(["group", group.north, ...late]);
    expect(JSON.parse(one.stdout).trade_dates).toMatchObject([{ trade_date: "2026-10-29" }]);
    for (const words of [["groups"], ["group", group.north, "--known-at", publishedAt]]) {
      const { exitCode, stdout, messages } = await runProgram([...words, ...late]);
      expect([exitCode, stdout]).toEqual([2, ""]);
      expect(messages).toEqual([expect.stringContaining("2026-10-29 in CAISO; 2026-10-30 in NYISO.")]);
    }
    const noon = ["--trade-date", "tomorrow", "--now", "2026-10-28T20:00:00Z", "--database", copy];
    const shown = await runProgram(["groups", ...noon]);
    expect([shown.exitCode, JSON.parse(shown.stdout).length]).toEqual([0, 2]);
    expect(shown.messages).toEqual([
      "tomorrow is 2026-10-29, which the last publication does not show in NYISO",
    ]);
  });

  it("finds no group of an id that there is not", async () => {
    const { exitCode, messages } = await ask("group", "nowhere", "--trade-date", "tomorrow");
    expect([exitCode, messages]).toEqual([2, [expect.stringContaining("no group nowhere with members on")]]);
  });
});

describe("what an as-of question comes to", () => {
  it("is none without --known-at, and a pair of times with it", () => {
    expect(toAsOf({})).toBeNull();
    expect(toAsOf({ tradeDate: "2026-10-30" })).toBeNull();
    expect(toAsOf({ tradeDate: "2026-10-30", knownAt: 5 })).toEqual({
      tradeDate: "2026-10-30",
      knownAtMs: 5,
    });
  });

  it("is about nothing before the first publication, and about something from it on", () => {
    const at = (knownAtMs: number) => toNothingKnown(publishedAt, { tradeDate: "2026-10-30", knownAtMs });
    expect(at(publishedAtMs - 1)).toContain("the first publication was at");
    expect(at(publishedAtMs)).toBeNull();
    expect(toNothingKnown(null, { tradeDate: "2026-10-30", knownAtMs: 0 })).toContain("nothing has been");
  });
});
