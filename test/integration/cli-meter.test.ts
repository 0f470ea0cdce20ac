import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { loadTimeLine, toReader } from "../../src/reader/index.ts";
import { runProgram } from "./run-program.ts";
import { fillSmallDatabase, group, insert, meter, publishedAtMs } from "./small-database.ts";

const folder = mkdtempSync(join(tmpdir(), "cli-meter-"));
const path = join(folder, "small.sqlite");
const publishedAt = new Date(publishedAtMs).toISOString();
const hostileStatus = "ACTIVE\u001b[2J\u202eGNP";

beforeAll(() => {
  fillSmallDatabase(path);
  const database = openDatabase(path);
  database.prepare("UPDATE revision SET enrollment_status = ? WHERE revision_id = 2").run(hostileStatus);
  for (let sequence = 10; sequence < 700; sequence += 1) insertEvent(database, sequence);
  database.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("meter", () => {
  it("says in json why it is dispatched or not, and its time line, beside all it said before", async () => {
    const { exitCode, stdout } = await read(meter.plain, "--now", "2026-10-28T18:00:00Z");
    expect(exitCode).toBe(0);
    const shown = JSON.parse(stdout);
    expect(Object.keys(shown)).toEqual(
      expect.arrayContaining(["meter_id", "document", "groups", "assignment_history", "events"]),
    );
    expect(shown.dispatch).toMatchObject({
      trade_date: "2026-10-28",
      can_be_dispatched: true,
      in_group_today: true,
      reasons: [
        { code: "status", speaks: "for" },
        { code: "group", speaks: "for", sentence: "it is in NORTH (DEMAND) on 2026-10-28" },
        { code: "look_further" },
        { code: "look_further" },
        { code: "look_further" },
      ],
    });
    expect(shown.time_line_begins_at).toBe(null);
    expect(shown.time_line).toContainEqual({
      known_from: publishedAt,
      known_to: null,
      effective_from: "2026-10-27",
      effective_to: null,
      what: "assignment",
      value: "NORTH (DEMAND)",
      sequence: 2,
      data: { program: "DEMAND", market_group_id: group.north, market_group_name: "NORTH" },
    });
  });

  it("goes by the day that it is in the meter's region, not by the one that was published", async () => {
    const late = JSON.parse((await read(meter.plain, "--now", "2026-11-01T06:30:00Z")).stdout);
    expect(late.dispatch.trade_date).toBe("2026-10-31");
    const codes = late.dispatch.reasons.map(({ code }: { code: string }) => code);
    expect(codes).toEqual(["status", "group", "beyond_horizon", "stale"]);
  });

  it("answers in a table with that first, and as one line of csv or ndjson", async () => {
    const table = (await read(meter.missing, "--format", "table", "--now", "2026-10-28T18:00:00Z")).stdout;
    expect(table).toMatch(/^Can it be dispatched on 2026-10-28\? no\n {2}- Leap no longer knows it/);
    expect(table).toContain("  ? it is archived (known since 2026-10-28T06:17:00.000Z)\n");
    expect(table).toMatch(
      /\nTime line, by when it became known \(UTC\)\nKNOWN FROM +KNOWN TO +EFFECTIVE FROM/,
    );
    expect(table).toMatch(/\n2026-10-28 06:17 +- +2026-10-27 +- +assignment +SOUTH \(DEMAND\) +-\n/);
    const csv = (await read(meter.missing, "--format", "csv")).stdout;
    expect(csv.split("\n")[0]).toMatch(/events,dispatch,time_line,time_line_begins_at$/);
    const ndjson = (await read(meter.missing, "--format", "ndjson")).stdout;
    expect(JSON.parse(ndjson.trim())).toHaveProperty("time_line");
  });

  it("takes the power from what others wrote", async () => {
    const { stdout } = await read(meter.hostile, "--format", "table");
    expect(stdout).toContain("its enrollment status is ACTIVE\\u001b[2J\\u202eGNP");
    expect(stdout).toContain("archived");
    for (const character of ["\u001b", "\u202e"]) expect(stdout.includes(character)).toBe(false);
  });

  it("says since when its time line is whole, where it has more events than are looked at", async () => {
    const { stdout } = await read(meter.hostile);
    const shown = JSON.parse(stdout);
    expect(shown.events).toHaveLength(500);
    expect(shown.time_line_begins_at).toBe(new Date(publishedAtMs + 200 * 60_000).toISOString());
    const table = (await read(meter.hostile, "--format", "table")).stdout;
    expect(table).toContain(`Change events before ${shown.time_line_begins_at} are left out`);
    expect(table).toMatch(/\nearlier +- +- +- +status /);
  });
});

describe("the time line of a meter", () => {
  it("is found by indices alone, however many meters and events there are", () => {
    const database = openDatabase(path);
    const asked: string[] = [];
    const watched = {
      ...database,
      prepare: (sql: string) => {
        asked.push(sql);
        return database.prepare(sql);
      },
    };
    loadTimeLine(toReader(watched), meter.plain, 500);
    const plans = asked.flatMap((sql) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...(sql.includes("@") ? [{ meterId: "" }] : Array.from(sql.matchAll(/\?/g), () => 1)))
        .map(({ detail }) => String(detail)),
    );
    database.close();
    expect(asked.length).toBeGreaterThan(4);
    // Of the assignments those of one meter, of the events its own; runs are few, and all are looked at.
    const scans = plans.filter((plan) => /^SCAN (?!run$|r$|stream$|\(subquery-\d+\)$)/.test(plan));
    expect(scans, plans.join("\n")).toEqual([]);
    expect(plans.some((plan) => /SEARCH event USING INDEX event_subject/.test(plan))).toBe(true);
  });
});

function read(...words: readonly string[]) {
  return runProgram(["meter", ...words, "--database", path]);
}

/** One meter is archived and restored over and over, a minute apart. */
function insertEvent(database: ReturnType<typeof openDatabase>, sequence: number): void {
  const isArchived = sequence % 2 === 0;
  const type = isArchived ? "meter.archived" : "meter.restored";
  const data = { before: { is_archived: !isArchived }, after: { is_archived: isArchived } };
  insert(database, "event", {
    sequence,
    id: `event-${sequence}`,
    type,
    subject: meter.hostile,
    partitionkey: meter.hostile,
    time_ms: publishedAtMs + sequence * 60_000,
    run_id: "gone",
    event: JSON.stringify({
      id: `event-${sequence}`,
      type,
      subject: meter.hostile,
      sequence: String(sequence),
      data,
    }),
  });
}
