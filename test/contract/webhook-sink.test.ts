import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSinks, type WebhookSink } from "../../src/delivery/index.ts";
import { answer, type Behaviour, taken } from "../support/receiver.ts";
import { toSketches } from "../support/receiver-outbox.ts";
import { hourMs, openWorld, type World } from "../support/receiver-world.ts";
import { loadSettledSequence, toRange } from "./outbox.ts";

const name = "webhook:hook-1";

let world: World;
beforeEach(async () => {
  world = await openWorld({});
  world.register();
});
afterEach(async () => world.close());

const receiver = () => world.hooks[0]!.receiver;

/** Sequences up to the sink's place that are on no book: settled. */
function loadSettled(): number[] {
  const place = loadSettledSequence(world.database, name) ?? 0;
  const rows = world.database.prepare("SELECT sequence FROM delivery WHERE sink = ?").all(name);
  const open = new Set(rows.map(({ sequence }) => Number(sequence)));
  return toRange(1, place).filter((sequence) => !open.has(sequence));
}

describe("the webhook sink, as every sink", () => {
  it("gets every due event once and in order, over several batches", async () => {
    world.tell({ events: toSketches(1203, 100) });
    const report = await world.deliver();
    const sent = receiver().judge.requests.flatMap(({ events }) => events.map(({ sequence }) => sequence));
    expect(sent).toEqual(toRange(1, 1203));
    expect(report).toEqual({ delivered: { [name]: 1203 }, due: { [name]: 0 }, set_aside: {}, failures: [] });
    expect(receiver().judge.problems()).toEqual([]);
  });

  it("has nothing settled before it has answered (I5)", async () => {
    world.tell({ events: toSketches(250, 20) });
    const settled: number[] = [];
    receiver().behave = () => {
      settled.push(loadSettled().length);
      return taken;
    };
    await world.deliver();
    expect(settled).toEqual([0, 100, 200]);
    expect(loadSettled()).toEqual(toRange(1, 250));
  });

  it("keeps its events due when it fails, and the others go on", async () => {
    const sound = await world.addHook({ name: "sound" });
    world.register();
    world.tell({ events: toSketches(3, 3) });
    receiver().behave = () => answer(500, {}, "no");
    const report = await world.deliver();
    expect(report.due).toEqual({ [name]: 3, "webhook:sound": 0 });
    expect(report.delivered).toEqual({ [name]: 0, "webhook:sound": 3 });
    expect(report.failures.map(({ sink }) => sink)).toEqual([name]);
    expect(loadSettled()).toEqual([]);
    expect(sound.receiver.judge.missing()).toEqual([]);
  });

  it("is over with a second call: nothing is sent again", async () => {
    world.tell({ events: toSketches(3, 3) });
    await world.deliver();
    await world.deliver();
    expect(receiver().judge.requests).toHaveLength(1);
  });

  it("stops when it is told to, settles nothing of what was under way, and fails nobody", async () => {
    world.tell({ events: toSketches(3, 3) });
    const controller = new AbortController();
    receiver().behave = () => {
      controller.abort();
      return { kind: "hang", isTaken: false };
    };
    const report = await world.deliver({ signal: controller.signal });
    expect(report).toEqual({ delivered: { [name]: 0 }, due: { [name]: 3 }, set_aside: {}, failures: [] });
    expect(loadSettled()).toEqual([]);
    receiver().behave = () => taken;
    await world.deliver();
    expect(receiver().judge.missing()).toEqual([]);
    expect(receiver().judge.problems()).toEqual([]);
  });

  it("sends nothing at all when it is told to stop before it began", async () => {
    world.tell({ events: toSketches(3, 3) });
    const report = await world.deliver({ signal: AbortSignal.abort() });
    expect(report.failures).toEqual([]);
    expect(receiver().connectionCount()).toBe(0);
  });
});

describe("what the webhook sink makes of an answer", () => {
  const secret = "a-secret-in-the-path";

  function openOne(): WebhookSink {
    const config = { ...world.hooks[0]!.config, timeoutMs: 250 };
    const url = `${config.url}/${secret}?token=${secret}`;
    const [sink] = openSinks([{ ...config, url }], { stdout: new PassThrough(), now: world.now });
    if (sink?.kind !== "webhook") throw new Error("no webhook was opened");
    return sink;
  }

  async function send(behaviour: Behaviour | "away", signal = new AbortController().signal) {
    const [told] = world.tell({ events: [{ key: "key-1" }] });
    receiver().behave = () => (behaviour === "away" ? taken : behaviour);
    if (behaviour === "away") await receiver().shut();
    const sink = openOne();
    const { id, sequence, text: event } = told!;
    const request = { webhookId: id, events: [{ id, sequence, event }], sentAtMs: world.now() };
    try {
      return await sink.send(request, signal);
    } finally {
      sink.close();
    }
  }

  it.each<[string, Behaviour | "away", object]>([
    ["204", taken, { kind: "taken", status: 204, message: null }],
    ["200 with words", answer(200, {}, "thanks"), { kind: "taken", status: 200, answer: "thanks" }],
    ["410", answer(410), { kind: "gone", status: 410 }],
    ["429", answer(429, { "retry-after": "60" }), { kind: "busy", retryAfterMs: 60_000 }],
    ["503 that says when", answer(503, { "retry-after": "60" }), { kind: "busy", retryAfterMs: 60_000 }],
    ["503", answer(503), { kind: "failed", status: 503 }],
    ["a redirect", answer(308, { location: "http://127.0.0.1:9/" }), { kind: "failed", status: 308 }],
    ["401", answer(401), { kind: "failed", status: 401 }],
    ["422", answer(422, {}, "no such group"), { kind: "refused", status: 422, answer: "no such group" }],
    ["a long answer", answer(400, {}, "x".repeat(900_000)), { kind: "refused", answer: "x".repeat(500) }],
    ["no answer", { kind: "hang", isTaken: false }, { kind: "failed", status: null, answer: null }],
    ["an answer without an end", { kind: "drip", status: 200 }, { kind: "failed", status: null }],
    ["half an answer", { kind: "half" }, { kind: "failed", status: null }],
    ["a cut", { kind: "reset", when: "read" }, { kind: "failed", status: null }],
    ["no connection", "away", { kind: "unreachable", status: null, answer: null }],
  ])("%s", async (_name, behaviour, expected) => {
    const given = await send(behaviour);
    expect(given).toMatchObject(expected);
    // For people, and without what may be secret (I9).
    if (given.kind !== "taken") expect(given.message).toMatch(/^the receiver 127\.0\.0\.1:\d+ .+: .+/);
    expect(JSON.stringify(given)).not.toContain(secret);
  });

  it("rejects with the reason of a stop, before the request and during it", async () => {
    const reason = new Error("told to stop");
    await expect(send(taken, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const sent = send({ kind: "hang", isTaken: false }, controller.signal);
    setImmediate(() => controller.abort(reason));
    await expect(sent).rejects.toBe(reason);
    world.pass(hourMs);
  });
});
