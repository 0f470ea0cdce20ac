import { afterEach, describe, expect, it } from "vitest";
import type { Certificate } from "../../src/guard/index.ts";
import { groupId, type MeterSketch, meterId, toEntry } from "../support/documents.ts";
import { openDays } from "../support/run-days.ts";
import { readEvents } from "../support/views.ts";
import { inGroup, openPortfolioDays, type PortfolioDays, type RunOptions, range } from "./portfolio-days.ts";
import { noon, quarters } from "./small-portfolio.ts";

let world: PortfolioDays;
afterEach(() => world.close());

/** Spread over the year, so that quarters cut them. */
const twenty: MeterSketch[] = range(1, 20).map((number) => ({
  number,
  addedAt: new Date(Date.UTC(2026, 0, 2 + number * 14)).toISOString(),
  stays: [{ group: number > 14 ? "south" : "north", from: "2026-11-01" }],
}));

async function certify(hours: number, meters: readonly MeterSketch[], options: RunOptions = {}) {
  const { report } = await world.run(hours, meters, options);
  expect(report.certificate).not.toBeNull();
  return report.certificate!;
}

const open = async (version: "v1" | "v2" = "v2") => {
  world = await openPortfolioDays(version, { concurrency: 1 });
};

describe.each(["v2", "v1"] as const)("the digest of what %s returned", (version) => {
  it("is the same whatever windows, pages and order it came in, and on another day", async () => {
    await open(version);
    const digests = [
      await certify(0, twenty),
      await certify(1, twenty, { cuts: [] }),
      await certify(2, [...twenty].reverse(), { cuts: quarters, pageSize: 3 }),
      await certify(26, twenty, { cuts: [quarters[2]!], pageSize: 1 }),
    ].map(({ content_sha256 }) => content_sha256);
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(digests).size).toBe(1);
  });

  it("is the same in another database, which met the meters in another order", async () => {
    await open(version);
    const { content_sha256: digest } = await certify(0, twenty, { cuts: [] });
    await world.close();
    await open(version);
    await certify(0, [...twenty.slice(10)].reverse(), { cuts: [] });
    expect((await certify(1, twenty, { cuts: quarters })).content_sha256).toBe(digest);
  });

  it("is another where one meter says something else, is gone, or has come", async () => {
    await open(version);
    const digests = [
      await certify(0, twenty),
      await certify(1, [...twenty.slice(1), { ...twenty[0]!, reference: "DOCK 9" }]),
      await certify(2, twenty.slice(1)),
      await certify(3, [...twenty, ...inGroup("west", [21])]),
    ].map(({ content_sha256 }) => content_sha256);
    expect(new Set(digests).size).toBe(4);
    expect((await certify(4, twenty)).content_sha256).toBe(digests[0]);
  });

  it("is of what was read last where a meter came twice", async () => {
    await open(version);
    const digest = (await certify(0, twenty)).content_sha256;
    const twice = [{ ...twenty[3]!, reference: "OLD" }, ...twenty];
    const certificate = await certify(1, twice, { cuts: [] });
    expect(certificate).toMatchObject({ content_sha256: digest, repeated: 1, moved: 1, returned: 20 });
  });
});

describe("a certificate", () => {
  it("counts what was read: windows, pages, documents, and meters that came twice", async () => {
    await open();
    const certificate = await certify(0, [...twenty, twenty[4]!], { cuts: quarters, pageSize: 3 });
    expect(certificate).toMatchObject({
      is_certified: true,
      reasons: [],
      windows_total: 5,
      windows_done: 5,
      windows_split: 0,
      windows_restarted: 0,
      documents: 21,
      returned: 20,
      repeated: 1,
      moved: 0,
      rejected: 0,
      unreadable: 0,
    });
    expect(certificate.pages).toBe(world.leap.asked.length);
  });

  it("counts as moved a meter that came twice with other content, in one window or two", async () => {
    await open();
    await world.run(0, twenty);
    const changed = { ...twenty[4]!, reference: "DOCK 9" };
    const inOne = await certify(1, [...twenty, changed], { cuts: [] });
    expect([inOne.repeated, inOne.moved]).toEqual([1, 1]);
    const late = { ...changed, reference: "DOCK 10", addedAt: "2026-10-05T00:00:00.000Z" };
    const inTwo = await certify(2, [...twenty, late], { cuts: quarters });
    expect([inTwo.repeated, inTwo.moved, inTwo.returned]).toEqual([1, 1, 20]);
  });

  it("counts resumed windows as its own: a twin that was left in peace has the same one", async () => {
    await open();
    world.leap.entries = twenty.map(toEntry);
    const options = { cuts: quarters, concurrency: 1, pageSize: 2 };
    const broken = openDays(world.leap);
    let pages = 0;
    const failing = broken.run(noon, {
      ...options,
      wrapLeap: (client) => ({
        ...client,
        readPage: async (...question) => {
          pages += 1;
          if (pages > 5) throw new Error("the network broke down");
          return client.readPage(...question);
        },
      }),
    });
    await expect(failing).rejects.toThrow("broke down");
    const resumed = await broken.run(noon, options);
    broken.close();
    expect(resumed.windows.resumed).toBeGreaterThan(0);
    const certificate = await certify(0, twenty, options);
    expect(resumed.certificate).toEqual({ ...certificate, pages: resumed.certificate!.pages });
  });

  it("is refused with the reason where an answer carried no id", async () => {
    await open();
    await world.run(0, twenty);
    const certificate = await certify(1, [...twenty, { number: 90, extra: { meter_id: null } }]);
    expect([certificate.is_certified, certificate.rejected]).toEqual([false, 1]);
    expect(certificate.reasons).toEqual(["1 answer carried no meter id"]);
  });

  it("counts meters by region and status, beside the last certified sweep that was published", async () => {
    await open();
    const first = await certify(0, twenty);
    expect(first.regions).toEqual({ CAISO: { before: null, after: 20 } });
    expect(first.statuses).toEqual({ ACTIVE: { before: null, after: 20 } });
    const moved = twenty.map((sketch) => ({
      ...sketch,
      ...(sketch.number <= 3 ? { region: "NYISO" } : {}),
      ...(sketch.number === 5 ? { status: "PENDING" } : {}),
      ...(sketch.number === 6 ? { extra: { global_enrollment_status: null } } : {}),
    }));
    // Neither a sweep without a certificate nor one that is held is what the next is compared with.
    const nameless = { number: 90, extra: { meter_id: null } };
    expect((await certify(1, [...moved, nameless])).is_certified).toBe(false);
    expect((await world.run(2, [])).report.status).toBe("held");
    const second = await certify(3, moved.slice(0, 19));
    expect(second.regions).toEqual({ CAISO: { before: 20, after: 16 }, NYISO: { before: 0, after: 3 } });
    expect(second.statuses).toEqual({
      ACTIVE: { before: 20, after: 17 },
      PENDING: { before: 0, after: 1 },
      none: { before: 0, after: 1 },
    });
    const third = await certify(4, twenty);
    expect(third.regions).toEqual({ CAISO: { before: 16, after: 20 }, NYISO: { before: 3, after: 0 } });
  });

  it("shows how the groups move, the largest shifts by name", async () => {
    await open();
    const first = await certify(0, twenty);
    expect(first.groups).toMatchObject({
      before: { groups: 0, members: 0 },
      after: { groups: 2, members: 20 },
    });
    const moved = twenty.map((sketch) =>
      sketch.number <= 9 ? { ...sketch, stays: [{ group: "west", from: "2026-11-01" }] } : sketch,
    );
    const second = await certify(1, moved);
    expect(second.groups).toEqual({
      trade_date: "2026-11-10",
      before: { groups: 2, members: 20 },
      after: { groups: 3, members: 20 },
      largest: [
        { market_group_id: groupId("west"), before: 0, after: 9 },
        { market_group_id: groupId("north"), before: 14, after: 5 },
      ].sort((a, b) => (a.market_group_id < b.market_group_id ? -1 : 1)),
    });
  });

  it("is stored with the run, and carried by sync.published", async () => {
    await open();
    const certificate = await certify(0, twenty);
    const row = world.days.database.prepare("SELECT is_certified, report FROM snapshot_runs").get();
    expect(row?.is_certified).toBe(1);
    expect((JSON.parse(String(row?.report)) as { certificate: Certificate }).certificate).toEqual(
      certificate,
    );
    const [event] = readEvents(world.days.database);
    expect(event!.event.data.after.certificate).toEqual(certificate);
    expect(JSON.stringify(certificate)).not.toContain(meterId(1));
  });

  it("is none of a poll's, and is kept with a held run too", async () => {
    await open();
    await world.run(0, twenty);
    const poll = await world.run(1, twenty, { mode: "poll" });
    expect([poll.report.mode, poll.report.certificate, poll.report.is_certified]).toEqual([
      "poll",
      null,
      false,
    ]);
    const { report } = await world.run(2, []);
    expect([report.status, report.is_certified, report.certificate!.returned]).toEqual(["held", true, 0]);
    expect(report.certificate!.regions).toEqual({ CAISO: { before: 20, after: 0 } });
  });
});
