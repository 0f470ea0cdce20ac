import { describe, expect, test } from "vitest";
import { createPortfolio, webhooksBetween } from "../../src/simulator/index.ts";
import {
  ask,
  dayMs,
  nowMs,
  openReceiver,
  start,
  startDate,
  subscribe,
} from "../integration/simulator-webhooks-world.ts";

/** From one try to the next; a receiver has eight hours. */
const waitMinutes = [0, 1, 2, 4, 8, 16, 29, 60, 120, 240];
const ladderMinutes = waitMinutes.map((_, place) =>
  waitMinutes.slice(0, place + 1).reduce((sum, minutes) => sum + minutes),
);

describe("sending webhooks", () => {
  test("setting the clock forward tells what happened, each receiver what it asked for", async () => {
    const all = await openReceiver();
    const few = await openReceiver();
    const simulator = await start({ webhooks: { receivers: [all.url] } });
    const headers = [{ name: "Authorization", value: "Basic bWFkZTp1cA==" }];
    const event_types = ["meter.created", "meter.enrollment.required-actions.updated"];
    await subscribe(simulator, { receiver_url: few.url, event_types, headers });
    for (const days of [3, 3, 9]) {
      simulator.setNow(nowMs + days * dayMs);
      await simulator.webhooks.settled();
    }
    const truths = simulator.webhooks.webhooksBetween(nowMs, nowMs + 9 * dayMs);
    const bodies = truths.map(({ eventId, payload }) => ({ webhook_event_id: eventId, payload }));
    const byId = (list: readonly { readonly webhook_event_id: string }[]): readonly object[] =>
      list.toSorted((left, right) => (left.webhook_event_id < right.webhook_event_id ? -1 : 1));
    expect(truths.length).toBeGreaterThan(50);
    expect(byId(all.received.map(({ body }) => body))).toEqual(byId(bodies));
    const wanted = bodies.filter(({ payload }) => event_types.includes(payload.webhook_event_type));
    expect(byId(few.received.map(({ body }) => body))).toEqual(byId(wanted));
    expect(few.received.length).toBeGreaterThan(5);
    for (const { rawHeaders } of few.received) {
      const place = rawHeaders.indexOf("authorization");
      expect(rawHeaders[place + 1]).toBe("Basic bWFkZTp1cA==");
    }
    for (const subject of new Set(truths.map((truth) => truth.subject))) {
      const inOrder = truths.filter((truth) => truth.subject === subject).map(({ eventId }) => eventId);
      const came = all.received.map(({ body }) => body.webhook_event_id).filter((id) => inOrder.includes(id));
      expect(came).toEqual(inOrder);
    }
    expect(simulator.webhooks.sent).toHaveLength(all.received.length + few.received.length);
    for (const { outcome, attempts } of simulator.webhooks.sent) {
      expect(outcome).toBe("delivered");
      expect(attempts).toEqual([{ afterMinutes: 0, status: 200, error: null }]);
    }
  });

  test("tells nothing of before it was asked to, of a clock set back, nor to who has gone", async () => {
    const receiver = await openReceiver();
    const simulator = await start();
    simulator.setNow(nowMs + 5 * dayMs);
    const id = await subscribe(simulator, { receiver_url: receiver.url, event_types: ["meter.created"] });
    simulator.setNow(nowMs + 4 * dayMs);
    await simulator.webhooks.settled();
    expect(receiver.received).toEqual([]);
    simulator.setNow(nowMs + 5 * dayMs);
    await simulator.webhooks.settled();
    expect(receiver.received).toHaveLength(1);
    await ask(simulator, "DELETE", `/${id}`);
    simulator.setNow(nowMs + 8 * dayMs);
    await simulator.webhooks.settled();
    expect(receiver.received).toHaveLength(1);
  });

  test("a receiver that fails nine times and then takes it is told ten times, on the ladder", async () => {
    const statuses = [503, 404, 301, 500, 429, 400, 308, 304, 502, 201];
    const receiver = await openReceiver((place) => statuses[place] ?? 200);
    const minuteMs = 1;
    const simulator = await start({ webhooks: { timeScale: minuteMs / 60_000 } });
    await subscribe(simulator, { receiver_url: receiver.url, event_types: ["meter.created"] });
    simulator.setNow(nowMs + dayMs);
    await simulator.webhooks.settled();
    expect(receiver.received).toHaveLength(10);
    expect(new Set(receiver.received.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const [sent, ...more] = simulator.webhooks.sent;
    expect(more).toEqual([]);
    expect(sent?.outcome).toBe("delivered");
    expect(sent?.attempts.map(({ afterMinutes }) => afterMinutes)).toEqual(ladderMinutes);
    expect(sent?.attempts.map(({ status }) => status)).toEqual(statuses);
    expect(ladderMinutes.at(-1)).toBe(8 * 60);
    for (const [place, { atMs }] of receiver.received.entries()) {
      const sinceMs = atMs - (receiver.received[place - 1]?.atMs ?? atMs);
      // A timer may ring a moment early.
      expect(sinceMs).toBeGreaterThan((waitMinutes[place] ?? 0) * minuteMs - 2);
    }
  });

  test("one that never takes it is told exactly ten times, and then no more", async () => {
    const refusing = await openReceiver(() => 500);
    const receivers = [refusing.url, "http://127.0.0.1:1/"];
    const simulator = await start();
    for (const receiver_url of receivers)
      await subscribe(simulator, { receiver_url, event_types: ["meter.created"] });
    simulator.setNow(nowMs + 2 * dayMs);
    await simulator.webhooks.settled();
    expect(refusing.received).toHaveLength(20);
    const outcomes = simulator.webhooks.sent.map(({ outcome, attempts }) => [
      outcome,
      attempts.map(({ status, error }) => error ?? status),
    ]);
    const each = [500, "ECONNREFUSED"].map((answer) => ["dropped", Array(10).fill(answer)]);
    expect(outcomes).toEqual([...each, ...each]);
  });

  test("one that never answers is given up in time, ten times", async () => {
    const hanging = await openReceiver(() => "hang");
    const simulator = await start({ webhooks: { timeoutMs: 60 } });
    await subscribe(simulator, { receiver_url: hanging.url, event_types: ["meter.created"] });
    simulator.setNow(nowMs + dayMs);
    await simulator.webhooks.settled();
    expect(hanging.received.length).toBeGreaterThan(0);
    const [sent] = simulator.webhooks.sent;
    expect(sent?.outcome).toBe("dropped");
    const error = "no answer within 60 ms";
    const attempts = ladderMinutes.map((afterMinutes) => ({ afterMinutes, status: null, error }));
    expect(sent?.attempts).toEqual(attempts);
  });

  test("is not begun with a receiver that Leap would not call, nor at a pace without sense", async () => {
    await expect(start({ webhooks: { receivers: ["http://example.com/"] } })).rejects.toThrow(/an https URL/);
    await expect(start({ webhooks: { timeScale: -1 } })).rejects.toThrow(/time scale/);
    await expect(start({ webhooks: { timeoutMs: 0 } })).rejects.toThrow(/whole number of ms/);
  });

  test("one that hangs holds up no other; what is under way or waits ends with the simulator", async () => {
    const hanging = await openReceiver(() => "hang");
    const refusing = await openReceiver(() => 500);
    const taking = await openReceiver();
    const receivers = [hanging.url, refusing.url, taking.url];
    const simulator = await start({ webhooks: { receivers, timeScale: 1 } });
    simulator.setNow(nowMs + dayMs);
    await Promise.all([hanging.first, refusing.first, taking.first]);
    const settled = simulator.webhooks.settled();
    await simulator.close();
    await settled;
    const outcomesOf = (place: number): readonly string[] => {
      const ids = [...new Set(simulator.webhooks.sent.map(({ webhookId }) => webhookId))];
      const own = simulator.webhooks.sent.filter(({ webhookId }) => webhookId === ids[place]);
      return [...new Set(own.map(({ outcome }) => outcome))];
    };
    expect([outcomesOf(0), outcomesOf(1)]).toEqual([["under way"], ["under way"]]);
    expect(refusing.received.length).toBeLessThanOrEqual(simulator.webhooks.sent.length / 3);
  });

  test("as the clock runs, what happens is told", async () => {
    const portfolio = createPortfolio({ seed: 4, meterCount: 40, startDate });
    const [next] = webhooksBetween(portfolio, nowMs, nowMs + dayMs);
    const receiver = await openReceiver();
    const clock = { nowMs: (next?.occurredAtMs ?? 0) - 100, isClockRunning: true };
    await start({ ...clock, webhooks: { receivers: [receiver.url] } });
    const { body } = await receiver.first;
    expect(body).toEqual({ webhook_event_id: next?.eventId, payload: next?.payload });
  });
});

describe("faults of webhooks", () => {
  const toMs = nowMs + 6 * dayMs;

  test("what is dropped never comes and counts ten tries, what is doubled comes twice", async () => {
    const receiver = await openReceiver();
    const simulator = await start({ webhooks: { receivers: [receiver.url] } });
    simulator.webhooks.setFaults([
      { kind: "drop", rate: 0.3 },
      { kind: "double", rate: 0.3 },
    ]);
    simulator.setNow(toMs);
    simulator.setNow(toMs + dayMs / 4);
    await simulator.webhooks.settled();
    const dropped = simulator.webhooks.sent.filter(({ outcome }) => outcome === "dropped");
    expect(dropped.length).toBeGreaterThan(5);
    for (const { attempts } of dropped)
      expect(attempts.map(({ afterMinutes }) => afterMinutes)).toEqual(ladderMinutes);
    const lost = new Set(dropped.map(({ eventId }) => eventId));
    const came = receiver.received.map(({ body }) => body.webhook_event_id);
    const wanted = simulator.webhooks.webhooksBetween(nowMs, toMs).map(({ eventId }) => eventId);
    expect(wanted.filter((id) => !came.includes(id)).sort()).toEqual(
      wanted.filter((id) => lost.has(id)).sort(),
    );
    const copies = wanted.map((id) => came.filter((other) => other === id).length);
    expect(new Set(copies)).toEqual(new Set([0, 1, 2]));
  });

  test("what is late waits for the simulated clock, what is overtaken for the next one", async () => {
    const receiver = await openReceiver();
    const simulator = await start({ webhooks: { receivers: [receiver.url] } });
    const told = (): readonly string[] => receiver.received.map(({ body }) => body.webhook_event_id);
    const late = simulator.webhooks.webhooksBetween(nowMs, nowMs + dayMs);
    simulator.webhooks.setFaults([{ kind: "late", lateMs: 2 * dayMs }]);
    simulator.setNow(nowMs + dayMs);
    await simulator.webhooks.settled();
    expect(told()).toEqual([]);
    simulator.webhooks.setFaults([]);
    simulator.setNow(nowMs + 3 * dayMs);
    await simulator.webhooks.settled();
    expect(late.length).toBeGreaterThan(5);
    expect(late.filter(({ eventId }) => !told().includes(eventId))).toEqual([]);
    expect(() => simulator.webhooks.setFaults([{ kind: "reorder", rate: 2 }])).toThrow(/rate of reorder/);

    const again = await openReceiver();
    const mixing = await start({ webhooks: { receivers: [again.url] } });
    mixing.webhooks.setFaults([{ kind: "reorder", rate: 0.5 }]);
    mixing.setNow(toMs);
    await mixing.webhooks.settled();
    const came = again.received.map(({ body }) => body.webhook_event_id);
    const truths = mixing.webhooks.webhooksBetween(nowMs, toMs);
    const overtaken = truths.filter(({ eventId, subject }, place) => {
      const next = truths.slice(place + 1).find((other) => other.subject === subject);
      return next !== undefined && came.indexOf(next.eventId) < came.indexOf(eventId);
    });
    expect(overtaken.length).toBeGreaterThan(3);
  });
});
