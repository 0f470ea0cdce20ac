import { afterEach, describe, expect, it } from "vitest";
import { resendDeadLetters } from "../../src/delivery/index.ts";
import { answer, type Behave, inTurn, taken } from "../support/receiver.ts";
import { toSketches } from "../support/receiver-outbox.ts";
import { hourMs, openWorld, type WebhookOptions, type World } from "../support/receiver-world.ts";

let world: World;
afterEach(async () => world.close());

async function openReceiving(behave: Behave, options: WebhookOptions = {}) {
  world = await openWorld({ behave, ...options });
  world.register();
  return world.hooks[0]!.receiver;
}

async function deliverHourly(hours: number): Promise<void> {
  for (let hour = 0; hour < hours; hour += 1) {
    await world.deliver();
    world.pass(hourMs);
  }
}

const deadSequences = () => world.deadLetters().map(({ sequence }) => sequence);

function expectSound(): void {
  const { judge } = world.hooks[0]!.receiver;
  expect(judge.problems()).toEqual([]);
  expect(judge.missing()).toEqual([]);
  expect(deadSequences()).toEqual([]);
}

describe("a receiver that is merely down makes no dead letter", () => {
  it.each([500, 404, 302])("%d for ten days, with one event due", async (status) => {
    const receiver = await openReceiving(() => answer(status));
    world.tell({ events: [{ key: "only" }] });
    await deliverHourly(240);
    expect(receiver.judge.requests.length).toBeGreaterThan(100);
    expect(deadSequences()).toEqual([]);
    receiver.behave = () => taken;
    await world.deliverAll();
    expectSound();
  });

  it("though it refuses an event once, having been busy before", async () => {
    await openReceiving(inTurn(answer(429), answer(400), taken));
    world.tell({ events: [{ key: "only" }] });
    await world.deliverAll();
    expectSound();
  });

  it("though it is busy, or away, again and again, and takes others meanwhile", async () => {
    const receiver = await openReceiving(() => taken, { mode: "structured" });
    for (let round = 0; round < 8; round += 1) {
      const { sequence } = world.tell({ events: [{ key: `late-${round}` }, { key: `soon-${round}` }] })[0]!;
      receiver.behave = ({ events }) => (events[0]?.sequence === sequence ? answer(429) : taken);
      await deliverHourly(2);
      await receiver.shut();
      await deliverHourly(2);
      await receiver.reopen();
      receiver.behave = inTurn(answer(500), taken);
      await world.deliverAll();
    }
    expectSound();
  });

  it("though it fails twice, and takes others in between", async () => {
    const receiver = await openReceiving(() => answer(502));
    world.tell({ events: [{ key: "early" }] });
    await world.deliver();
    receiver.behave = () => taken;
    world.pass(20_000);
    world.tell({ events: [{ key: "other" }] });
    await world.deliver();
    receiver.behave = () => answer(502);
    await deliverHourly(4);
    receiver.behave = () => taken;
    await world.deliverAll();
    expectSound();
  });
});

describe("a receiver that refuses all it is sent, one event at a time", () => {
  it("makes three dead letters at most, however long it does", async () => {
    const receiver = await openReceiving(() => answer(400), { mode: "structured" });
    for (let day = 0; day < 20; day += 1) {
      world.tell({ events: toSketches(5, 5), ending: "sync.published" });
      await deliverHourly(4);
    }
    expect(deadSequences().length).toBeLessThanOrEqual(3);
    receiver.behave = () => taken;
    resendDeadLetters(world.database, { sink: null, sequences: "all" });
    await world.deliverAll();
    expectSound();
  });
});

describe("the end of a run that was set aside itself", () => {
  it("waits, when all is sent again, for what waits behind another of its run", async () => {
    const isRefused = ({ sequence, type }: { sequence: number; type: string }) =>
      sequence === 2 || type === "sync.published";
    const receiver = await openReceiving(({ events }) => (events.some(isRefused) ? answer(422) : taken));
    world.tell({ events: toSketches(9, 3), ending: "sync.published" });
    world.tell({ events: toSketches(1, 1) });
    await world.deliverAll(hourMs, 4);
    expect(deadSequences()).toEqual([2, 10]);
    receiver.behave = () => taken;
    expect(resendDeadLetters(world.database, { sink: null, sequences: "all" })).toBe(2);
    await world.deliverAll();
    expect(receiver.judge.firstTakings().slice(-4)).toEqual([2, 5, 8, 10]);
    expectSound();
  });
});
