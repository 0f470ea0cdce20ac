import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { walkDelivery } from "../support/receiver-history.ts";
import type { DeliveryHistory } from "../support/receiver-play.ts";
import { innocent } from "../support/receiver-weather.ts";

let folder: string;
let database: Database;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "webhook-histories-"));
  database = openDatabase(join(folder, "meter-sync.sqlite"));
  database.connection.pragma("synchronous = OFF");
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

/** So many histories, one after another; what was seen in all of them. */
async function walkMany(count: number, history: Omit<DeliveryHistory, "seed" | "steps">) {
  const total = { requests: 0, takings: 0, deadLetterCount: 0 };
  for (let seed = 1; seed <= count; seed += 1) {
    const seen = await walkDelivery(database, { seed, steps: 30, ...history });
    total.requests += seen.requests;
    total.takings += seen.takings;
    total.deadLetterCount += seen.deadLetterCount;
  }
  return total;
}

describe("random histories of a receiver and its sender (I5, I6)", () => {
  it("lose nothing and make no dead letters where the receiver is merely down now and then", async () => {
    const seen = await walkMany(40, { weathers: innocent, hasPoison: false, hasDeaths: true });
    expect(seen.deadLetterCount).toBe(0);
    expect(seen.takings).toBeGreaterThan(500);
  });

  it("set nothing aside but what the receiver cannot bear", async () => {
    const seen = await walkMany(40, { weathers: innocent, hasPoison: true, hasDeaths: true });
    expect(seen.deadLetterCount).toBeGreaterThan(30);
  });

  it("end with everything delivered, whatever the receiver did", async () => {
    const weathers = [...innocent, "fine", "flaky", "refusing", "gone", "small"] as const;
    const seen = await walkMany(40, { weathers, hasPoison: true, hasDeaths: true });
    expect(seen.takings).toBeLessThan(seen.requests);
  });
});
