import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { runProgram } from "./run-program.ts";
import { fillSmallDatabase, group, insert } from "./small-database.ts";

const folder = mkdtempSync(join(tmpdir(), "cli-group-days-"));
const path = join(folder, "small.sqlite");

/** A group has members in two regions, of which one shows a day more than the other. */
beforeAll(() => {
  fillSmallDatabase(path);
  const database = openDatabase(path);
  const region = { transmission_region: "NYISO" };
  insert(database, "horizon", {
    ...region,
    zone: "America/New_York",
    today: "2026-10-28",
    last_looked_at: "2026-10-30",
    known_through: "2026-10-30",
  });
  for (const trade_date of ["2026-10-28", "2026-10-29", "2026-10-30"])
    insert(database, "horizon_day", { ...region, trade_date });
  database.execute("UPDATE revision SET transmission_region = 'NYISO' WHERE meter_key = 2");
  const regions = database.prepare("UPDATE group_span SET regions = ? WHERE market_group_id = ?");
  regions.run('["CAISO","NYISO"]', group.north);
  database.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a group on a day that only some of its regions show", () => {
  it("is not said to have no members tomorrow: the publication is too old", async () => {
    const { exitCode, stdout, messages } = await ask("tomorrow", "--now", "2026-10-29T20:00:00Z");
    expect([exitCode, stdout]).toEqual([3, ""]);
    expect(messages).toEqual([
      expect.stringMatching(
        /^tomorrow is 2026-10-30, which the last publication, .* does not show in CAISO: .* sync`, or give/,
      ),
    ]);
  });

  it("is not said to have no members on that date: it is shown on others", async () => {
    const { exitCode, messages } = await ask("2026-10-30");
    expect(exitCode).toBe(2);
    expect(messages).toEqual([
      `group ${group.north} is not shown with members on 2026-10-30, but on 2026-10-28, 2026-10-29: ` +
        "`--known-at` with an instant asks about any trade date",
    ]);
  });
});

function ask(date: string, ...words: readonly string[]) {
  return runProgram(["group", group.north, "--trade-date", date, ...words, "--database", path]);
}
