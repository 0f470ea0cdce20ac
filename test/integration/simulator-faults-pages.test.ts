import { describe, expect, test } from "vitest";
import type { Fault, RunningSimulator } from "../../src/simulator/index.ts";
import { start } from "../support/asked-simulator.ts";
import { type ReadPage, readChain, readIds, readListed, readPage, v1Search } from "./simulator-chain.ts";

const filter = { page_size: 10 };
const still = { meterCount: 60, newMetersPerDay: 0 };

async function readPlainChain(simulator: RunningSimulator): Promise<readonly ReadPage[]> {
  simulator.setFaults([]);
  return readChain(simulator, filter);
}

async function readFaulty(
  simulator: RunningSimulator,
  fault: Fault,
  pageCountMax = 1000,
): Promise<readonly ReadPage[]> {
  simulator.setFaults([fault]);
  return readChain(simulator, filter, undefined, pageCountMax);
}

describe("a fault of a chain of pages", () => {
  test("empty-first-page: no meter, no token; pages that are asked for by token come", async () => {
    const simulator = await start(still);
    const plain = await readPlainChain(simulator);
    const [page, ...rest] = await readFaulty(simulator, { kind: "empty-first-page", times: 1 });
    expect([page?.status, page?.ids, page?.token, rest]).toEqual([200, [], null, []]);
    simulator.setFaults([{ kind: "empty-first-page" }]);
    const second = await readPage(simulator, filter, plain[0]!.token);
    expect(second).toEqual(plain[1]);
    const v1 = await readPage(simulator, {}, null, v1Search);
    expect([v1.status, v1.meters, v1.token]).toEqual([200, [], null]);
  });

  test("missing-token: a page that should have a next one is the last", async () => {
    const simulator = await start(still);
    const plain = await readPlainChain(simulator);
    expect(plain).toHaveLength(6);
    const bare = await readFaulty(simulator, { kind: "missing-token" });
    expect(bare).toEqual([{ ...plain[0], token: null }]);
    const third = await readFaulty(simulator, { kind: "missing-token", page: 3 });
    expect(third).toEqual([...plain.slice(0, 2), { ...plain[2], token: null }]);
    // The last page of a chain misses nothing.
    await readFaulty(simulator, { kind: "missing-token", page: 6 });
    expect(simulator.faultCounts()).toMatchObject([{ hitCount: 0 }]);
  });

  test.each([
    [2, 1, [1, 2, 3, 3, 3, 3, 3, 3]],
    [3, 2, [1, 2, 3, 4, 3, 4, 3, 4, 3]],
    [4, 3, [1, 2, 3, 4, 5, 3, 4, 5, 3, 4, 5]],
    // A chain that has ended goes on, too.
    [5, 5, [1, 2, 3, 4, 5, 6, 2, 3, 4, 5, 6, 2]],
  ])("repeated-token: after page %i, the token of %i pages before", async (page, period, numbers) => {
    const simulator = await start(still);
    const plain = await readPlainChain(simulator);
    const round = await readFaulty(simulator, { kind: "repeated-token", page, period }, numbers.length);
    expect(round.map(({ ids }) => ids)).toEqual(numbers.map((number) => plain[number - 1]?.ids));
    expect(new Set(round.map(({ token }) => token)).size).toBe(page);
  });

  test("token-expiry: a token is good for so many requests, and then 400", async () => {
    const simulator = await start(still);
    simulator.setFaults([{ kind: "token-expiry", requests: 2 }]);
    const { token } = await readPage(simulator, filter);
    const other = { ...filter, exclude_archived: true };
    expect((await readPage(simulator, filter, token)).status).toBe(200);
    expect((await readPage(simulator, filter, token)).status).toBe(200);
    expect((await readPage(simulator, filter, token)).status).toBe(400);
    await readPage(simulator, other);
    const slow = await readPage(simulator, filter);
    await readPage(simulator, other);
    await readPage(simulator, other);
    expect((await readPage(simulator, filter, slow.token)).status).toBe(400);
    // Read without a pause, the chain is whole.
    expect(await readIds(simulator, filter)).toHaveLength(60);
    simulator.setFaults([{ kind: "token-expiry", requests: 0, times: 1 }]);
    expect((await readChain(simulator, filter)).map(({ status }) => status)).toEqual([200, 400]);
    expect(await readIds(simulator, filter)).toHaveLength(60);
  });

  test("page-cap: shorter pages, the same meters", async () => {
    const simulator = await start(still);
    const plain = (await readPlainChain(simulator)).flatMap(({ ids }) => ids);
    const capped = await readFaulty(simulator, { kind: "page-cap", size: 4 });
    expect(capped).toHaveLength(15);
    expect(capped.flatMap(({ ids }) => ids)).toEqual(plain);
    const spared = await readFaulty(simulator, { kind: "page-cap", size: 40 });
    expect(spared.map(({ ids }) => ids.length)).toEqual([10, 10, 10, 10, 10, 10]);
    const mixed = await readFaulty(simulator, { kind: "page-cap", size: 3, rate: 0.5 });
    expect(new Set(mixed.slice(0, -1).map(({ ids }) => ids.length))).toEqual(new Set([3, 10]));
    expect(mixed.flatMap(({ ids }) => ids)).toEqual(plain);
  });

  test("moving-meters: some on two pages, some on none, all of them by id", async () => {
    const simulator = await start({ meterCount: 300, newMetersPerDay: 0 });
    const plain = (await readPlainChain(simulator)).flatMap(({ ids }) => ids);
    const moving: Fault = { kind: "moving-meters", twice: 0.2, skipped: 0.1 };
    const pages = await readFaulty(simulator, moving);
    const ids = pages.flatMap((page) => page.ids);
    const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
    const skipped = plain.filter((id) => !ids.includes(id));
    expect(Math.abs(twice.length - 60)).toBeLessThan(25);
    expect(Math.abs(skipped.length - 30)).toBeLessThan(20);
    expect(new Set([...ids, ...skipped])).toEqual(new Set(plain));
    expect(new Set(twice).size).toBe(twice.length);
    for (const [number, page] of pages.entries()) {
      expect(page.ids.length).toBeLessThanOrEqual(10);
      expect(new Set(page.ids).size).toBe(page.ids.length);
      for (const id of page.ids.filter((candidate) => twice.includes(candidate)))
        expect([pages[number - 1]?.ids.includes(id), pages[number + 1]?.ids.includes(id)]).toContain(true);
    }
    expect((await readListed(simulator, skipped)).toSorted()).toEqual(skipped.toSorted());
    // The same seed moves the same meters; another one others; a single page skips, and repeats none.
    expect(await readFaulty(simulator, moving)).toEqual(pages);
    simulator.setFaults([moving], 2);
    expect((await readChain(simulator, filter)).flatMap((page) => page.ids)).not.toEqual(ids);
    simulator.setFaults([moving], 1);
    expect((await readPage(simulator, { page_size: 500 })).ids).toEqual(
      plain.filter((id) => !skipped.includes(id)),
    );
  });

  test("moving-meters: a meter that changes between two pages comes as it is then", async () => {
    const simulator = await start({ meterCount: 300 });
    simulator.setFaults([{ kind: "moving-meters", twice: 1, skipped: 0 }]);
    const first = await readPage(simulator, filter);
    simulator.setNow(simulator.nowMs() + 30 * 86_400_000);
    const second = await readPage(simulator, filter, first.token);
    const before = first.meters.slice(0, 5);
    expect(second.ids.slice(0, 5)).toEqual(before.map((meter) => meter.meter_id));
    expect(second.meters.slice(0, 5)).not.toEqual(before);
  });
});
