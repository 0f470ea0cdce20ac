import Driver from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConsumerWorld, openConsumerWorld } from "./consumer-world.ts";
import { dates, type ToldEvent } from "./told-groups.ts";

let world: ConsumerWorld;
let doubtCount = 0;
beforeAll(async () => {
  world = await openConsumerWorld([
    { group: "north", added: toIds("n", 5) },
    { group: "south", added: toIds("s", 3) },
    // A member until the second day of the horizon, and one from its last on.
    { group: "west", to: dates[1], added: ["w-1"] },
    { group: "west", from: dates[2], added: ["w-2"] },
  ]);
});
afterAll(() => world.close());

function toIds(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}

function isUpdate({ type }: ToldEvent): boolean {
  return type === "meter.enrollment.group.updated";
}

async function take(events: ToldEvent | readonly ToldEvent[]): Promise<void> {
  const response = await world.post(events);
  expect([response.status, await response.text()]).toEqual([204, ""]);
}

/** Holds what it should, and started from the snapshot as often as this, for these reasons. */
async function assertHeld(doubts: readonly RegExp[] = []): Promise<void> {
  expect(await world.ask("digest")).toEqual(world.teller.digests());
  const all = await world.doubts();
  expect(all.slice(doubtCount)).toEqual(doubts.map((doubt) => expect.stringMatching(doubt)));
  doubtCount = all.length;
}

describe("the groups of the example consumer", () => {
  it("are those of the snapshot at first, and hold on after its last date", async () => {
    await assertHeld();
    expect(await world.ask("digest", "2031-01-01")).toEqual(world.teller.digests(["2031-01-01"]));
    expect(await world.ask("members", "west", "2031-01-01")).toEqual([["w-2"]]);
  });

  it("change on the dates of an update, and not before or after them", async () => {
    await take(
      world.teller.tell([
        { group: "north", from: dates[1], to: dates[1], removed: ["n-2"], added: ["s-1"] },
        { group: "north", from: dates[2], added: ["n-9"] },
        { group: "south", from: "2026-11-20", to: "2026-11-25", removed: ["s-2"] },
        { group: "south", from: "2026-11-22", to: "2026-11-22", added: ["s-2", "s-3x"] },
        { group: "empty until now", from: "2026-11-30", added: ["e-1"] },
      ]),
    );
    await assertHeld();
    const days = ["2026-11-19", "2026-11-20", "2026-11-22", "2026-11-23", "2026-11-26", "2026-12-01"];
    expect(await world.ask("digest", ...days)).toEqual(world.teller.digests(days));
  });

  it("change when the last part of a large update is there, and not before", async () => {
    const held = world.teller.digests();
    const told = world.teller.tell([{ group: "east", added: toIds("p", 100), parts: 3 }]);
    const [first, second, third] = told.filter(isUpdate);
    await take(first!);
    await take([first!, second!]);
    expect(await world.ask("digest")).toEqual(held);
    await world.consumer().kill("SIGTERM");
    await world.restart();
    await take(third!);
    await assertHeld();
  });

  it("are read anew where an update, or a part of one, was lost", async () => {
    world.teller.tell([{ group: "east", removed: ["p-1"] }]);
    await take(world.teller.tell([{ group: "east", removed: ["p-2"] }]));
    await assertHeld([/group east is at version 1 here, and the update starts from 2/]);
    // Told by a release that did not name the stream yet.
    world.teller.tell([{ group: "east", removed: ["p-6"] }]);
    const older = world.teller.tell([{ group: "east", removed: ["p-7"] }]);
    const body = JSON.stringify(older.map((event) => ({ ...event, streamid: undefined })));
    expect((await world.post(older, { body })).status).toBe(204);
    await assertHeld([/group east is at version 3 here, and the update starts from 4/]);
    const [, second] = world.teller
      .tell([{ group: "east", added: ["p-1", "p-2"], parts: 2 }])
      .filter(isUpdate);
    await take(second!);
    await assertHeld([/part 2 of group east came after part 0/]);
  });

  it("are read anew where they turn out to differ, whatever went wrong with them", async () => {
    const own = new Driver(world.settings.EMS_DATABASE);
    own.exec("DELETE FROM membership WHERE meter_id = 'p-3' AND from_date > '2026-11-10'");
    own.close();
    await take(world.teller.tell([{ group: "east", to: dates[0], added: ["e-2"] }]));
    // It differs on other dates than those: nobody can tell yet.
    expect(await world.doubts()).toHaveLength(doubtCount);
    const told = world.teller.tell([{ group: "east", from: dates[1], added: ["e-2"] }]);
    await take(told);
    await take(told);
    await assertHeld([/group east differs from before version 8/]);

    const wrong = world.teller
      .tell([{ group: "east", added: ["e-3"] }])
      .map((event) =>
        isUpdate(event) ? { ...event, data: { ...event.data, added_meter_ids: ["e-4"] } } : event,
      );
    await take(wrong);
    await assertHeld([/group east differs after version 9/]);
  });

  it("wait for a snapshot that contains what they doubt, and lose nothing applied since", async () => {
    const held = world.teller.digests();
    world.teller.tell([{ group: "east", removed: ["p-4"] }], false);
    const told = world.teller.tell([{ group: "east", removed: ["p-5"] }], false);
    const refused = await world.post(told);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "30"]);
    expect(await world.ask("digest")).toEqual(held);
    world.teller.show();
    await take(told);
    await assertHeld([/version 9/]);
  });

  it("are read anew from another stream, whose sequences start anew", async () => {
    for (const id of ["a", "b", "c"]) await take(world.teller.tell([{ group: "east", added: [id] }]));
    const late = world.teller.tell([{ group: "east", added: ["d"] }]);
    world.teller.renewStream(12);
    const told = world.teller.tell([{ group: "east", added: ["e"] }], false);
    expect((await world.post(told)).status).toBe(503);
    world.teller.show();
    await take(told);
    await assertHeld([/event 13 is of another stream/]);
    // Told before, delivered after: it is in the snapshot of the new stream.
    await take(late);
    await take(world.teller.tell([{ group: "east", added: ["f"] }]));
    await assertHeld();
    const due = (await world.ask<{ readonly eventId: string }>("reports")).map(({ eventId }) => eventId);
    const isRemap = ({ type }: ToldEvent) => type === "meter.group.remapped";
    expect(due).toEqual(expect.arrayContaining([...late, ...told].filter(isRemap).map(({ id }) => id)));
  });

  it("take an event that comes late, after newer ones of other keys", async () => {
    const told = world.teller.tell([
      { group: "late", added: ["l-1"] },
      { group: "early", added: ["l-2"] },
    ]);
    const [late, ...others] = told.filter(isUpdate);
    await take(others);
    await take(world.teller.tell([{ group: "early", added: ["l-3"] }]).filter(isUpdate));
    await take(late!);
    await assertHeld();
  });
});
