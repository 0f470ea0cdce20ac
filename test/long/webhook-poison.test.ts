import { afterEach, describe, expect, it } from "vitest";
import { dropDeadLetters, resendDeadLetters } from "../../src/delivery/index.ts";
import { toRange } from "../contract/outbox.ts";
import { answer, type Behave, type Behaviour, taken } from "../support/receiver.ts";
import { type EventSketch, toSketches } from "../support/receiver-outbox.ts";
import { dayMs, hourMs, openWorld, type WebhookOptions, type World } from "../support/receiver-world.ts";

let world: World;
afterEach(async () => world.close());

const name = "webhook:hook-1";
const groupUpdate = { type: "meter.enrollment.group.updated" };
const everyDeadLetter = { sink: name, sequences: "all" } as const;
const reset: Behaviour = { kind: "reset", when: "read" };

async function openToldWorld(events: readonly EventSketch[], options: WebhookOptions = {}) {
  world = await openWorld(options);
  world.register();
  world.tell({ events, ending: "sync.published" });
  return world.hooks[0]!.receiver;
}

/** Whoever sees one of these keys does so, and takes everything else. */
function unbearable(isUnbearable: (key: string) => boolean, behaviour: Behaviour): Behave {
  return ({ events }) => (events.some(({ key }) => isUnbearable(key)) ? behaviour : taken);
}

const sequencesOf = (isOf: (key: string) => boolean) =>
  world.told.filter(({ key }) => isOf(key)).map(({ sequence }) => sequence);
const isDead = (key: string) => key === "key-500";
const deadSequences = () => world.deadLetters().map(({ sequence }) => sequence);

/** Everything flows but the poisoned key: its first is a dead letter, the others of it wait. */
function expectSetAside(isPoisoned: (key: string) => boolean, firsts: readonly number[]): void {
  const { judge } = world.hooks[0]!.receiver;
  expect(judge.problems()).toEqual([]);
  expect(deadSequences()).toEqual(firsts);
  expect(judge.missing()).toEqual(sequencesOf(isPoisoned));
}

describe.each([
  ["refuses (422)", answer(422, { "content-type": "application/json" }, '{"error":"no such group"}'), 422],
  ["answers with 500", answer(500, {}, "TypeError: group is undefined"), 500],
  ["cuts the connection on", reset, null],
] as const)("one poisoned group of a thousand, which the receiver %s (I6)", (_name, behaviour, status) => {
  it("is set aside with the last answer, its followers wait, 999 flow; healed, all comes", async () => {
    // Two events of each group, in two rounds.
    const receiver = await openToldWorld(toSketches(2000, 1000, groupUpdate));
    receiver.behave = unbearable(isDead, behaviour);
    const report = await world.deliverAll(hourMs, 8);
    expect(report.set_aside).toEqual({ [name]: 1 });
    expectSetAside(isDead, [501]);
    const [letter] = world.deadLetters();
    const last = behaviour.kind === "answer" ? behaviour.body : null;
    expect(letter).toMatchObject({ status, answer: last, attempt_count: status === 422 ? 3 : 4 });
    expect(letter?.error).toMatch(/^the receiver 127\.0\.0\.1:\d+ /);
    // The end of the run did not wait for what is set aside.
    expect(receiver.judge.firstTakings().at(-1)).toBe(2001);
    receiver.behave = () => taken;
    expect(resendDeadLetters(world.database, { sink: null, sequences: [501] })).toBe(1);
    await world.deliverAll();
    expect(receiver.judge.firstTakings().slice(-2)).toEqual([501, 1501]);
    expect(receiver.judge.problems()).toEqual([]);
    expect(receiver.judge.missing()).toEqual([]);
  });
});

describe("a poisoned event that makes the receiver hang", () => {
  it("is set aside as others are", async () => {
    const receiver = await openToldWorld(toSketches(30, 10), { timeoutMs: 150, batchEventCountMax: 4 });
    receiver.behave = unbearable((key) => key === "key-3", { kind: "hang", isTaken: false });
    await world.deliverAll(hourMs, 8);
    expectSetAside((key) => key === "key-3", [4]);
    expect(world.deadLetters()[0]).toMatchObject({ status: null, answer: null });
  });
});

describe("several poisoned keys", () => {
  it.each([
    ["refused", answer(400)],
    ["answered with 500", answer(500)],
  ])("three in a row at the head, %s, do not stop the others", async (_name, behaviour) => {
    const isPoisoned = (key: string) => /^key-[012]$/.test(key);
    const receiver = await openToldWorld(toSketches(60, 20));
    receiver.behave = unbearable(isPoisoned, behaviour);
    await world.deliverAll(hourMs, 10);
    expectSetAside(isPoisoned, [1, 2, 3]);
  });

  it("a hundred of them among a thousand, refused, are all set aside at once and no others", async () => {
    const isPoisoned = (key: string) => /^key-\d*7\d$/.test(key);
    const receiver = await openToldWorld(toSketches(1500, 1000));
    receiver.behave = unbearable(isPoisoned, answer(422));
    await world.deliver();
    const firsts = sequencesOf(isPoisoned).filter((sequence) => sequence <= 1000);
    expect(firsts).toHaveLength(100);
    expectSetAside(isPoisoned, firsts);
  });

  it("ten of them side by side, answered with 500, hold up nobody else for long", async () => {
    const isPoisoned = (key: string) => /^key-11\d$/.test(key);
    const receiver = await openToldWorld(toSketches(600, 300));
    receiver.behave = unbearable(isPoisoned, answer(500));
    await world.deliver();
    // A few that went with them are still being told apart.
    expect(receiver.judge.missing().length).toBeLessThan(40);
    for (let hour = 0; hour < 15; hour += 1) {
      world.pass(hourMs);
      world.tell({ events: [{ key: `new-${hour}` }] });
      await world.deliver();
      expect(receiver.judge.isTaken(world.told.at(-1)!.sequence)).toBe(true);
    }
    const firsts = sequencesOf(isPoisoned).filter((sequence) => sequence <= 300);
    expectSetAside(isPoisoned, firsts);
  });
});

describe("what a person decides on a dead letter", () => {
  const isPoisoned = (key: string) => key === "key-1";

  async function openPoisonedWorld() {
    const receiver = await openToldWorld(toSketches(40, 10));
    receiver.behave = unbearable(isPoisoned, answer(422));
    await world.deliverAll(hourMs, 5);
    expectSetAside(isPoisoned, [2]);
    return receiver;
  }

  it("dropped: what waits behind it flows, and it never comes", async () => {
    const { judge } = await openPoisonedWorld();
    world.hooks[0]!.receiver.behave = ({ events }) =>
      events.some(({ sequence }) => sequence === 2) ? answer(422) : taken;
    judge.drop([2]);
    expect(dropDeadLetters(world.database, { sink: name, sequences: [2] })).toBe(1);
    await world.deliverAll();
    expect(judge.problems()).toEqual([]);
    expect(judge.missing()).toEqual([]);
    expect(judge.isTaken(2)).toBe(false);
    expect(judge.firstTakings().slice(-3)).toEqual([12, 22, 32]);
  });

  it("sent again too early: it is set aside again, and nothing overtakes it", async () => {
    const { judge } = await openPoisonedWorld();
    for (let round = 0; round < 3; round += 1) {
      expect(resendDeadLetters(world.database, everyDeadLetter)).toBe(1);
      world.tell({ events: toSketches(10, 10) });
      await world.deliverAll(hourMs, 5);
      expectSetAside(isPoisoned, [2]);
    }
    expect(judge.requests.length).toBeLessThan(80);
  });

  it("that is none, or of another webhook: nothing happens", async () => {
    await openPoisonedWorld();
    for (const choice of [
      { sink: "webhook:other", sequences: "all" },
      { sink: name, sequences: [1, 12, 9999] },
      { sink: null, sequences: [] },
    ] as const) {
      expect(resendDeadLetters(world.database, choice)).toBe(0);
      expect(dropDeadLetters(world.database, choice)).toBe(0);
    }
    expectSetAside(isPoisoned, [2]);
  });
});

describe("a receiver that refuses everything, being set up wrongly", () => {
  it("makes no dead letter, however much there is and however long it lasts", async () => {
    const receiver = await openToldWorld(toSketches(800, 200));
    receiver.behave = () => answer(400, {}, "unknown source");
    for (let hour = 0; hour < 48; hour += 1) {
      await world.deliver();
      world.pass(hourMs);
    }
    expect(deadSequences()).toEqual([]);
    expect(receiver.judge.requests.length).toBeLessThan(300);
    receiver.behave = () => taken;
    world.pass(dayMs);
    await world.deliverAll();
    expect(receiver.judge.problems()).toEqual([]);
    expect(receiver.judge.missing()).toEqual([]);
  });
});

describe("a thousand dead letters", () => {
  it("stop the webhook until some are dropped or sent again; nothing is lost", async () => {
    const receiver = await openToldWorld(toSketches(1010, 1005));
    // All but the last of them are written down as they are found after a long time.
    world.database.execute(`
      INSERT INTO delivery (sink, sequence, partitionkey, run_id, state, attempt_count, set_aside_at_ms)
        SELECT '${name}', sequence, partitionkey, run_id, 'set_aside', 2, 0 FROM event WHERE sequence <= 999;
      UPDATE sink SET settled_sequence = 999`);
    receiver.behave = unbearable((key) => key === "key-1000", answer(422));
    await world.deliver();
    expect(deadSequences()).toEqual(toRange(1, 999).concat(1001));
    world.tell({ events: toSketches(20, 2000) });
    const report = await world.deliver();
    expect(report.failures[0]?.message).toContain("1000 dead letters");
    expect(report.delivered).toEqual({ [name]: 0 });
    const requestCount = receiver.judge.requests.length;
    world.pass(dayMs);
    await world.deliver();
    expect(receiver.judge.requests).toHaveLength(requestCount);
    receiver.behave = () => taken;
    expect(resendDeadLetters(world.database, { sink: name, sequences: toRange(1, 10) })).toBe(10);
    receiver.judge.drop(toRange(11, 999));
    expect(dropDeadLetters(world.database, { sink: null, sequences: toRange(11, 999) })).toBe(989);
    expect(resendDeadLetters(world.database, everyDeadLetter)).toBe(1);
    await world.deliverAll();
    expect(receiver.judge.problems()).toEqual([]);
    expect(receiver.judge.missing()).toEqual([]);
  });
});
