import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, runProgram, startProgram } from "./run-program.ts";
import { fillSmallDatabase, group, hostileReference, meter, runId } from "./small-database.ts";

const folder = mkdtempSync(join(tmpdir(), "cli-reading-"));
const database = join(folder, "small.sqlite");

beforeAll(() => fillSmallDatabase(database));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("reading commands", () => {
  it("show meters as json where nobody sits at a terminal", async () => {
    const { exitCode, stdout, stderr } = await read("meters");
    expect(exitCode).toBe(0);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject([
      { meter_id: meter.plain, tags: ["a", "b"], dispatchable: true, is_missing: false },
      { meter_id: meter.hostile, partner_reference: hostileReference },
      { meter_id: meter.missing, is_archived: true, is_missing: true, action_required: true },
    ]);
  });

  it.each([
    ["--active", [meter.plain, meter.hostile]],
    ["--action-required", [meter.missing]],
    ["--missing", [meter.missing]],
    ["--archived", [meter.missing]],
    ["--partner-reference SITE-1", [meter.plain]],
    [`--group ${group.north.toUpperCase()}`, [meter.plain, meter.hostile]],
    [`--group ${group.north} --action-required`, []],
    ["--limit 1", [meter.plain]],
  ])("narrow the meters by %s", async (options, ids) => {
    const { stdout } = await read("meters", ...options.split(" "));
    expect(JSON.parse(stdout).map((row: { meter_id: string }) => row.meter_id)).toEqual(ids);
  });

  it("take the power from what partners call their meters, in a table and in csv", async () => {
    const table = await read("meters", "--format", "table");
    expect(table.stdout).toContain("=1+1\\u001b[2J\\u202egnp\\u009b31m");
    const csv = await read("meters", "--format", "csv");
    expect(csv.stdout).toContain(`,'${hostileReference},`);
  });

  it("show one meter, by its id in any case, with its document, groups, history and time line", async () => {
    const { stdout } = await read("meter", meter.plain.toUpperCase());
    const shown = JSON.parse(stdout);
    expect(shown).toMatchObject({
      meter_id: meter.plain,
      document: { unheard_of: 1 },
      groups: [{ trade_date: "2026-10-27" }, { trade_date: "2026-10-28" }, { trade_date: "2026-10-29" }],
      assignment_history: [{ market_group_id: group.north, effective_to: null, known_to: null }],
      events: [{ type: "meter.group.remapped" }],
    });
    const table = await read("meter", meter.plain, "--format", "table");
    expect(table.stdout).toContain("NORTH");
  });

  it("show the groups of tomorrow by the clock of the market, not that of UTC", async () => {
    const evening = ["groups", "--trade-date", "tomorrow", "--now", "2026-10-28T05:00:00Z"];
    const told = JSON.parse((await read(...evening)).stdout) as readonly { trade_date: string }[];
    expect(new Set(told.map(({ trade_date }) => trade_date))).toEqual(new Set(["2026-10-28"]));
  });

  it("show groups by trade date", async () => {
    const all = JSON.parse((await read("groups")).stdout);
    expect(all.map((row: { trade_date: string }) => row.trade_date)).toEqual([
      "2026-10-27",
      "2026-10-28",
      "2026-10-28",
      "2026-10-29",
      "2026-10-29",
    ]);
    const one = JSON.parse((await read("groups", "--trade-date", "2026-10-27")).stdout);
    expect(one).toMatchObject([{ market_group_id: group.north, member_count: 2, programs: ["DEMAND"] }]);
  });

  it("show one group with its members", async () => {
    const { stdout } = await read("group", group.north, "--trade-date", "2026-10-28");
    expect(JSON.parse(stdout)).toMatchObject({
      market_group_id: group.north,
      market_group_name: "NORTH",
      trade_dates: [{ trade_date: "2026-10-28", member_count: 2 }],
      members: [{ meter_id: meter.plain }, { meter_id: meter.hostile }],
    });
    const table = await read("group", group.north, "--format", "table");
    expect(table.stdout.match(/SITE-1/g)).toHaveLength(3);
  });

  it("show change events as they are stored, one a line, after a sequence and of a type", async () => {
    const all = lines(await read("events"));
    expect(all.map((event) => event.type)).toEqual([
      "meter.created",
      "meter.group.remapped",
      "sync.published",
    ]);
    const some = lines(
      await read("events", "--after", "1", "--type", "meter.created", "--type", "sync.published"),
    );
    expect(some.map((event) => event.sequence)).toEqual(["0000000000000000003"]);
  });

  it("show the runs, and the latest by that name", async () => {
    expect(JSON.parse((await read("runs")).stdout)).toMatchObject([
      { run_id: runId, status: "published", is_certified: true, meters_returned: 2, change_count: 2 },
    ]);
    expect(JSON.parse((await read("run", "latest")).stdout)).toMatchObject({
      run_id: runId,
      report: { meters: { returned: 2 } },
    });
  });

  it("say how things stand, and exit 3 where they are staler than asked for", async () => {
    const fresh = await read("status", "--fresh-within", "1h", "--now", "2026-10-28T07:00:00Z");
    expect(fresh.exitCode).toBe(0);
    expect(JSON.parse(fresh.stdout)).toMatchObject({
      published_at: "2026-10-28T06:17:00.000Z",
      age_seconds: 2580,
      is_fresh: true,
      held_run: null,
      undelivered: 2,
      meters: { meters: 3, missing: 1 },
    });
    const stale = await read("status", "--fresh-within", "1h", "--now", "2026-10-29T06:17:00Z");
    expect(stale.exitCode).toBe(3);
    expect(stale.messages).toEqual([expect.stringMatching(/^stale: .* 24 h ago, asked for within 60 min/)]);
  });

  it("exit 2 with one line for what there is not", async () => {
    for (const words of [
      ["meter", "nobody"],
      ["group", "nowhere"],
      ["run", "never"],
    ]) {
      const { exitCode, stdout, messages } = await read(...words);
      expect([exitCode, stdout, messages.length], words.join(" ")).toEqual([2, "", 1]);
    }
  });

  it("do not mind a reader that has heard enough", async () => {
    const { child, ended } = startProgram(["events", "--database", database]);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ exitCode: 0, stderr: "" });
  });
});

describe("a reading command without a database of ours", () => {
  it.each(["status", "meters", "groups", "events", "runs"])(
    "%s says what to do and makes no file",
    async (command) => {
      const path = join(folder, "absent", "none.sqlite");
      const { exitCode, messages } = await runProgram([command, "--database", path]);
      expect(exitCode).toBe(2);
      expect(messages).toEqual([expect.stringContaining("run `meter-sync sync` first")]);
      expect(existsSync(join(folder, "absent"))).toBe(false);
    },
  );

  it("refuses a file of another kind", async () => {
    const path = join(folder, "notes.txt");
    writeFileSync(path, "no database at all, but long enough to be taken for one\n".repeat(100));
    const { exitCode, messages } = await runProgram(["status", "--database", path]);
    expect([exitCode, messages.length]).toEqual([2, 1]);
    expect(messages[0]).toContain("not a SQLite database");
  });

  it("tells every problem of the configuration at once, in one line", async () => {
    const wrong = { METER_SYNC_PAGE_SIZE: "x", LEAP_API_VERSION: "v9" };
    const { exitCode, messages } = await runProgram(["status"], wrong);
    expect([exitCode, messages.length]).toEqual([2, 1]);
    expect(messages[0]).toMatch(/2 problems.*LEAP_API_VERSION.*METER_SYNC_PAGE_SIZE/);
  });
});

describe("the program", () => {
  it("prints help and version without a look at the configuration", async () => {
    const wrong = { METER_SYNC_PAGE_SIZE: "x" };
    const help = await runProgram(["help", "sync"], wrong);
    expect([help.exitCode, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toContain("--dry-run");
    expect((await runProgram(["--version"], wrong)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([[[]], [["statsu"]], [["status", "--fresh-within", "soon"]], [["sync", "--mode", "glance"]]])(
    "exits 2 with one line for %j",
    async (words) => {
      const { exitCode, stdout, messages } = await runProgram(words);
      expect([exitCode, stdout, messages.length]).toEqual([2, "", 1]);
    },
  );

  it("leaves nothing behind in the folder it is started from", () => {
    expect(readdirSync(folder).filter((name) => name.startsWith("data"))).toEqual([]);
  });
});

function read(...words: readonly string[]): Promise<Ended> {
  return runProgram([...words, "--database", database]);
}

function lines({ stdout }: Ended): readonly Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
