import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MeterSketch } from "../support/documents.ts";
import { readEvents, readSnapshot } from "../support/views.ts";
import { runConfigured } from "./configured-run.ts";
import { inGroup, openPortfolioDays, type PortfolioDays, range, toEntryAt } from "./portfolio-days.ts";
import { hourMs, noon, quarters } from "./small-portfolio.ts";

let world: PortfolioDays;
beforeEach(async () => {
  world = await openPortfolioDays("v2");
});
afterEach(() => world.close());

/** Four a month, so that each of the quarters has twelve. */
const forty: MeterSketch[] = range(1, 40).map((number) => ({
  number,
  addedAt: new Date(Date.UTC(2026, 0, 2) + number * 7.3 * 86_400_000).toISOString(),
  stays: [{ group: "north", from: "2026-11-01" }],
}));

type Configured = Parameters<typeof runConfigured>[3];

async function run(hours: number, meters: readonly MeterSketch[], options: Configured) {
  const nowMs = noon + hours * hourMs;
  world.leap.entries = meters.map((sketch) => toEntryAt("v2", sketch, nowMs));
  world.leap.forgetAsked();
  const standing = { pageSize: 4, concurrency: 1, cuts: quarters };
  const outcome = await runConfigured(world.leap, world.days, nowMs, { ...standing, ...options }).then(
    (report) => ({ report, error: null }),
    (error: { kind: string; message: string }) => ({ report: null, error }),
  );
  return { ...outcome, requests: world.leap.asked.length };
}

function readLastReport() {
  const row = world.days.database
    .prepare("SELECT status, report FROM snapshot_runs ORDER BY started_at DESC, run_id DESC")
    .get();
  return { status: row?.status, report: JSON.parse(String(row?.report)) as Record<string, unknown> };
}

describe("a budget of requests", () => {
  it("ends the run with exit 3 when it is spent, and the runs after it read only what is left", async () => {
    const twin = await run(0, forty, { isDryRun: false });
    const needed = twin.requests;
    await world.close();
    world = await openPortfolioDays("v2");
    const config = { requestCountMax: 5 };
    const spent: number[] = [];
    let report = null;
    for (let attempt = 0; report === null && attempt < 10; attempt += 1) {
      const outcome = await run(attempt, forty, { config });
      spent.push(outcome.requests);
      report = outcome.report;
      if (outcome.error === null) break;
      expect(outcome.error.kind).toBe("environment");
      expect(outcome.error.message).toContain("METER_SYNC_REQUESTS_MAX");
      expect(readLastReport()).toMatchObject({ status: "failed", report: { exit_code: 3 } });
      expect(readEvents(world.days.database).at(-1)!.type).toBe("sync.failed");
      expect(outcome.requests).toBe(5);
    }
    expect(report).toMatchObject({ status: "published", is_baseline: true });
    expect(report!.meters).toMatchObject({ returned: 40, created: 40, repeated: 0 });
    expect(report!.windows).toMatchObject({ total: 5 });
    expect(report!.windows.resumed).toBeGreaterThan(0);
    // Only pages of windows that were not finished are read twice.
    const all = spent.reduce((sum, count) => sum + count, 0);
    expect(all).toBeLessThan(needed + 4 * spent.length);
    expect(spent.length).toBeGreaterThan(2);
  });

  it("holds for reads by id as well, which the next run then has to do alone", async () => {
    const { requests } = await run(0, forty, {});
    const before = readSnapshot(world.days.database);
    const short = await run(1, forty.slice(1), { config: { requestCountMax: requests } });
    expect([short.error?.kind, short.requests]).toEqual(["environment", requests]);
    expect(short.error?.message).toContain("read meters by their ids");
    expect(readSnapshot(world.days.database)).toEqual(before);
    const next = await run(2, forty.slice(1), { config: { requestCountMax: 1 } });
    expect(next.report).toMatchObject({ status: "published", absence: { missing: 1 } });
    expect([next.requests, next.report!.windows.read]).toEqual([1, 0]);
  });

  it("that is enough is not felt", async () => {
    const { requests } = await run(0, forty, {});
    const exact = await run(1, forty, { config: { requestCountMax: requests } });
    expect(exact.report).toMatchObject({ status: "published", traffic: { requests, retries: 0 } });
  });
});

describe("a budget of time", () => {
  it("ends the run with exit 3 when it is up, keeps what was read, and the next goes on", async () => {
    let clockMs = 0;
    const clientClock = {
      now: () => {
        clockMs += 60_000;
        return clockMs;
      },
    };
    const config = { runTimeMaxMs: 8 * 60_000 };
    const first = await run(0, forty, { config, clientClock });
    expect(first.error!.kind).toBe("environment");
    expect(first.error!.message).toContain("reading for 8m");
    expect(first.error!.message).toContain("METER_SYNC_RUN_TIME_MAX");
    expect(readLastReport()).toMatchObject({ status: "failed", report: { exit_code: 3 } });
    const second = await run(1, forty, {});
    expect(second.report!.windows.resumed).toBeGreaterThan(0);
    expect(second.report!.meters).toMatchObject({ returned: 40, created: 40, repeated: 0 });
    expect((await run(2, inGroup("south", range(1, 40)), {})).report!.meters.changed).toBe(40);
  });
});
