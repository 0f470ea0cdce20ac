import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { runProgram } from "./run-program.ts";
import { fillSmallDatabase } from "./small-database.ts";

const folder = mkdtempSync(join(tmpdir(), "metrics-status-"));
const path = join(folder, "small.sqlite");
const empty = join(folder, "empty.sqlite");

beforeAll(() => {
  fillSmallDatabase(path);
  openDatabase(empty).close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As a monitoring script asks; what was published is from 06:17 on the 28th. */
const ask = (within: string, now: string, database = path) =>
  runProgram(
    ["status", "--fresh-within", within, "--quiet", "--now", now],
    { METER_SYNC_DATABASE: database },
    folder,
  );

describe.concurrent("a script that asks whether the snapshot is fresh", () => {
  it.each([
    ["exactly as old as it may be", "26h", "2026-10-29T08:17:00Z", 0],
    ["a millisecond older", "26h", "2026-10-29T08:17:00.001Z", 3],
  ])("goes by the exit code: %s", async (_, within, now, expected) => {
    const { exitCode, messages } = await ask(within, now);
    expect([exitCode, messages.length]).toEqual([expected, expected === 0 ? 0 : 1]);
    if (expected !== 0)
      expect(messages[0]).toMatch(/^stale: last published at 2026-10-28T06:17:00\.000Z, 26 h/);
  });

  it("gets 3 where nothing has been published yet", async () => {
    const { exitCode, messages } = await ask("26h", "2026-10-28T06:17:00Z", empty);
    expect([exitCode, messages]).toEqual([
      3,
      [expect.stringMatching(/^stale: nothing has been published yet; /)],
    ]);
  });

  it("gets 2 and the path where there is no database, and none is made", async () => {
    const { exitCode, stdout, messages } = await ask(
      "26h",
      "2026-10-28T06:17:00Z",
      join(folder, "none.sqlite"),
    );
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(messages).toEqual([
      expect.stringMatching(/^no database at .*none\.sqlite: run `meter-sync sync` first/),
    ]);
    expect(readdirSync(folder)).not.toContain("none.sqlite");
  });
});
