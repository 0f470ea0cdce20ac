import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";

const regions = ["CAISO", "NYISO", "ERCOT"];
const dates = ["2026-11-10", "2026-11-11", "2026-11-12"];

let folder: string;
const opened: Database[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "views-speed-"));
  return () => {
    for (const database of opened.splice(0)) database.close();
    rmSync(folder, { recursive: true, force: true });
  };
});

/** A database with so many groups, each with members in two regions. */
function openGroups(count: number): Database {
  const database = openDatabase(join(folder, `${count}.sqlite`));
  opened.push(database);
  database.connection.pragma("synchronous = OFF");
  const day = database.prepare("INSERT INTO horizon_day (transmission_region, trade_date) VALUES (?, ?)");
  const group = database.prepare(
    "INSERT INTO market_group (market_group_id, market_group_name, version) VALUES (?, 'n', 0)",
  );
  const span = database.prepare(
    `INSERT INTO group_span (market_group_id, effective_from, effective_to, member_count, members_sha256,
       programs, regions) VALUES (?, '2026-01-01', NULL, 3, 'x', '[]', '["CAISO","NYISO"]')`,
  );
  database.connection.transaction(() => {
    for (const region of regions) for (const date of dates) day.run(region, date);
    for (let number = 0; number < count; number += 1) {
      group.run(`g${number}`);
      span.run(`g${number}`);
    }
  })();
  return database;
}

/** What this process alone spends: other work on the machine hardly touches it. */
function measureCpu(read: () => void): number {
  const before = process.cpuUsage();
  read();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

describe("snapshot_groups", () => {
  it("takes about eight times as long with eight times as many groups, not sixty-four times", () => {
    const counts = [500, 4000];
    const reads = counts.map((count) => {
      const database = openGroups(count);
      const one = database.prepare("SELECT * FROM snapshot_groups WHERE market_group_id = 'g7'").all();
      expect(one.map(({ trade_date }) => trade_date)).toEqual(dates);
      const all = database.prepare("SELECT * FROM snapshot_groups");
      return () => expect(all.all().length).toBe(count * dates.length);
    });
    const best = counts.map(() => Number.POSITIVE_INFINITY);
    for (let round = 0; round < 5; round += 1) {
      for (const [place, read] of reads.entries()) best[place] = Math.min(best[place]!, measureCpu(read));
    }
    expect(best[1]! / best[0]!).toBeLessThan(24);
  });

  it("shows a group on the days that all its regions have, and with the count of that day", () => {
    const database = openGroups(2);
    database.execute(`
      DELETE FROM horizon_day WHERE transmission_region = 'NYISO' AND trade_date = '2026-11-10';
      UPDATE group_span SET regions = '["CAISO"]' WHERE market_group_id = 'g1';
      UPDATE group_span SET effective_to = '2026-11-11' WHERE market_group_id = 'g0';
      INSERT INTO group_span VALUES ('g0', '2026-11-12', NULL, 5, 'y', '[]', '["CAISO","NYISO"]')`);
    const rows = database
      .prepare("SELECT trade_date, market_group_id, member_count FROM snapshot_groups ORDER BY 2, 1")
      .all();
    expect(rows.map((row) => Object.values(row).join(" "))).toEqual([
      "2026-11-11 g0 3",
      "2026-11-12 g0 5",
      "2026-11-10 g1 3",
      "2026-11-11 g1 3",
      "2026-11-12 g1 3",
    ]);
  });
});
