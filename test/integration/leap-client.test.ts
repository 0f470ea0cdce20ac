import { getEventListeners } from "node:events";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { everything, failureOf, key, meter, openClient, openServer, page, readPage } from "./leap-account.ts";
import { answerJson, answerText } from "./scripted-server.ts";

const zipped = gzipSync(JSON.stringify(page));
const gzip = { "content-type": "application/json", "content-encoding": "gzip" };

test("the first v2 page is asked for with the page size alone, later ones with more", async () => {
  const server = await openServer(answerJson({ ...page, next_page_token: "t2" }), answerJson({ meters: [] }));
  const client = openClient(server.url);
  const signal = new AbortController().signal;
  const first = await client.readPage(everything, null, signal);
  expect(first).toMatchObject({ documents: [meter], unreadableCount: 0, nextPageToken: "t2" });
  const window = { addedFromMs: Date.UTC(2026, 0, 1), addedToMs: Date.UTC(2026, 1, 1) };
  expect((await client.readPage(window, "t2", signal)).nextPageToken).toBeNull();
  expect(server.received.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
    { method: "POST", path: "/v2/meters/enrollments/search", body: { page_size: 500 } },
    {
      method: "POST",
      path: "/v2/meters/enrollments/search",
      body: {
        page_size: 500,
        page_token: "t2",
        created_after_date_time: "2026-01-01T00:00:00.000Z",
        created_before_date_time: "2026-02-01T00:00:00.000Z",
      },
    },
  ]);
  expect(server.received[0]?.headers).toMatchObject({
    authorization: `Bearer ${key}`,
    "content-type": "application/json",
    accept: "application/json",
  });
});

test("v1 asks under the account, in its own words, and reads results", async () => {
  const server = await openServer(answerJson({ results: [meter, "odd"], next_page_token: "" }));
  const client = openClient(server.url, { apiVersion: "v1", pageSize: 20 });
  const window = { addedFromMs: Date.UTC(2026, 0, 1), addedToMs: Date.UTC(2026, 1, 1) };
  const answer = await client.readPage(window, "t9", new AbortController().signal);
  expect(answer).toMatchObject({ documents: [meter], unreadableCount: 1, nextPageToken: null });
  expect(server.received[0]).toMatchObject({
    method: "POST",
    path: "/v1.1/account/acct-1/meters/search",
    body: {
      page_size: 20,
      page_token: "t9",
      date_added_from: "2026-01-01T00:00:00.000Z",
      date_added_to: "2026-02-01T00:00:00.000Z",
    },
  });
  expect(Object.keys(server.received[0]?.body as object)).toHaveLength(4);
});

test("the server's own date comes with the page (I3)", async () => {
  const server = await openServer(answerJson(page, 200, { date: "Tue, 03 Nov 2026 04:05:06 GMT" }));
  expect((await readPage(openClient(server.url))).serverDateMs).toBe(Date.UTC(2026, 10, 3, 4, 5, 6));
});

test.each([
  ["v2", `/v2/meters/${meter.meter_id}/enrollments`],
  ["v1", `/v1.1/account/acct-1/meters/${meter.meter_id}`],
] as const)(
  "one meter is read by its id through %s; Leap's 404 means that there is none",
  async (apiVersion, path) => {
    const unknown = answerJson({ title: "Meter not found", status: 404 }, 404);
    const server = await openServer(answerJson(meter), unknown, answerText("<html>no such page", 404));
    const client = openClient(server.url, { apiVersion });
    const signal = new AbortController().signal;
    expect(await client.readMeter(meter.meter_id, signal)).toEqual(meter);
    expect(await client.readMeter(meter.meter_id, signal)).toBeNull();
    expect((await failureOf(client.readMeter(meter.meter_id, signal))).kind).toBe("contract");
    expect(server.received[0]).toMatchObject({ method: "GET", path });
  },
);

test("a point read answered with another meter is a broken contract", async () => {
  const server = await openServer(answerJson(meter));
  const reading = openClient(server.url).readMeter("another", new AbortController().signal);
  expect((await failureOf(reading)).kind).toBe("contract");
});

test("a gzip answer is read", async () => {
  const server = await openServer(answerText(zipped, 200, gzip));
  expect((await readPage(openClient(server.url))).documents).toEqual([meter]);
  expect(server.received[0]?.headers["accept-encoding"]).toMatch(/gzip/);
});

test("a hundred pages under one signal leave no listeners and share one connection", async () => {
  const server = await openServer(answerJson(page));
  const client = openClient(server.url);
  const { signal } = new AbortController();
  for (let count = 0; count < 100; count += 1) await readPage(client, signal);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  expect(server.connectionCount()).toBe(1);
});
