import { PassThrough } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { openSinks, type ReplayFilter, replayEvents } from "../../src/delivery/index.ts";
import { answer, inTurn, taken } from "../support/receiver.ts";
import { type EventSketch, toSketches } from "../support/receiver-outbox.ts";
import { openWorld, startMs, type WebhookOptions, type World } from "../support/receiver-world.ts";

let world: World;
afterEach(async () => world.close());

const name = "webhook:hook-1";
const mixed: EventSketch[] = [
  { key: "north", type: "meter.enrollment.group.updated" },
  { key: "m-1", groups: ["north", "south"] },
  { key: "m-2", groups: ["west", "north"] },
  { key: "m-3", groups: ["west", "south"] },
  { key: "south", type: "meter.enrollment.group.updated" },
  { key: "m-1", type: "meter.created" },
];

async function openDelivered(events: readonly EventSketch[], options: WebhookOptions = {}) {
  world = await openWorld(options);
  world.register();
  world.tell({ events, ending: "sync.published" });
  await world.deliver();
  return world.hooks[0]!.receiver;
}

async function replay(filter: ReplayFilter, signal = new AbortController().signal) {
  const configs = world.hooks.map(({ config }) => config);
  const sinks = openSinks(configs, { stdout: new PassThrough(), now: world.now });
  try {
    return await replayEvents(world.database, sinks, filter, {
      signal,
      clock: { now: world.now },
      random: () => 0.5,
      wait: async (waitMs) => world.pass(waitMs),
    });
  } finally {
    for (const sink of sinks) sink.close();
  }
}

/** What was sent from this request on. */
function sentFrom(index: number): number[] {
  const { requests } = world.hooks[0]!.receiver.judge;
  return requests.slice(index).flatMap(({ events }) => events.map(({ sequence }) => sequence));
}

function loadBooks() {
  const read = (sql: string) => world.database.prepare(sql).all();
  return [read("SELECT * FROM sink"), read("SELECT * FROM delivery"), read("SELECT * FROM delivery_batch")];
}

describe("a replay", () => {
  it("of all repeats every request as it was, id and body, and moves no place", async () => {
    const { judge } = await openDelivered(toSketches(250, 20));
    const { length } = judge.requests;
    const books = loadBooks();
    expect(await replay({})).toEqual({ replayed: { [name]: 251 }, failures: [] });
    const shown = judge.requests.map(({ webhookId, body }) => [webhookId, body]);
    expect(shown.slice(length)).toEqual(shown.slice(0, length));
    expect(judge.problems()).toEqual([]);
    expect(loadBooks()).toEqual(books);
  });

  it.each([
    ["by sequence", { fromSequence: 2, toSequence: 4 }, [2, 3, 4]],
    ["from a sequence on", { fromSequence: 6 }, [6, 7]],
    ["by type", { types: ["meter.created", "sync.published"] }, [6, 7]],
    ["by type with a star", { types: ["meter.enrollment.*"] }, [1, 5]],
    ["by group: its updates, and the remaps from it and to it", { marketGroupId: "north" }, [1, 2, 3]],
    ["by group and sequence", { marketGroupId: "south", fromSequence: 3 }, [4, 5]],
    ["by time", { sinceMs: startMs, untilMs: startMs }, [1, 2, 3, 4, 5, 6, 7]],
    ["by a time when nothing was told", { sinceMs: startMs + 1 }, []],
    ["of a group that nobody knows", { marketGroupId: "nowhere" }, []],
  ] satisfies [string, ReplayFilter, number[]][])(
    "%s sends these and no others",
    async (_name, filter, expected) => {
      const { judge } = await openDelivered(mixed);
      const { length } = judge.requests;
      const report = await replay(filter);
      expect(report).toEqual({ replayed: { [name]: expected.length }, failures: [] });
      expect(sentFrom(length)).toEqual(expected);
      expect(judge.problems()).toEqual([]);
    },
  );

  it("keeps to what the webhook wants, and to what its place has passed", async () => {
    world = await openWorld({ types: ["meter.group.remapped"] });
    world.register();
    world.tell({ events: mixed, ending: "sync.published" }, ({ type }) => type === "meter.group.remapped");
    await world.deliver();
    world.tell({ events: mixed }, ({ type }) => type === "meter.group.remapped");
    expect(await replay({})).toEqual({ replayed: { [name]: 3 }, failures: [] });
    await world.deliver();
    expect(world.hooks[0]!.receiver.judge.problems()).toEqual([]);
    expect(world.hooks[0]!.receiver.judge.missing()).toEqual([]);
  });

  it("brings what was told before the webhook was there, where that is asked for", async () => {
    world = await openWorld();
    world.tell({ events: mixed, ending: "sync.published" });
    const { receiver } = await world.addHook();
    world.register();
    await world.deliver();
    expect(receiver.judge.requests).toEqual([]);
    receiver.judge.allowOlder();
    expect(await replay({ toSequence: 5 })).toEqual({ replayed: { [name]: 5 }, failures: [] });
    expect(receiver.judge.problems()).toEqual([]);
  });

  it("touches no dead letter, nothing that waits behind one, and nothing under way (I6)", async () => {
    const receiver = await openDelivered(toSketches(12, 4), {
      behave: ({ events }) => (events.some(({ key }) => key === "key-1") ? answer(422) : taken),
    });
    await world.deliverAll(60_000, 3);
    expect(world.deadLetters().map(({ sequence }) => sequence)).toEqual([2]);
    receiver.behave = () => taken;
    const books = loadBooks();
    const { length } = receiver.judge.requests;
    await replay({});
    expect(sentFrom(length)).toEqual([1, 3, 4, 5, 7, 8, 9, 11, 12, 13]);
    expect(receiver.judge.problems()).toEqual([]);
    expect(loadBooks()).toEqual(books);
  });

  it("that fails says with which event to go on, and gives the other webhooks theirs", async () => {
    world = await openWorld({ batchEventCountMax: 2 }, { batchEventCountMax: 100 });
    world.register();
    world.tell({ events: mixed });
    await world.deliver();
    const [first, second] = world.hooks;
    first!.receiver.behave = inTurn(taken, answer(500));
    const report = await replay({});
    expect(report.replayed).toEqual({ [first!.name]: 2, [second!.name]: 6 });
    expect(report.failures).toHaveLength(1);
    expect(report.failures[0]).toMatchObject({ sink: first!.name, next_sequence: 3 });
    first!.receiver.behave = () => taken;
    expect((await replay({ fromSequence: 3 })).replayed[first!.name]).toBe(4);
    for (const { receiver } of world.hooks) expect(receiver.judge.problems()).toEqual([]);
  });

  it("tries again what failed for a moment, as it was", async () => {
    const receiver = await openDelivered(mixed);
    const { length } = receiver.judge.requests;
    receiver.behave = inTurn(answer(503), { kind: "reset", when: "taken" }, taken);
    expect(await replay({})).toEqual({ replayed: { [name]: 7 }, failures: [] });
    const ids = receiver.judge.requests.slice(length).map(({ webhookId }) => webhookId);
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
    expect(receiver.judge.problems()).toEqual([]);
  });

  it("stops when told to", async () => {
    await openDelivered(mixed);
    const controller = new AbortController();
    controller.abort(new Error("told to stop"));
    await expect(replay({}, controller.signal)).rejects.toThrow("told to stop");
  });
});
