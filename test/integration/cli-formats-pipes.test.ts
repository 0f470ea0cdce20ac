import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { programPath } from "../support/build-program.ts";
import { fillSmallDatabase, group, insert, publishedAtMs } from "./small-database.ts";

const folder = mkdtempSync(join(tmpdir(), "cli-formats-pipes-"));
const large = join(folder, "large.sqlite");
const largeCount = 2500;

beforeAll(() => {
  fillSmallDatabase(large);
  enlarge();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a pipe that closes early", () => {
  it.each(["events", "meters --format ndjson", "groups --format csv"])(
    "is no error of %s, however much is left to print",
    async (words) => {
      const [piped, counted] = await Promise.all([
        inBash(`${words} | head -n 1`),
        inBash(`${words} | wc -c`),
      ]);
      expect(piped).toMatchObject({ exitCode: 0, stderr: "" });
      expect(piped.stdout.trimEnd().split("\n")).toHaveLength(1);
      // More than what a pipe and our own buffer hold: the program must have met the closed end.
      expect(Number(counted.stdout)).toBeGreaterThan(200_000);
    },
  );
});

/** One line for bash on the large database; a pipe fails where any of its parts does. */
function inBash(line: string): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const script = `set -o pipefail; "$NODE" "$PROGRAM" --database "$FILE" ${line}`;
  const env = { PATH: process.env.PATH, NODE: process.execPath, PROGRAM: programPath, FILE: large };
  return new Promise((resolve) => {
    execFile("bash", ["--norc", "-c", script], { env }, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** Thousands of meters, groups, members and events. */
function enlarge(): void {
  const open = openDatabase(large);
  open.connection.pragma("synchronous = OFF");
  open.connection.exec("BEGIN");
  const rows = Array.from({ length: largeCount }, (_, index) => toLargeRows(index + 10));
  for (const table of Object.keys(rows[0] ?? {}))
    insertAll(
      open,
      table,
      rows.map((each) => each[table] ?? {}),
    );
  open.connection.exec("COMMIT");
  open.close();
}

/** The first row shows what the others need. */
function insertAll(
  open: Database,
  table: string,
  [first = {}, ...others]: readonly Record<string, unknown>[],
): void {
  insert(open, table, first);
  const needed = open
    .prepare(
      `SELECT name, type FROM pragma_table_info('${table}') WHERE "notnull" = 1 AND dflt_value IS NULL`,
    )
    .all()
    .map(({ name, type }) => [String(name), String(type).toUpperCase() === "TEXT" ? "" : 0] as const)
    .filter(([name]) => !(name in first) && name !== "assignment_id");
  const columns = [...Object.keys(first), ...needed.map(([name]) => name)];
  const filled = Object.fromEntries(needed);
  const statement = open.prepare(
    `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
  );
  for (const row of others) statement.run(...columns.map((name) => row[name] ?? filled[name]));
}

function toLargeRows(index: number): Record<string, Record<string, unknown>> {
  const tail = String(index).padStart(12, "0");
  const meterId = `bbbbbbbb-0000-4000-8000-${tail}`;
  const groupId = `22222222-0000-4000-8000-${tail}`;
  const from = { effective_from: "2026-10-27" };
  const id = String(index).padStart(64, "0");
  return {
    meter: { meter_key: index, meter_id: meterId, head_revision_id: index },
    revision: {
      revision_id: index,
      meter_key: index,
      transmission_region: "CAISO",
      tags: "[]",
      required_actions: "[]",
      document: "{}",
    },
    assignment: {
      meter_key: index,
      program: "DEMAND",
      market_group_id: group.north,
      ...from,
      known_from_ms: publishedAtMs,
    },
    market_group: { market_group_id: groupId, market_group_name: `G${index}`, version: 1 },
    group_span: {
      market_group_id: groupId,
      ...from,
      member_count: 1,
      members_sha256: "0".repeat(64),
      programs: '["DEMAND"]',
      regions: '["CAISO"]',
    },
    event: {
      sequence: index,
      id,
      type: "meter.created",
      subject: meterId,
      partitionkey: meterId,
      time_ms: publishedAtMs,
      run_id: "run-1",
      event: JSON.stringify({ id, type: "meter.created", data: { meter_id: meterId } }),
    },
  };
}
