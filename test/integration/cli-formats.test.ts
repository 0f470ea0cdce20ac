import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { runInProcess } from "./cli-in-process.ts";
import { runProgram } from "./run-program.ts";
import { fillSmallDatabase, group, insert, meter, publishedAtMs } from "./small-database.ts";

const folder = mkdtempSync(join(tmpdir(), "cli-formats-"));
const database = join(folder, "small.sqlite");
const sink = "file:/events.ndjson";

beforeAll(() => {
  fillSmallDatabase(database);
  addDeadLetter();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The columns of every listing in the order that programs may count on. */
const listings: readonly (readonly [words: string, columns: string])[] = [
  [
    "meters",
    "meter_id partner_reference transmission_region meter_type tags enrollment_status dispatchable " +
      "participation_preference action_required required_actions is_archived is_missing added_at " +
      "last_changed_at",
  ],
  [
    "actions",
    "meter_id partner_reference transmission_region party program delivery_period type code deadline " +
      "description",
  ],
  ["groups", "trade_date market_group_id market_group_name programs member_count members_sha256 version"],
  [
    "runs",
    "run_id mode status started_at finished_at published_at is_certified meters_returned change_count error",
  ],
  [
    "sinks",
    "name is_configured state backlog settled_sequence start_sequence settled_at undelivered set_aside " +
      "oldest_undelivered_at oldest_undelivered_age_seconds retry_at disabled_at failure_count error " +
      "error_at",
  ],
  ["dead-letters", "sink sequence type subject partitionkey set_aside_at attempts status error waiting"],
  [
    "ack --list",
    "sequence event_id meter_id partner_reference program from_market_group_ids to_market_group_ids " +
      "effective_from effective_to state is_overdue told_at due_at reported_at reason overdue_at",
  ],
];

describe("every listing", () => {
  it.each(listings)(
    "prints %s as json, ndjson and csv alike, in the order of its columns",
    async (words, names) => {
      const columns = names.split(" ");
      const objects = JSON.parse(await shown(words, "json")) as readonly Record<string, unknown>[];
      const [header, ...lines] = toCells(await shown(words, "csv"));
      expect(objects.length).toBeGreaterThan(0);
      expect(header).toEqual(columns);
      for (const object of objects) expect(Object.keys(object)).toEqual(columns);
      expect(toLines(await shown(words, "ndjson")).map((line) => JSON.parse(line))).toEqual(objects);
      expect(lines).toHaveLength(objects.length);
      const [first = {}] = objects;
      expect(lines[0]?.[0]).toBe(String(first[columns[0] ?? ""]));
    },
  );

  it.each(listings.slice(0, 3))("prints %s as a table with a line for each row", async (words) => {
    const objects = JSON.parse(await shown(words, "json")) as readonly unknown[];
    expect(toLines(await shown(words, "table"))).toHaveLength(objects.length + 1);
  });

  it.each(listings)("prints of %s the columns asked for, in that order", async (words, names) => {
    const asked = names.split(" ").reverse().slice(-3);
    const more = ["--columns", asked.join(",")];
    const objects = JSON.parse(await shown(words, "json", more)) as readonly object[];
    for (const object of objects) expect(Object.keys(object)).toEqual(asked);
    const whole = JSON.parse(await shown(words, "json")) as readonly Record<string, unknown>[];
    expect(objects).toEqual(whole.map((row) => Object.fromEntries(asked.map((name) => [name, row[name]]))));
    expect(toLines(await shown(words, "csv", more))[0]).toBe(asked.join(","));
    if (words === "sinks") return;
    const heading = toLines(await shown(words, "table", more))[0];
    expect(heading?.split(/ {2,}/)).toEqual(asked.map((name) => name.replaceAll("_", " ").toUpperCase()));
  });

  it("is joined by events and the members of a group, which are whole as json", async () => {
    const events = "sequence id type subject partitionkey time run_id event".split(" ");
    expect(toCells(await shown("events", "csv"))[0]).toEqual(events);
    expect(toLines(await shown("events", "ndjson"))).toHaveLength(3);
    expect(JSON.parse(await shown("events", "json"))).toHaveLength(3);
    expect(toLines(await shown("events", "table"))).toHaveLength(4);
    expect(toLines(await shown("events", "csv", ["--columns", "type,sequence"]))[1]).toBe("meter.created,1");
    const members = `group ${group.north}`;
    const more = ["--columns", "meter_id,trade_date", "--limit", "1"];
    expect(toLines(await shown(members, "csv", more))).toEqual([
      "meter_id,trade_date",
      `${meter.plain},2026-10-27`,
    ]);
    expect(toLines(await shown(members, "ndjson", more))).toHaveLength(1);
  });
});

describe("every record", () => {
  it.each(["status", `meter ${meter.plain}`, "run latest", "dead-letter 2", `group ${group.north}`])(
    "prints %s as a table, json, ndjson and csv",
    async (words) => {
      const object = JSON.parse(await shown(words, "json")) as Record<string, unknown>;
      const table = await shown(words, "table");
      expect(table).not.toMatch(/^[{[]/);
      if (words.startsWith("group")) return;
      const lines = toLines(await shown(words, "ndjson"));
      expect(lines).toHaveLength(1);
      expect(JSON.parse(lines[0] ?? "")).toEqual(object);
      const [header, values] = toCells(await shown(words, "csv"));
      expect(header).toEqual(Object.keys(object));
      expect(values).toHaveLength(header?.length ?? 0);
    },
  );
});

describe("--columns", () => {
  it.each([
    ["meters --columns meter_id,nmae", /^no column nmae here: --columns takes meter_id, partner_reference, /],
    ["meters --columns meter_id,,tags", /It takes names of columns, each once/],
    ["sync --columns run_id", /sync is none: leave it out/],
    [`group ${group.north} --columns nmae --format json`, /^no column nmae here: .* market_group_id, /],
    ["events --columns nmae", /^no column nmae here: --columns takes .*, event, about, what$/],
    ["sinks --columns sink --format json", /^no column sink here: --columns takes name, /],
  ])("is refused with one line for %s", async (words, message) => {
    const { exitCode, stdout, messages } = await runProgram([...words.split(" "), "--database", database]);
    expect([exitCode, stdout, messages.length]).toEqual([2, "", 1]);
    expect(messages[0]).toMatch(message);
  });
});

describe("a terminal", () => {
  it("gets a table that is no wider than it is, without a colour", async () => {
    for (const width of [120, 80]) {
      const lines = toLines(await onTerminal(["meters"], width));
      expect(lines).toHaveLength(4);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      expect(lines.join("")).not.toContain("\u001b");
      expect(lines[1]).toContain(meter.plain);
      expect(lines.join("")).toContain("…");
    }
  });

  it.each([`group ${group.north}`, "sinks", "dead-letters", "actions --party all"])(
    "gets all tables of %s no wider than it is",
    async (words) => {
      const text = await onTerminal(words.split(" "), 40);
      // Advice is a sentence, not a row.
      const rows = toLines(text).filter((line) => !line.includes("`"));
      expect(Math.max(...rows.map((line) => line.length))).toBeLessThanOrEqual(40);
      expect(rows.join("")).toContain("…");
    },
  );
});

function shown(words: string, format: string, more: readonly string[] = []): Promise<string> {
  return inProcess([...words.split(" "), "--format", format, ...more], {});
}

function onTerminal(words: readonly string[], columns: number): Promise<string> {
  return inProcess(words, { isTTY: true, columns });
}

async function inProcess(
  words: readonly string[],
  terminal: { readonly isTTY?: boolean; readonly columns?: number },
): Promise<string> {
  const env = { METER_SYNC_SINKS: sink, METER_SYNC_ACKNOWLEDGED_BY: sink };
  const given = [...words, "--database", database, "--now", "2026-10-28T07:00:00Z"];
  const { exitCode, stdout } = await runInProcess(given, env, terminal);
  expect(exitCode, words.join(" ")).toBe(0);
  return stdout;
}

function toLines(text: string): readonly string[] {
  return text.trimEnd().split("\n");
}

/** Lines of CSV without line breaks in their cells, read by their quotes. */
function toCells(csv: string): readonly (readonly string[])[] {
  return toLines(csv).map((line) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
      quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'),
    ),
  );
}

/** A sink that refused the remap, so that no listing is empty. */
function addDeadLetter(): void {
  const open = openDatabase(database);
  insert(open, "delivery", {
    sink,
    sequence: 2,
    partitionkey: meter.plain,
    run_id: "run-1",
    state: "set_aside",
    attempt_count: 3,
    set_aside_at_ms: publishedAtMs,
    status: 422,
    error: "refused",
  });
  // For the listing of actions.
  const action = { party: null, program: "DEMAND", delivery_period: null, type: "ENROLLMENT", code: "SIGN" };
  const asked = { ...action, deadline: "2026-11-15T08:00:00.000Z", description: "Sign the agreement" };
  open.execute(`UPDATE revision SET required_actions = '[${JSON.stringify(asked)}]' WHERE revision_id = 1`);
  insert(open, "told_remap", { sequence: 2, event_id: "2".repeat(64), state: "told", meter_id: meter.plain });
  open.close();
}
