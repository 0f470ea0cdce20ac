import { afterEach, describe, expect, it } from "vitest";
import { answer, inTurn, taken } from "../support/receiver.ts";
import { type EventSketch, toSketches } from "../support/receiver-outbox.ts";
import { hourMs, openWorld, secrets, type WebhookOptions, type World } from "../support/receiver-world.ts";

let world: World;
afterEach(async () => world.close());

async function openToldWorld(events: readonly EventSketch[], options: WebhookOptions = {}) {
  world = await openWorld(options);
  world.register();
  world.tell({ events, ending: "sync.published" });
  return world.hooks[0]!.receiver;
}

function expectSound(): void {
  for (const { receiver } of world.hooks) {
    expect(receiver.judge.problems()).toEqual([]);
    expect(receiver.judge.missing()).toEqual([]);
  }
}

const sizes = () => world.hooks[0]!.receiver.judge.requests.map(({ events }) => events.length);

describe("what a request says", () => {
  it("is signed with each secret, so that either alone verifies it", async () => {
    const receiver = await openToldWorld(toSketches(30, 3), { secrets });
    await world.deliver();
    expectSound();
    for (const { headers } of receiver.judge.requests)
      expect(String(headers["webhook-signature"]).split(" ")).toHaveLength(2);
  });

  it("would not verify with another secret, body or id: the tests' own check does check", async () => {
    const { judge } = await openToldWorld(toSketches(3, 3), { secrets: [secrets[0]] });
    const other = await openWorld({ secrets: [secrets[1]] });
    try {
      await world.deliver();
      const { headers, body } = judge.requests[0]!;
      const strange = other.hooks[0]!.receiver.judge;
      expect(strange.arrive(headers, body).problems).toEqual(["secret 1: No matching signature found"]);
      expect(judge.arrive(headers, body.replace("group-1", "group-3")).problems).not.toEqual([]);
      expect(judge.arrive({ ...headers, "webhook-id": "1" }, body).problems).not.toEqual([]);
      expect(judge.arrive({ ...headers, "webhook-timestamp": "1" }, body).problems).not.toEqual([]);
      expect(judge.arrive(headers, body).problems).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it("carries the headers its receiver wants, a bearer token too, and no signature unasked", async () => {
    const headers = { authorization: "Bearer of-the-receiver", "x-tenant": "7" };
    const receiver = await openToldWorld(toSketches(3, 3), { headers, secrets: [] });
    await world.deliver();
    expectSound();
    for (const request of receiver.judge.requests) {
      expect(request.headers).toMatchObject(headers);
      expect(request.headers).not.toHaveProperty("webhook-signature");
      const known = /^(webhook-(id|timestamp)|content-(type|length)|host|connection)$/;
      const others = Object.keys(request.headers).filter((header) => !known.test(header));
      expect(others.sort()).toEqual(["accept", "accept-encoding", "authorization", "user-agent", "x-tenant"]);
    }
  });

  it("is one event where the receiver takes no batches", async () => {
    await openToldWorld(toSketches(25, 5), { mode: "structured" });
    await world.deliver();
    expect(sizes()).toEqual(Array(26).fill(1));
    expectSound();
  });

  it("is the same when it is repeated, but for the timestamp and what is made of it", async () => {
    const { judge } = await openToldWorld(toSketches(10, 5), {
      behave: inTurn(answer(500), answer(500), { kind: "reset", when: "taken" }, taken),
    });
    await world.deliverAll();
    const [first, second, third, last] = judge.requests;
    expect(new Set([first, second, third, last].map((request) => request?.webhookId)).size).toBe(1);
    expect(new Set([first, second, third, last].map((request) => request?.body)).size).toBe(1);
    const timestamps = [first, last].map((request) => Number(request?.headers["webhook-timestamp"]));
    expect(timestamps[1]).toBeGreaterThan(timestamps[0]!);
    expectSound();
  });
});

describe("how much a request carries", () => {
  it("stays below the limit of bytes, to the byte; an event above it goes alone", async () => {
    const events = [
      ...toSketches(10, 3, { paddingBytes: 900 }),
      { key: "large", paddingBytes: 9000 },
      ...toSketches(10, 3, { paddingBytes: 30 }),
    ];
    const { judge } = await openToldWorld(events, { batchBytesMax: 4096 });
    await world.deliver();
    expectSound();
    const bytes = judge.requests.map(({ body }) => Buffer.byteLength(body));
    expect(bytes.filter((count) => count > 4096)).toHaveLength(1);
    // None could have taken the next event, too.
    const { told } = world;
    for (const [index, { events: sent, body }] of judge.requests.entries()) {
      const next = told[sent.at(-1)?.sequence ?? 0];
      const isLast = next === undefined || next.type.startsWith("sync.");
      if (isLast || index === judge.requests.length - 1) continue;
      expect(Buffer.byteLength(body) + 1 + Buffer.byteLength(next.text)).toBeGreaterThan(4096);
    }
  });

  it("fills a request that just fits", async () => {
    const receiver = await openToldWorld(toSketches(2, 2), { batchBytesMax: 1024 });
    const exact = Buffer.byteLength(
      `[${world.told
        .slice(0, 2)
        .map(({ text }) => text)
        .join(",")}]`,
    );
    await world.close();
    for (const [limit, expected] of [
      [exact, [2, 1]],
      [exact - 1, [1, 1, 1]],
    ] as const) {
      await openToldWorld(toSketches(2, 2), { batchBytesMax: limit });
      await world.deliver();
      expect(sizes()).toEqual(expected);
      expectSound();
      if (limit === exact) await world.close();
    }
    expect(receiver.judge.requests).toEqual([]);
  });

  it("is made smaller for a receiver that takes less (413), and no event is set aside", async () => {
    const { judge } = await openToldWorld(toSketches(500, 50), {
      behave: ({ body }) => (body.length > 4000 ? answer(413) : taken),
    });
    await world.deliverAll(hourMs, 3);
    expectSound();
    expect(world.deadLetters()).toEqual([]);
    expect(judge.takings.length).toBeLessThan(260);
  });

  it("is taken apart for a receiver that was set to single events while a batch was open", async () => {
    world = await openWorld({ behave: () => answer(500) });
    world.register();
    const events = world.tell({ events: toSketches(10, 4) });
    await world.deliver();
    const after = await world.replaceHook({ name: "hook-1", mode: "structured" });
    after.receiver.judge.expect(events);
    world.pass(hourMs);
    await world.deliverAll();
    expectSound();
    expect(sizes()).toEqual(Array(10).fill(1));
  });
});

describe("several webhooks at once", () => {
  it("are served side by side: one that hangs delays no other, and each has its own place", async () => {
    world = await openWorld({ name: "well" }, { name: "stuck", timeoutMs: 20_000 }, { name: "away" });
    world.register();
    const [well, stuck, away] = world.hooks;
    await away!.receiver.shut();
    world.tell({ events: toSketches(1000, 100), ending: "sync.published" });
    // The one is answered only when the other has everything.
    const { promise, resolve } = Promise.withResolvers<void>();
    well!.receiver.onAnswered = () => {
      if (well!.receiver.judge.missing().length === 0) resolve();
    };
    stuck!.receiver.behave = async () => {
      await promise;
      return answer(500);
    };
    const report = await world.deliver();
    expect(report.due).toMatchObject({ "webhook:well": 0, "webhook:stuck": 1001, "webhook:away": 1001 });
    expect(report.failures.map(({ sink }) => sink)).toEqual(["webhook:stuck", "webhook:away"]);
    await away!.receiver.reopen();
    stuck!.receiver.behave = () => taken;
    world.pass(hourMs);
    await world.deliverAll();
    expectSound();
  });

  it("stop when told to, in the middle of a request, and go on with it the next time", async () => {
    world = await openWorld({});
    world.register();
    world.tell({ events: toSketches(300, 10) });
    const { receiver } = world.hooks[0]!;
    const controller = new AbortController();
    receiver.behave = (_request, index) => {
      if (index === 1) controller.abort(new Error("told to stop"));
      return index === 1 ? { kind: "hang", isTaken: true } : taken;
    };
    const report = await world.deliver({ signal: controller.signal });
    expect(report).toMatchObject({ delivered: { "webhook:hook-1": 100 }, failures: [] });
    await world.deliver();
    expectSound();
    const [, second, third] = receiver.judge.requests;
    expect(third?.webhookId).toBe(second?.webhookId);
  });
});
