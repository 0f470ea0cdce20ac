import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { planRetention, pruneOld } from "../../src/retention/index.ts";
import { walkTwins } from "../integration/retention-twins.ts";
import { walkDelivery } from "../support/receiver-history.ts";
import { innocent } from "../support/receiver-weather.ts";
import { walkSeeds } from "./budget.ts";

it("a database from which all that is old goes lives as its twin does, seed after seed", async () => {
  const removed: Record<string, number> = {};
  await walkSeeds("retention twins", async (seed) => {
    const walked = await walkTwins({ seed, runs: 60, v1Share: [0, 0.3, 1][seed % 3]! });
    for (const [table, count] of Object.entries(walked)) removed[table] = (removed[table] ?? 0) + count;
  });
  process.stdout.write(`retention twins: removed ${JSON.stringify(removed)}\n`);
  for (const table of ["events", "revisions", "history", "runs"]) expect(removed[table]).toBeGreaterThan(0);
});

it("a delivery goes on as it would, whatever is removed between any two of its steps", async () => {
  const folder = mkdtempSync(join(tmpdir(), "retention-delivery-"));
  const databases = ["plain", "pruned"].map((name) => openDatabase(join(folder, `${name}.sqlite`)));
  onTestFinished(() => {
    for (const database of databases) database.close();
    rmSync(folder, { recursive: true });
  });
  const [plain, kept] = databases as [Database, Database];
  for (const database of databases) database.connection.pragma("synchronous = OFF");
  const { database: pruned, count } = openPruned(kept);
  await walkSeeds("retention of deliveries", async (seed) => {
    const weathers = [...innocent, "fine", "flaky", "refusing", "gone", "small"] as const;
    const history = { seed, steps: 40, weathers, hasPoison: true, hasDeaths: true };
    expect(await walkDelivery(pruned, history)).toEqual(await walkDelivery(plain, history));
  });
  process.stdout.write(`retention of deliveries: removed ${count()} events\n`);
  expect(count()).toBeGreaterThan(100);
});

/** In front of every statement outside a transaction everything goes that may, as by another process. */
function openPruned(database: Database): { readonly database: Database; readonly count: () => number } {
  let events = 0;
  let isPruning = false;
  const never = Number.MAX_SAFE_INTEGER;
  const keep = { eventsMs: 0, revisionsMs: null, historyMs: null, runsMs: null };
  const limits = { clock: { now: () => 0 }, timeMaxMs: 1, rowCountMax: never };
  const prepare = (sql: string) => {
    if (!isPruning && !database.connection.inTransaction) {
      isPruning = true;
      const needs = { acknowledgedBy: [], toldSequence: null };
      events += pruneOld(database, planRetention(keep, never), needs, limits).events;
      isPruning = false;
    }
    return database.prepare(sql);
  };
  return { database: { ...database, prepare }, count: () => events };
}
