import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toEntry } from "../support/documents.ts";
import { toConfig } from "../support/run-days.ts";
import { readSnapshot } from "../support/views.ts";
import { type ConfiguredOptions, runConfigured } from "./configured-run.ts";
import { inGroup, openPortfolioDays, type PortfolioDays, range } from "./portfolio-days.ts";
import { hourMs, noon } from "./small-portfolio.ts";

let world: PortfolioDays;
beforeEach(async () => {
  world = await openPortfolioDays("v2");
});
afterEach(() => world.close());

const twenty = inGroup("north", range(1, 20));

/** A run that asks as another account, or another host; the rules it trips. */
async function runAs(
  hours: number,
  changes: { readonly accountId?: string | null; readonly baseUrl?: string },
  options: ConfiguredOptions = {},
): Promise<string[]> {
  const { leap } = toConfig(world.leap, world.days.path, {});
  world.leap.entries = twenty.map(toEntry);
  const config = { leap: { ...leap, ...changes } };
  const report = await runConfigured(world.leap, world.days, noon + hours * hourMs, { ...options, config });
  return report.trips.map(({ rule }) => rule);
}

describe("a run that asks for another account", () => {
  it("is held, whatever comes back, unless the account is left out on either side", async () => {
    expect(await runAs(0, { accountId: "one" })).toEqual([]);
    const before = readSnapshot(world.days.database);
    expect(await runAs(1, { accountId: "two" })).toEqual(["account_changed"]);
    expect(readSnapshot(world.days.database)).toEqual(before);
    expect(await runAs(2, { accountId: "ONE" })).toEqual([]);
    expect(await runAs(3, { accountId: null })).toEqual([]);
    expect(await runAs(4, { accountId: "two" })).toEqual([]);
    expect(await runAs(5, { accountId: "one" })).toEqual(["account_changed"]);
  });

  it("is held also where it polls", async () => {
    expect(await runAs(0, { accountId: "one" })).toEqual([]);
    expect(await runAs(1, { accountId: "two" }, { mode: "poll" })).toEqual(["account_changed"]);
    const row = world.days.database.prepare(
      "SELECT mode, status FROM snapshot_runs ORDER BY started_at DESC",
    );
    expect(row.get()).toEqual({ mode: "poll", status: "held" });
  });

  it("becomes the account of the snapshot once a person has released it", async () => {
    await runAs(0, { accountId: "one" });
    await runAs(1, { accountId: "two" });
    const held = world.days.database
      .prepare("SELECT run_id, json_extract(report, '$.checksum') AS checksum FROM run WHERE status = 'held'")
      .get() as { run_id: string; checksum: string };
    world.days.release(noon + 2 * hourMs, held as never);
    expect(await runAs(3, { accountId: "two" })).toEqual([]);
    expect(await runAs(4, { accountId: "one" })).toEqual(["account_changed"]);
  });
});

describe("a run that asks another host", () => {
  const port = () => new URL(world.leap.url).port;

  it("is held; another port of the same host is no other", async () => {
    expect(await runAs(0, { baseUrl: `http://127.0.0.1:${port()}` })).toEqual([]);
    expect(await runAs(1, { baseUrl: `http://localhost:${port()}` })).toEqual(["account_changed"]);
    expect(await runAs(2, { baseUrl: "http://127.0.0.1:9" })).toEqual([]);
  });
});

describe("a new key alone", () => {
  it("changes nothing", async () => {
    expect((await world.run(0, twenty)).report.status).toBe("published");
    Object.assign(world.leap, { apiKey: "another:key" });
    const { report } = await world.run(1, twenty);
    expect([report.status, report.trips, report.changes]).toEqual(["published", [], {}]);
  });
});

describe("a sweep that returns mostly other meters", () => {
  const others = inGroup("north", range(101, 120));

  it.each([
    [10, 4, ["account_changed"]],
    [10, 5, []],
    [9, 4, []],
    [9, 1, []],
  ])("of %i known: with %i of them", async (known, matching, expected) => {
    await world.run(0, inGroup("north", range(1, known)));
    const { report } = await world.run(1, [...inGroup("north", range(1, matching)), ...others]);
    expect(report.trips.map(({ rule }) => rule)).toEqual(expected);
  });

  it("is the same account's where ids answered with documents that cannot be read", async () => {
    await world.run(0, inGroup("north", range(1, 10)));
    const unreadable = inGroup("north", range(5, 10), { extra: { program_enrollment: 7 } });
    const { report } = await world.run(1, [...inGroup("north", range(1, 4)), ...unreadable]);
    expect([report.trips, report.exit_code]).toEqual([[], 7]);
  });
});
