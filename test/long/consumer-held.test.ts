import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ConsumerWorld, openConsumerWorld } from "../examples/consumer-world.ts";
import { dates, type ToldEvent } from "../examples/told-groups.ts";

// One process for all: each test has groups of its own, and each begins with nothing to report.
const groups = ["lost", "moved", "kept", "left", "days", "again", "stream"];
let world: ConsumerWorld;
beforeAll(async () => {
  world = await openConsumerWorld(groups.map((group) => ({ group, added: [`${group}-1`] })));
});
afterAll(() => world.close());
beforeEach(forget);

/** Whatever is due was reported, and taken. */
async function forget(): Promise<void> {
  const path = join(dirname(world.settings.EMS_DATABASE!), "reports.ndjson");
  const due = await world.ask("reports");
  writeFileSync(path, due.map((report) => `${JSON.stringify(report)}\n`).join(""));
  await world.ask("reported", path);
}

async function askDue(): Promise<string[]> {
  return (await world.ask<{ readonly eventId: string }>("reports")).map(({ eventId }) => eventId);
}

function isUpdate({ type }: ToldEvent): boolean {
  return type === "meter.enrollment.group.updated";
}

function toRemapIds(events: readonly ToldEvent[]): string[] {
  return events.filter(({ type }) => type === "meter.group.remapped").map(({ id }) => id);
}

/** All of a run but the updates of groups, as where these were set aside. */
async function takeRemapsOnly(run: readonly ToldEvent[]): Promise<ToldEvent[]> {
  expect((await world.post(run.filter((event) => !isUpdate(event)))).status).toBe(204);
  return run.filter(isUpdate);
}

describe("the example consumer says that a remap is applied", () => {
  it("once its groups hold it, and not where the update did not come with its run", async () => {
    const run = world.teller.tell([{ group: "lost", added: ["m-1"] }]);
    const [update] = await takeRemapsOnly(run);
    expect(await askDue()).toEqual([]);
    // Others are not kept waiting by it.
    const other = world.teller.tell([{ group: "kept", added: ["m-9"] }]);
    await world.post(other);
    expect(await askDue()).toEqual(toRemapIds(other));
    await world.post(update!);
    expect(await askDue()).toEqual([...toRemapIds(run), ...toRemapIds(other)]);
  });

  it("once it has left the one group and is in the other, whichever comes first", async () => {
    const run = world.teller.tell([
      { group: "moved", removed: ["moved-1"] },
      { group: "moved to", added: ["moved-1"] },
    ]);
    const [from, to] = await takeRemapsOnly(run);
    await world.post(to!);
    expect(await askDue()).toEqual([]);
    await world.post(from!);
    expect(await askDue()).toEqual(toRemapIds(run));
  });

  it("into no group once it has left, unless another program keeps it there", async () => {
    const [update] = await takeRemapsOnly(world.teller.tell([{ group: "left", removed: ["left-1"] }]));
    expect(await askDue()).toEqual([]);
    await world.post(update!);
    const [left = "", ...none] = await askDue();
    expect([left, none]).not.toEqual(["", []]);

    // By the snapshot it is in there for another program.
    const kept = world.teller.tell([{ group: "kept", removed: ["kept-1"], program: "CCA" }]);
    await takeRemapsOnly(kept);
    expect(await askDue()).toEqual([left, ...toRemapIds(kept)]);
  });

  it("on the dates that a later one has left of it, and at once where that has left none", async () => {
    const first = world.teller.tell([{ group: "days", added: ["m-2"] }]);
    const updates = await takeRemapsOnly(first);
    const second = world.teller.tell([{ group: "days", to: dates[0], removed: ["m-2"] }]);
    updates.push(...(await takeRemapsOnly(second)));
    // It is not in there on the first day, as the second one says; the first is about the others now.
    expect(await askDue()).toEqual(toRemapIds(second));
    const other = world.teller.tell([{ group: "days", from: dates[1], added: ["m-2"], program: "CCA" }]);
    updates.push(...(await takeRemapsOnly(other)));
    expect(await askDue()).toEqual(toRemapIds(second));
    const all = world.teller.tell([{ group: "days", from: dates[1], removed: ["m-2"], program: null }]);
    updates.push(...(await takeRemapsOnly(all)));
    expect((await askDue()).sort()).toEqual([first, second, other, all].flatMap(toRemapIds).sort());
    for (const update of updates) expect((await world.post(update)).status).toBe(204);
    expect(await world.ask("members", "days", dates[1])).toEqual([["days-1"]]);
    expect(await world.doubts()).toEqual([]);
  });

  it("again when it is told again, though others have replaced it since", async () => {
    const first = world.teller.tell([{ group: "again", added: ["m-3"] }]);
    await world.post(first);
    await world.post(world.teller.tell([{ group: "again", removed: ["m-3"] }]));
    await forget();
    await world.post(first);
    expect(await askDue()).toEqual(toRemapIds(first));
  });

  it("where it has started again from a snapshot that contains it", async () => {
    const lost = world.teller.tell([{ group: "again", added: ["m-4"] }]);
    await takeRemapsOnly(lost);
    expect(await askDue()).toEqual([]);
    const next = world.teller.tell([{ group: "again", added: ["m-5"] }]);
    expect((await world.post(next)).status).toBe(204);
    expect(await world.doubts()).toEqual([expect.stringContaining("group again is at version")]);
    expect(await askDue()).toEqual([...toRemapIds(lost), ...toRemapIds(next)]);

    const late = world.teller.tell([{ group: "stream", added: ["m-6"] }]);
    await takeRemapsOnly(late);
    expect(await askDue()).not.toContain(toRemapIds(late)[0]);
    world.teller.renewStream(20);
    const renewed = world.teller.tell([{ group: "stream", added: ["m-7"] }]);
    expect((await world.post(renewed)).status).toBe(204);
    expect(await askDue()).toEqual(expect.arrayContaining([late, renewed].flatMap(toRemapIds)));
  });
});
