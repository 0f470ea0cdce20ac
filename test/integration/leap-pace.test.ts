import { expect, test } from "vitest";
import { failureOf, limits, openClient, openServer, page, readPage } from "./leap-account.ts";
import { answerJson, type Step } from "./scripted-server.ts";

/**
 * Answers 429 above so many at once. The others are answered when nothing more has come for a moment, so that
 * all have come that were sent; the most at once are counted.
 */
function limitedTo(atOnceMax: number, answer: Step) {
  const seen = { atOnceMost: 0 };
  const waiting: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const step: Step = (response, received) => {
    seen.atOnceMost = Math.max(seen.atOnceMost, waiting.length + 1);
    if (waiting.length >= atOnceMax) {
      answerJson({ title: "too many" }, 429)(response, received);
      return;
    }
    waiting.push(() => answer(response, received));
    clearTimeout(timer);
    timer = setTimeout(() => {
      for (const reply of waiting.splice(0)) reply();
    }, 20);
  };
  return { step, seen };
}

test("no more requests are sent at once than configured", async () => {
  const { step, seen } = limitedTo(100, answerJson(page));
  const server = await openServer(step);
  const client = openClient(server.url, { concurrency: 3 });
  await Promise.all(Array.from({ length: 20 }, () => readPage(client)));
  expect(seen.atOnceMost).toBe(3);
  expect(client.traffic()).toMatchObject({ requestCount: 20, throttledCount: 0, concurrencyLowest: 3 });
});

test("v1 point reads go out side by side, and no more at once than configured", async () => {
  const { step, seen } = limitedTo(100, (response, received) => {
    const meter_id = received.path.slice(received.path.lastIndexOf("/") + 1);
    answerJson({ meter_id })(response, received);
  });
  const server = await openServer(step);
  const client = openClient(server.url, { apiVersion: "v1", concurrency: 3 });
  const ids = Array.from({ length: 30 }, (_, number) => `meter-${number}`);
  expect((await client.readMeters(ids, new AbortController().signal)).size).toBe(30);
  expect(seen.atOnceMost).toBe(3);
});

test.each([1, 2, 5])(
  "a Leap that takes %i at once is read to the end, at its own pace",
  async (atOnceMax) => {
    const { step, seen } = limitedTo(atOnceMax, answerJson(page));
    const server = await openServer(step);
    const client = openClient(server.url, { concurrency: 16, ...limits({ attemptCountMax: 8 }) });
    await Promise.all(Array.from({ length: 40 }, () => readPage(client)));
    const { concurrencyLowest, throttledCount } = client.traffic();
    expect(throttledCount).toBeGreaterThan(0);
    expect(concurrencyLowest).toBeLessThanOrEqual(atOnceMax);
    seen.atOnceMost = 0;
    await Promise.all(Array.from({ length: 20 }, () => readPage(client)));
    expect(seen.atOnceMost).toBeLessThanOrEqual(atOnceMax + 1);
    expect(client.traffic().throttledCount - throttledCount).toBeLessThanOrEqual(2);
  },
);

test("429s that come together halve the requests at once, once", async () => {
  const { step, seen } = limitedTo(100, (response, received) => {
    const isFirst = server.received.length <= 8;
    answerJson(isFirst ? "busy" : page, isFirst ? 429 : 200)(response, received);
    if (isFirst) seen.atOnceMost = 0;
  });
  const server = await openServer(step);
  const client = openClient(server.url, { concurrency: 8 });
  await Promise.all(Array.from({ length: 8 }, () => readPage(client)));
  expect(seen.atOnceMost).toBe(4);
  expect(client.traffic()).toMatchObject({ requestCount: 16, retryCount: 8, concurrencyLowest: 4 });
});

test("a Leap that only ever answers 429 is the environment's failure, with what to do", async () => {
  const server = await openServer(answerJson({ title: "too many" }, 429));
  const failure = await failureOf(readPage(openClient(server.url)));
  expect(failure.kind).toBe("environment");
  expect(failure.message).toMatch(
    /answered 429, asked 4 times\. Leap limits our rate: .*METER_SYNC_CONCURRENCY/,
  );
});

test("a run sends as many requests as it may, attempts among them, and says what to raise", async () => {
  const server = await openServer(answerJson("busy", 503), answerJson(page));
  const client = openClient(server.url, limits({ requestCountMax: 3 }));
  await readPage(client);
  await readPage(client);
  const failure = await failureOf(readPage(client));
  expect(failure).toMatchObject({ kind: "environment", name: "LeapUnreachable" });
  expect(failure.message).toMatch(/has sent 3 requests.*Finished windows are kept.*METER_SYNC_REQUESTS_MAX/);
  expect(server.received).toHaveLength(3);
});

test("attempts end where the budget does", async () => {
  const server = await openServer(answerJson("busy", 503));
  const failure = await failureOf(readPage(openClient(server.url, limits({ requestCountMax: 2 }))));
  expect(failure.message).toMatch(/METER_SYNC_REQUESTS_MAX/);
  expect(server.received).toHaveLength(2);
});

test("a run reads as long as it may, and says what to raise", async () => {
  const server = await openServer(answerJson(page));
  let nowMs = 1_800_000_000_000;
  const clock = { now: () => nowMs };
  const client = openClient(server.url, { clock, ...limits({ runTimeMaxMs: 14_400_000 }) });
  nowMs += 14_399_999;
  await readPage(client);
  nowMs += 1;
  const failure = await failureOf(readPage(client));
  expect(failure).toMatchObject({ kind: "environment", name: "LeapUnreachable" });
  expect(failure.message).toMatch(/reading for 4h.*Finished windows are kept.*METER_SYNC_RUN_TIME_MAX/);
  expect(server.received).toHaveLength(1);
});
