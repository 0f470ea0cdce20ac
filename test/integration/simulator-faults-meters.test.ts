import { describe, expect, test } from "vitest";
import type { Fault, RunningSimulator } from "../../src/simulator/index.ts";
import { ask, nowMs, search, start } from "../support/asked-simulator.ts";
import { readChain, readIds, readListed, readSingly, v1Search } from "./simulator-chain.ts";

const world = { meterCount: 200, newMetersPerDay: 0 };
const added = { created_before_date_time: "2030-01-01T00:00:00Z" };

async function readPlainIds(simulator: RunningSimulator): Promise<readonly string[]> {
  simulator.setFaults([]);
  return readIds(simulator);
}

/** What the portfolio is left with, in whichever way it is asked. */
async function readWays(simulator: RunningSimulator, ids: readonly string[], fault: Fault) {
  simulator.setFaults([fault]);
  const few = ids.slice(0, 60);
  return {
    v2: await readIds(simulator, { page_size: 30 }),
    v1: await readIds(simulator, { page_size: 30 }, v1Search),
    listed: await readListed(simulator, ids),
    v2Singly: await readSingly(simulator, few, "v2"),
    v1Singly: await readSingly(simulator, few, "v1"),
  };
}

describe("a fault of the portfolio", () => {
  test("region-vanishes: nowhere to be found, or only not in searches", async () => {
    const simulator = await start(world);
    const ids = await readPlainIds(simulator);
    const regionOf = (id: string) =>
      simulator.portfolio.truthOf(simulator.portfolio.indexOf(id)!, nowMs)!.region;
    const left = ids.filter((id) => regionOf(id) !== "NYISO");
    expect(ids.length - left.length).toBeGreaterThan(20);
    const fewLeft = left.filter((id) => ids.indexOf(id) < 60);
    expect(await readWays(simulator, ids, { kind: "region-vanishes", region: "NYISO" })).toEqual({
      v2: left,
      v1: left,
      listed: left,
      v2Singly: fewLeft,
      v1Singly: fewLeft,
    });
    const few = ids.slice(0, 60);
    expect(await readWays(simulator, ids, { kind: "region-vanishes", region: "NYISO", on: "pages" })).toEqual(
      {
        v2: left,
        v1: left,
        listed: ids,
        v2Singly: few,
        v1Singly: few,
      },
    );
  });

  test("missing-meters: a share of the meters, the same ones each time and each way", async () => {
    const simulator = await start(world);
    const ids = await readPlainIds(simulator);
    const ways = await readWays(simulator, ids, { kind: "missing-meters", share: 0.2 });
    const left = ways.v2;
    expect(Math.abs(left.length - 160)).toBeLessThan(25);
    expect(ways).toEqual({
      v2: left,
      v1: left,
      listed: left,
      v2Singly: left.filter((id) => ids.indexOf(id) < 60),
      v1Singly: left.filter((id) => ids.indexOf(id) < 60),
    });
    const gone = await ask(
      simulator,
      `/v2/meters/${ids.find((id) => !left.includes(id))}/enrollments`,
      undefined,
      "GET",
    );
    expect(gone).toMatchObject({ status: 404, body: { title: "Meter not found", status: 404 } });
    simulator.setFaults([{ kind: "missing-meters", share: 0.2 }], 2);
    expect(await readIds(simulator)).not.toEqual(left);
    const more = await readWays(simulator, ids, { kind: "missing-meters", share: 0.4, on: "pages" });
    expect([more.listed, more.v1Singly]).toEqual([ids, ids.slice(0, 60)]);
  });

  test("hidden-meters: only a search with a limit of date added lacks them", async () => {
    const simulator = await start(world);
    const ids = await readPlainIds(simulator);
    const ways = await readWays(simulator, ids, { kind: "hidden-meters", share: 0.2 });
    const few = ids.slice(0, 60);
    expect(ways).toEqual({ v2: ids, v1: ids, listed: ids, v2Singly: few, v1Singly: few });
    const seen = await readIds(simulator, { ...added, page_size: 30 });
    expect(Math.abs(seen.length - 160)).toBeLessThan(25);
    expect(await readIds(simulator, { created_after_date_time: "2018-01-01T00:00:00Z" })).toEqual(seen);
    expect(await readIds(simulator, { date_added_to: "2030-01-01T00:00:00Z" }, v1Search)).toEqual(seen);
    expect(await readIds(simulator, { last_modified_date_time: "2018-01-01T00:00:00Z" })).toEqual(ids);
  });

  test("ungrouped: every meter as it is, but for its groups", async () => {
    const simulator = await start(world);
    const plain = (await readChain(simulator)).flatMap(({ meters }) => meters);
    const plainV1 = (await readChain(simulator, {}, v1Search)).flatMap(({ meters }) => meters);
    simulator.setFaults([{ kind: "ungrouped" }]);
    const bare = (await readChain(simulator)).flatMap(({ meters }) => meters);
    expect(JSON.stringify(plain)).toContain("market_group_id");
    expect(JSON.stringify(bare)).not.toContain("market_group");
    expect(bare).toEqual(
      plain.map((meter) => ({
        ...meter,
        program_enrollment: meter.program_enrollment.map(
          ({ market_group_id: _, market_group_name: __, ...row }: object & Record<string, unknown>) => row,
        ),
      })),
    );
    const v1 = (await readChain(simulator, {}, v1Search)).flatMap(({ meters }) => meters);
    expect(plainV1.some((meter) => meter.participation.length > 0)).toBe(true);
    expect(v1).toEqual(plainV1.map((meter) => ({ ...meter, participation: [] })));
    const one = await ask(simulator, `/v2/meters/${plain[7].meter_id}/enrollments`, undefined, "GET");
    expect(one.body).toEqual(bare[7]);
    simulator.setFaults([{ kind: "ungrouped", rows: "drop" }]);
    const dropped = (await readChain(simulator)).flatMap(({ meters }) => meters);
    expect(dropped).toEqual(plain.map((meter) => ({ ...meter, program_enrollment: [] })));
  });

  test("other-account: as many meters, none of them ours, and ours unknown", async () => {
    const simulator = await start(world);
    const ids = await readPlainIds(simulator);
    const ways = await readWays(simulator, ids, { kind: "other-account" });
    expect(ways).toMatchObject({ listed: [], v2Singly: [], v1Singly: [] });
    expect(ways.v2).toHaveLength(200);
    expect(ways.v1).toEqual(ways.v2);
    expect(ways.v2.filter((id) => ids.includes(id))).toEqual([]);
    expect(await readListed(simulator, ways.v2)).toEqual(ways.v2);
    simulator.setFaults([{ kind: "other-account", seed: 99 }]);
    const third = await readIds(simulator);
    expect(third.filter((id) => ways.v2.includes(id))).toEqual([]);
    expect(await readPlainIds(simulator)).toEqual(ids);
  });

  test("all of them at once leave an answer that can be read", async () => {
    const simulator = await start(world);
    simulator.setFaults([
      { kind: "other-account" },
      { kind: "region-vanishes" },
      { kind: "missing-meters" },
      { kind: "hidden-meters" },
      { kind: "ungrouped" },
      { kind: "moving-meters" },
      { kind: "page-cap", size: 7 },
    ]);
    const ids = new Set(await readIds(simulator, added));
    expect(ids.size).toBeGreaterThan(80);
    expect(ids.size).toBeLessThan(150);
    expect(simulator.faultCounts().map(({ hitCount }) => hitCount > 10)).toEqual(Array(7).fill(true));
    expect(simulator.requests.every(({ path }) => path === search)).toBe(true);
  });
});
