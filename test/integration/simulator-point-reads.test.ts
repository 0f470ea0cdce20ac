import { describe, expect, test } from "vitest";
import type { RunningSimulator } from "../../src/simulator/index.ts";
import { ask, nowMs, start } from "../support/asked-simulator.ts";
import { readChain, readIds, readListed, readPage, readSingly, v1Search } from "./simulator-chain.ts";

/** Meters that the portfolio says were modified at an instant for which something holds. */
function modifiedWhere(
  simulator: RunningSimulator,
  fits: (modifiedMs: number) => boolean,
): readonly string[] {
  const { portfolio } = simulator;
  const indexes = Array.from({ length: portfolio.meterCountAt(simulator.nowMs()) }, (_, index) => index);
  return indexes
    .map((index) => portfolio.truthOf(index, simulator.nowMs())!)
    .filter(({ modifiedMs }) => fits(modifiedMs))
    .map(({ meterId }) => meterId);
}

describe("meters asked for by id", () => {
  test("come over several pages, whole, once each, whatever the case they are written in", async () => {
    const simulator = await start({ meterCount: 1200 });
    const ids = (await readIds(simulator)).slice(100, 1100);
    const asked = ids.map((id, index) => (index % 2 === 0 ? id.toUpperCase() : id)).toReversed();
    for (const page_size of [500, 300, 37]) {
      const pages = await readChain(simulator, { meter_ids: asked, page_size });
      expect(pages).toHaveLength(Math.ceil(1000 / page_size));
      expect(pages.flatMap((page) => page.ids)).toEqual(ids);
    }
    const doubled = [ids[3]!, ids[3]!.toUpperCase()];
    expect(await readListed(simulator, doubled)).toEqual([ids[3]]);
    expect((await readPage(simulator, { meter_ids: [...asked, ids[0]!] })).status).toBe(400);
  });

  test("are the documents that a search gives, and those of no meter yet are not there", async () => {
    const simulator = await start({ newMetersPerDay: 5 });
    const all = (await readChain(simulator)).flatMap(({ meters }) => meters);
    const v1 = (await readChain(simulator, {}, v1Search)).flatMap(({ meters }) => meters);
    const unborn = simulator.portfolio.meterIdAt(all.length + 3);
    const picked = [2, 30, 77].map((index) => all[index]);
    const ids = [unborn, ...picked.map((meter) => meter.meter_id)];
    expect((await readChain(simulator, { meter_ids: ids })).flatMap(({ meters }) => meters)).toEqual(picked);
    for (const index of [2, 30, 77]) {
      const { meter_id: id } = all[index];
      const enrollment = await ask(simulator, `/v2/meters/${id.toUpperCase()}/enrollments`, undefined, "GET");
      expect(enrollment.body).toEqual(all[index]);
      const meter = await ask(simulator, v1Search.replace("search", id), undefined, "GET");
      expect(meter.body).toEqual(v1[index]);
    }
    expect(await readListed(simulator, [unborn])).toEqual([]);
    expect(await readSingly(simulator, [unborn], "v1")).toEqual([]);
    simulator.setNow(nowMs + 2 * 86_400_000);
    expect(await readListed(simulator, [unborn])).toEqual([unborn]);
    expect(await readSingly(simulator, [unborn], "v1")).toEqual([unborn]);
  });
});

describe("meters asked for by when they were modified", () => {
  test("are those modified after an instant (v2), or at it or after (v1), and no others", async () => {
    const simulator = await start({ meterCount: 300 });
    const some = simulator.portfolio.truthOf(123, nowMs)!.modifiedMs;
    for (const sinceMs of [some, some - 1, some + 1, nowMs - 86_400_000, nowMs - 7 * 86_400_000, nowMs]) {
      const since = new Date(sinceMs).toISOString();
      expect(await readIds(simulator, { last_modified_date_time: since, page_size: 7 })).toEqual(
        modifiedWhere(simulator, (modifiedMs) => modifiedMs > sinceMs),
      );
      expect(await readIds(simulator, { date_last_modified: since, page_size: 7 }, v1Search)).toEqual(
        modifiedWhere(simulator, (modifiedMs) => modifiedMs >= sinceMs),
      );
    }
    expect(modifiedWhere(simulator, (modifiedMs) => modifiedMs > nowMs - 86_400_000).length).toBeGreaterThan(
      3,
    );
  });

  test("may be limited by when they were added as well", async () => {
    const simulator = await start({ meterCount: 300 });
    const cutIso = new Date(nowMs - 900 * 86_400_000).toISOString();
    const since = new Date(nowMs - 3 * 86_400_000).toISOString();
    const both = await readIds(simulator, {
      last_modified_date_time: since,
      created_after_date_time: cutIso,
    });
    const late = await readIds(simulator, { created_after_date_time: cutIso });
    const modified = await readIds(simulator, { last_modified_date_time: since });
    expect(both).toEqual(late.filter((id) => modified.includes(id)));
    expect([both.length > 0, both.length < modified.length, both.length < late.length]).toEqual([
      true,
      true,
      true,
    ]);
  });
});
