import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toRoutes } from "../../src/cli/schedule-routes.ts";
import { openDatabase } from "../../src/database/index.ts";
import type { Route } from "../../src/endpoint/index.ts";
import { configOf } from "../unit/config/config-of.ts";
import { fillSmallDatabase, publishedAtMs } from "./small-database.ts";

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "routes-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function routesOf(database: string, isStopping = false): readonly Route[] {
  const config = configOf({ METER_SYNC_DATABASE: join(folder, database) });
  const clock = { now: () => publishedAtMs + 90_500 };
  return toRoutes(config, { clock, logger, jobs: () => [], isStopping: () => isStopping });
}

function ask(routes: readonly Route[], path: string) {
  return routes.find((route) => route.path === path)?.answer("");
}

const untold = { published_at: null, age_seconds: null, last_run: null, is_held: null };

test("without a database it is not ready, and says why", async () => {
  expect(await ask(routesOf("missing.sqlite"), "/readyz")).toEqual({
    status: 503,
    body: { status: "not ready", reason: expect.stringContaining("no database yet"), ...untold },
  });
});

test("with one it is ready, however old its data, and says how old, and what ran last", async () => {
  fillSmallDatabase(join(folder, "filled.sqlite"));
  const at = new Date(publishedAtMs).toISOString();
  const ready = {
    status: 200,
    body: {
      status: "ready",
      reason: null,
      published_at: at,
      age_seconds: 91,
      last_run: { mode: "sweep", status: "published", started_at: at, finished_at: at },
      is_held: false,
    },
  };
  expect(await ask(routesOf("filled.sqlite"), "/readyz")).toEqual(ready);
  const database = openDatabase(join(folder, "filled.sqlite"));
  database.execute("UPDATE run SET status = 'held'");
  database.close();
  expect(await ask(routesOf("filled.sqlite"), "/readyz")).toMatchObject({
    status: 200,
    body: { is_held: true, last_run: { status: "held" } },
  });
  const stopping = await ask(routesOf("filled.sqlite", true), "/readyz");
  expect(stopping).toMatchObject({ status: 503, body: { reason: expect.stringContaining("about to end") } });
});

test("a file of an older release, or of something else, is not ready to be used", async () => {
  const database = openDatabase(join(folder, "older.sqlite"));
  database.execute(
    "DELETE FROM __drizzle_migrations WHERE rowid = (SELECT max(rowid) FROM __drizzle_migrations)",
  );
  database.close();
  writeFileSync(join(folder, "other.sqlite"), "not a database at all, but a text".repeat(40));
  for (const [name, reason] of [
    ["older.sqlite", /older meter-sync: run/],
    ["other.sqlite", /other.sqlite/],
  ] as const)
    expect(await ask(routesOf(name), "/readyz")).toEqual({
      status: 503,
      body: { status: "not ready", reason: expect.stringMatching(reason), ...untold },
    });
});

test("metrics are there with a database and without one", async () => {
  for (const name of ["missing.sqlite", "filled.sqlite"])
    expect(await ask(routesOf(name), "/metrics")).toMatchObject({ status: 200, text: expect.any(String) });
});
