import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { walkDelivery } from "../support/receiver-history.ts";
import { innocent } from "../support/receiver-weather.ts";
import { walkSeeds } from "./budget.ts";

let folder: string;
let database: Database;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "webhooks-long-"));
  database = openDatabase(join(folder, "meter-sync.sqlite"));
  database.connection.pragma("synchronous = OFF");
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

it("webhooks lose nothing and set nothing aside through any single outage, seed after seed", async () => {
  const count = await walkSeeds("webhook outages", (seed) =>
    walkDelivery(database, { seed, steps: 80, weathers: innocent, hasPoison: false, hasDeaths: true }),
  );
  expect(count).toBeGreaterThan(0);
});

it("webhooks set aside only what their receiver cannot bear, seed after seed", async () => {
  const count = await walkSeeds("webhook poison", (seed) =>
    walkDelivery(database, { seed, steps: 80, weathers: innocent, hasPoison: true, hasDeaths: true }),
  );
  expect(count).toBeGreaterThan(0);
});

it("webhooks deliver everything in the end, whatever their receiver did, seed after seed", async () => {
  const weathers = [...innocent, "flaky", "refusing", "gone", "small"] as const;
  const count = await walkSeeds("webhook histories", (seed) =>
    walkDelivery(database, { seed, steps: 40 + (seed % 120), weathers, hasPoison: true, hasDeaths: true }),
  );
  expect(count).toBeGreaterThan(0);
});
