import { afterEach, describe, expect, it } from "vitest";
import { enableSink } from "../../src/delivery/index.ts";
import { answer, type Behave, type Behaviour, inTurn, taken } from "../support/receiver.ts";
import { toSketches } from "../support/receiver-outbox.ts";
import {
  dayMs,
  hourMs,
  openWorld,
  startMs,
  type WebhookOptions,
  type World,
} from "../support/receiver-world.ts";

let world: World;
afterEach(async () => world.close());

const run = { events: toSketches(40, 9), ending: "sync.published" } as const;

async function openToldWorld(options: WebhookOptions = {}) {
  world = await openWorld({ batchEventCountMax: 10, ...options });
  world.register();
  world.tell(run);
  return { ...world.hooks[0]!.receiver, receiver: world.hooks[0]!.receiver };
}

/** All is there, in order, under the same ids, and nothing was given up. */
function expectSound(): void {
  for (const { receiver } of world.hooks) {
    expect(receiver.judge.problems()).toEqual([]);
    expect(receiver.judge.missing()).toEqual([]);
  }
  for (const hook of world.hooks) expect(world.deadLetters(hook)).toEqual([]);
}

/** Answers so for a time, and takes everything after that. */
function until(ms: number, behaviour: Behaviour): Behave {
  return () => (world.now() < startMs + ms ? behaviour : taken);
}

describe("a receiver that takes everything", () => {
  it("gets each event once, in order, and the end of the run after them", async () => {
    const { judge } = await openToldWorld();
    const report = await world.deliver();
    expect(report).toEqual({
      delivered: { "webhook:hook-1": 41 },
      due: { "webhook:hook-1": 0 },
      set_aside: {},
      failures: [],
    });
    expect(judge.requests.flatMap(({ events }) => events.map(({ sequence }) => sequence))).toEqual(
      world.told.map(({ sequence }) => sequence),
    );
    expect(judge.requests.map(({ events }) => events.length)).toEqual([10, 10, 10, 10, 1]);
    expectSound();
  });

  it("is asked for nothing where nothing is due", async () => {
    const { receiver } = await openToldWorld();
    await world.deliver();
    const { length } = receiver.judge.requests;
    await world.deliver();
    expect(receiver.judge.requests).toHaveLength(length);
  });
});

describe("a receiver in trouble for a while", () => {
  const troubles: readonly (readonly [string, Behaviour])[] = [
    ...[500, 503, 429, 401, 403, 404, 408].map((status) => [`answers ${status}`, answer(status)] as const),
    ["redirects", answer(302, { location: "/elsewhere" })],
    ["answers with a page of HTML and 500", answer(500, { "content-type": "text/html" }, "<html>no</html>")],
    ["answers with a megabyte and 500", answer(500, {}, "x".repeat(1024 * 1024))],
    ["cuts the connection once it has read", { kind: "reset", when: "read" }],
    ["cuts the connection having acted on the request", { kind: "reset", when: "taken" }],
    ["answers in half, having acted on the request", { kind: "half" }],
  ];

  it.each(troubles)("%s for a day: nothing is lost, set aside or out of order", async (_name, behaviour) => {
    const { judge } = await openToldWorld({ behave: until(dayMs, behaviour) });
    const first = await world.deliver();
    expect(first.failures.map(({ sink }) => sink)).toEqual(["webhook:hook-1"]);
    await world.deliverAll();
    expectSound();
    // It is left alone more and more: not asked every second of the day.
    expect(judge.requests.length).toBeLessThan(150);
  });

  it("hangs, having acted on the request or not, or never ends its answer, four times", async () => {
    const patience = { batchEventCountMax: 10, timeoutMs: 300 };
    const silences: Behaviour[] = [
      { kind: "hang", isTaken: false },
      { kind: "hang", isTaken: true },
      { kind: "drip", status: 200 },
    ];
    world = await openWorld(
      ...silences.map((silence) => ({
        ...patience,
        behave: inTurn(silence, silence, silence, silence, taken),
      })),
    );
    world.register();
    world.tell(run);
    await world.deliverAll();
    expectSound();
    for (const { receiver } of world.hooks) expect(receiver.judge.requests.length).toBeGreaterThan(8);
  });

  it("is cut off before it has read, ten times", async () => {
    const { receiver } = await openToldWorld();
    receiver.isDeaf = true;
    for (let hour = 0; hour < 10; hour += 1) {
      await world.deliver();
      world.pass(hourMs);
    }
    expect(receiver.judge.requests).toEqual([]);
    expect(receiver.connectionCount()).toBeGreaterThanOrEqual(10);
    receiver.isDeaf = false;
    await world.deliverAll();
    expectSound();
  });

  it("is away for two days: connections refused, then everything at once", async () => {
    const { receiver } = await openToldWorld();
    await receiver.shut();
    for (let hour = 0; hour < 48; hour += 1) {
      const report = await world.deliver();
      expect(report.delivered).toEqual({ "webhook:hook-1": 0 });
      expect(report.failures).toHaveLength(1);
      world.pass(hourMs);
    }
    await receiver.reopen();
    await world.deliverAll();
    expectSound();
    expect(receiver.judge.requests).toHaveLength(5);
  });

  it("answers everything in turn, at random, and takes one in three", async () => {
    let index = 0;
    const all = troubles.map(([, behaviour]) => behaviour);
    await openToldWorld({
      behave: () => {
        index += 1;
        return index % 3 === 0 ? taken : all[index % all.length]!;
      },
    });
    for (let hour = 0; hour < 10; hour += 1) world.tell({ ...run, runId: `run-of-hour-${hour}` });
    await world.deliverAll();
    for (const { receiver } of world.hooks) expect(receiver.judge.problems()).toEqual([]);
    expect(world.hooks[0]!.receiver.judge.missing()).toEqual([]);
  });
});

describe("a receiver that says when to come again", () => {
  it.each([
    ["429, in seconds", 429, "7200"],
    ["503, in seconds", 503, "7200"],
    ["503, as a date", 503, new Date(startMs + 2 * hourMs).toUTCString()],
  ])("%s: it is left alone until then", async (_name, status, retryAfter) => {
    const { judge } = await openToldWorld({
      behave: inTurn(answer(status, { "retry-after": retryAfter }), taken),
    });
    for (let minutes = 0; minutes < 119; minutes += 7) {
      await world.deliver();
      world.pass(7 * 60_000 - ((world.now() - startMs) % (7 * 60_000)));
    }
    await world.deliverAll();
    const [first, second] = judge.requests;
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(2 * hourMs);
    expect(second!.atMs - first!.atMs).toBeLessThan(4 * hourMs);
    expectSound();
  });

  it("is not left alone for ever, whatever it says", async () => {
    await openToldWorld({ behave: inTurn(answer(429, { "retry-after": "99999999999" }), taken) });
    await world.deliverAll(hourMs, 30);
    expectSound();
  });

  it.each(["soon", "-5", "", "1e9", "NaN"])("%j is no time: the usual one is kept", async (retryAfter) => {
    await openToldWorld({ behave: inTurn(answer(503, { "retry-after": retryAfter }), taken) });
    await world.deliverAll(hourMs, 3);
    expectSound();
  });
});

describe("a receiver that is gone for good (410)", () => {
  it("gets nothing more, loses nothing, and gets all once it is enabled again", async () => {
    const { judge } = await openToldWorld({ behave: inTurn(taken, answer(410), taken) });
    const report = await world.deliver();
    expect(report.failures.map(({ sink }) => sink)).toEqual(["webhook:hook-1"]);
    for (let day = 0; day < 3; day += 1) {
      world.pass(dayMs);
      const again = await world.deliver();
      expect(again.failures).toHaveLength(1);
      expect(again.due).toEqual({ "webhook:hook-1": 31 });
    }
    expect(judge.requests).toHaveLength(2);
    expect(enableSink(world.database, "webhook:hook-1")).toBe(true);
    await world.deliver();
    expectSound();
    expect(enableSink(world.database, "webhook:nobody")).toBe(false);
  });
});

describe("a receiver that sends us elsewhere", () => {
  it.each([301, 302, 303, 307, 308])(
    "is not followed (%d): the other server sees nothing at all",
    async (status) => {
      const { receiver } = await openToldWorld({ headers: { authorization: "Bearer only-for-the-first" } });
      const other = await world.addHook({ name: "elsewhere" });
      receiver.behave = until(hourMs, answer(status, { location: other.receiver.url }));
      const elsewhere = other.receiver;
      world.register();
      await world.deliver();
      expect(elsewhere.connectionCount()).toBe(0);
      expect(receiver.judge.requests.length).toBeGreaterThan(0);
      world.pass(2 * hourMs);
      await world.deliverAll();
      expectSound();
    },
  );
});

describe("what counts as taken", () => {
  it.each([
    ["200 with a page of HTML", answer(200, { "content-type": "text/html" }, "<html>thanks</html>")],
    ["201", answer(201)],
    ["202 with broken JSON", answer(202, { "content-type": "application/json" }, "{")],
    ["204", answer(204)],
    ["200 with more than is read of it", answer(200, {}, "x".repeat(300_000))],
  ])("%s", async (_name, behaviour) => {
    const { judge } = await openToldWorld({ behave: () => behaviour });
    await world.deliver();
    expect(judge.takings).toHaveLength(5);
    expectSound();
  });
});
