import { expect, test } from "vitest";
import { openPace, type PaceNews, type PaceState, planPace } from "../../../src/leap/pace.ts";

const calm: PaceState = { concurrency: 8, generation: 0, successCount: 0 };

/** The pace after the news, of which all are answers to requests just sent unless they say otherwise. */
function after(state: PaceState, kinds: readonly PaceNews["kind"][], concurrencyMax = 8): PaceState {
  return kinds.reduce(
    (now, kind) => planPace(now, { kind, generation: now.generation }, concurrencyMax),
    state,
  );
}

function successes(count: number): readonly "success"[] {
  return Array.from({ length: count }, () => "success");
}

test("a 429 halves the requests at once, down to one and not below", () => {
  const seen = [1, 2, 3, 4, 5].map(
    (count) =>
      after(
        calm,
        Array.from({ length: count }, () => "throttled"),
      ).concurrency,
  );
  expect(seen).toEqual([4, 2, 1, 1, 1]);
  expect(after({ ...calm, concurrency: 7 }, ["throttled"]).concurrency).toBe(3);
});

test("429s to requests that were sent before the last lowering are one refusal", () => {
  const news: PaceNews = { kind: "throttled", generation: 0 };
  const together = Array.from({ length: 8 }, () => news);
  const state = together.reduce((now, one) => planPace(now, one, 8), calm);
  expect(state).toEqual({ concurrency: 4, generation: 1, successCount: 0 });
  expect(planPace(state, { kind: "throttled", generation: 1 }, 8).concurrency).toBe(2);
});

test("it recovers by one after some twenty rounds, and up to where it began", () => {
  const lowered = after(calm, ["throttled"]);
  expect(after(lowered, successes(79)).concurrency).toBe(4);
  expect(after(lowered, successes(80)).concurrency).toBe(5);
  expect(after(lowered, successes(80 + 99)).concurrency).toBe(5);
  expect(after(lowered, successes(80 + 100)).concurrency).toBe(6);
  expect(after(lowered, successes(10_000)).concurrency).toBe(8);
  expect(after(calm, successes(10_000))).toEqual(calm);
});

test("a 429 in between, an old one too, starts the count of successes again", () => {
  const almost = after(after(calm, ["throttled"]), successes(79));
  const disturbed = planPace(almost, { kind: "throttled", generation: 0 }, 8);
  expect(disturbed.concurrency).toBe(4);
  expect(after(disturbed, successes(79)).concurrency).toBe(4);
  expect(after(disturbed, successes(80)).concurrency).toBe(5);
});

test("successes of requests that were sent before the lowering do not count", () => {
  const lowered = after(calm, ["throttled"]);
  const late = Array.from({ length: 500 }, () => ({ kind: "success", generation: 0 }) as const);
  expect(late.reduce((now, one) => planPace(now, one, 8), lowered)).toEqual(lowered);
});

/** Tasks that end when they are told to. */
function openTasks() {
  const running: { generation: number; end: () => void }[] = [];
  const start = (generation: number) =>
    new Promise<void>((resolve) => {
      running.push({ generation, end: resolve });
    });
  return { running, start };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test("no more run at once than the pace allows, when it was lowered and when it rose again", async () => {
  const pace = openPace(4);
  const { running, start } = openTasks();
  const { signal } = new AbortController();
  const all = Promise.all(Array.from({ length: 12 }, () => pace.run(start, signal)));
  await settle();
  expect(running.map(({ generation }) => generation)).toEqual([0, 0, 0, 0]);
  pace.note({ kind: "throttled", generation: 0 });
  running[0]?.end();
  running[1]?.end();
  await settle();
  expect(running).toHaveLength(4);
  running[2]?.end();
  await settle();
  expect(running.map(({ generation }) => generation)).toEqual([0, 0, 0, 0, 1]);
  for (let count = 0; count < 40; count += 1) pace.note({ kind: "success", generation: 1 });
  await settle();
  expect(running).toHaveLength(6);
  expect(pace.concurrencyLowest()).toBe(2);
  for (let index = 0; index < 12; index += 1) {
    running[index]?.end();
    await settle();
  }
  await all;
});

test("who waits for a slot stops waiting at the abort, and never starts", async () => {
  const pace = openPace(1);
  const { running, start } = openTasks();
  const controller = new AbortController();
  const reason = new Error("stop now");
  const first = pace.run(start, new AbortController().signal);
  const second = pace.run(start, controller.signal);
  await settle();
  controller.abort(reason);
  await expect(second).rejects.toBe(reason);
  expect(running).toHaveLength(1);
  running[0]?.end();
  await first;
  await settle();
  expect(running).toHaveLength(1);
});

test("a task that fails gives its slot back", async () => {
  const pace = openPace(1);
  const { signal } = new AbortController();
  const failing = pace.run(() => Promise.reject(new Error("broken")), signal);
  await expect(failing).rejects.toThrow("broken");
  expect(await pace.run(async () => "done", signal)).toBe("done");
});
