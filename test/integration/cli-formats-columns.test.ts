import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runInProcess } from "./cli-in-process.ts";
import { fillSmallDatabase, group } from "./small-database.ts";

const folder = mkdtempSync(join(tmpdir(), "cli-formats-columns-"));
const database = join(folder, "small.sqlite");

beforeAll(() => fillSmallDatabase(database));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("--columns of events", () => {
  const asked = ["--columns", "what,sequence,event"];

  it("makes each an object of those columns, the event in it as it is", async () => {
    const whole = toLines(await shown("events", "ndjson")).map((line) => JSON.parse(line) as unknown);
    const lines = toLines(await shown("events", "ndjson", asked));
    expect(lines.map((line) => Object.keys(JSON.parse(line)))).toEqual(
      Array(3).fill(["what", "sequence", "event"]),
    );
    const objects = lines.map((line) => JSON.parse(line) as { sequence: number; event: unknown });
    expect(objects.map(({ event }) => event)).toEqual(whole);
    expect(objects.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(objects[2]).toMatchObject({ what: "published" });
    expect(toLines(await shown("events", "table"))[2]).toMatch(/^2 .* meter SITE-1 +DEMAND: moves from /);
    expect(JSON.parse(await shown("events", "json", asked))).toEqual(objects);
  });

  it("prints the event's text in a cell of csv, byte for byte", async () => {
    const [first = ""] = toLines(await shown("events", "ndjson"));
    const [, cells = ""] = toLines(await shown("events", "csv", asked));
    expect(cells.endsWith(`,1,"${first.replaceAll('"', '""')}"`)).toBe(true);
  });
});

describe("--columns of a group", () => {
  const words = `group ${group.north}`;
  const asked = ["--columns", "trade_date,meter_id"];

  it("chooses among its members as json, and leaves the group as it is", async () => {
    const whole = JSON.parse(await shown(words, "json")) as { members: readonly Record<string, unknown>[] };
    const narrow = JSON.parse(await shown(words, "json", asked));
    expect(whole.members.length).toBeGreaterThan(0);
    expect(narrow).toEqual({
      ...whole,
      members: whole.members.map(({ trade_date, meter_id }) => ({ trade_date, meter_id })),
    });
    expect(Object.keys(narrow.members[0])).toEqual(["trade_date", "meter_id"]);
  });

  it("chooses among its members in a table, beneath the group", async () => {
    const whole = (await shown(words, "table")).split("\n\n");
    const narrow = (await shown(words, "table", asked)).split("\n\n");
    expect(narrow.slice(0, 2)).toEqual(whole.slice(0, 2));
    expect(toLines(narrow[2] ?? "")[0]).toMatch(/^TRADE DATE +METER ID$/);
    expect(toLines(narrow[2] ?? "")).toHaveLength(toLines(whole[2] ?? "").length);
  });
});

describe("--columns of sinks", () => {
  it("chooses among the words of a table and the values beneath them", async () => {
    const lines = toLines(await shown("sinks", "table", ["--columns", "sink,state,backlog,place"]));
    expect(lines[0]).toMatch(/^SINK +STATE +BACKLOG +PLACE$/);
    expect(lines[1]).toMatch(/^file:\/events.ndjson +ok +ok +1$/);
    expect(lines).toHaveLength(2);
  });
});

async function shown(words: string, format: string, more: readonly string[] = []): Promise<string> {
  const given = [...words.split(" "), "--format", format, ...more, "--database", database];
  const env = { METER_SYNC_SINKS: "file:/events.ndjson" };
  const { exitCode, stdout } = await runInProcess([...given, "--now", "2026-10-28T07:00:00Z"], env);
  expect(exitCode, words).toBe(0);
  return stdout;
}

function toLines(text: string): readonly string[] {
  return text.trimEnd().split("\n");
}
