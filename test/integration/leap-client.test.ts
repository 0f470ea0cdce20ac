import { getEventListeners } from "node:events";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { LeapTokenRefused } from "../../src/leap/index.ts";
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
  ["v2", { meters: [meter] }, "last_modified_date_time"],
  ["v1", { results: [meter] }, "date_last_modified"],
] as const)("a poll in %s asks for what was modified, besides the window", async (apiVersion, body, name) => {
  const server = await openServer(answerJson(body));
  const client = openClient(server.url, { apiVersion });
  const signal = new AbortController().signal;
  await client.readPage({ ...everything, modifiedFromMs: Date.UTC(2026, 9, 30, 6) }, null, signal);
  await client.readPage({ ...everything, modifiedFromMs: null }, null, signal);
  expect(server.received.map((one) => one.body)).toEqual([
    { page_size: 500, [name]: "2026-10-30T06:00:00.000Z" },
    { page_size: 500 },
  ]);
});

test.each([400, 404, 410, 422])("a page token that is answered %i has expired", async (status) => {
  const server = await openServer(answerJson({ title: "no such token" }, status));
  const client = openClient(server.url);
  const signal = new AbortController().signal;
  const failure = await failureOf(client.readPage(everything, "t7", signal));
  expect(failure).toBeInstanceOf(LeapTokenRefused);
  expect(failure).toMatchObject({ kind: "contract", fields: { status } });
  expect(failure.message).toMatch(/refused the page token \(\d+: "no such token"\)\. It has expired/);
  expect(await failureOf(client.readPage(everything, null, signal))).not.toBeInstanceOf(LeapTokenRefused);
  expect(server.received).toHaveLength(2);
});

test.each([401, 403, 409, 500])("%i says nothing of the page token", async (status) => {
  const server = await openServer(answerJson({ title: "no" }, status));
  const reading = openClient(server.url).readPage(everything, "t7", new AbortController().signal);
  expect(await failureOf(reading)).not.toBeInstanceOf(LeapTokenRefused);
});

test("what was sent and received is counted", async () => {
  const busy = answerJson("busy", 503);
  const server = await openServer(answerJson(page), busy, answerJson("slow", 429), answerJson(page));
  const client = openClient(server.url, { concurrency: 8 });
  const none = { requestCount: 0, retryCount: 0, throttledCount: 0, byteCount: 0, concurrencyLowest: 8 };
  expect(client.traffic()).toEqual(none);
  await readPage(client);
  await readPage(client);
  const byteCount = 2 * JSON.stringify(page).length + '"busy""slow"'.length;
  const counted = { requestCount: 4, retryCount: 2, throttledCount: 1, byteCount, concurrencyLowest: 4 };
  expect(client.traffic()).toEqual(counted);
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
