import { expect, test } from "vitest";
import { type DispatchQuestion, type LeapClientOptions, readDispatches } from "../../src/leap/index.ts";
import { eventId, groupId, toGroup, toMeter } from "../unit/leap/dispatch-documents.ts";
import { failureOf, limits, openServer, toOptions } from "./leap-account.ts";
import { answerJson, answerText, type ScriptedServer } from "./scripted-server.ts";

const dayMs = 86_400_000;
const july: DispatchQuestion = {
  level: "group",
  fromMs: Date.UTC(2026, 6, 1),
  toMs: Date.UTC(2026, 7, 1),
  marketGroupIds: [],
  includesRealTime: false,
  includesVoluntary: true,
};
const tokenOne = "f1000000-0000-4000-8000-000000000001";
const tokenTwo = "f1000000-0000-4000-8000-000000000002";
const page = (next_page_token: string | null = null) => answerJson({ results: [toGroup()], next_page_token });

async function readAll(
  server: ScriptedServer,
  changes: Partial<DispatchQuestion> = {},
  options: Partial<LeapClientOptions> = {},
  signal = new AbortController().signal,
  dispatchCountMax?: number,
) {
  const pages = [];
  const asked = { ...toOptions(server.url), ...options };
  const all = readDispatches(asked, { ...july, ...changes }, signal, dispatchCountMax);
  for await (const one of all) pages.push(one);
  return pages;
}

test("pages are followed to the last; each asks the same but for its token", async () => {
  const server = await openServer(page(tokenOne), page(tokenTwo), page());
  const pages = await readAll(server);
  expect(pages.map(({ dispatches }) => dispatches.map((each) => each.eventId))).toEqual([
    [eventId],
    [eventId],
    [eventId],
  ]);
  // One list of members, however often it comes: a month of large groups would not fit in memory.
  const [first, second] = pages.map(({ dispatches }) => dispatches[0]?.meterIds);
  expect(second).toBe(first);
  const question = {
    start_date: "2026-07-01T00:00:00.000Z",
    end_date: "2026-08-01T00:00:00.000Z",
    exclude_real_time_events: true,
    exclude_voluntary_events: false,
  };
  expect(server.received.map(({ method, path, body }) => [method, path, body])).toEqual([
    ["POST", "/v2/dispatch/group/search", question],
    ["POST", "/v2/dispatch/group/search", { ...question, page_token: tokenOne }],
    ["POST", "/v2/dispatch/group/search", { ...question, page_token: tokenTwo }],
  ]);
});

test("real-time, voluntary and groups are asked for; meters have an address of their own", async () => {
  const server = await openServer(answerJson({ results: [toMeter()], next_page_token: null }));
  await readAll(server, {
    includesRealTime: true,
    includesVoluntary: false,
    marketGroupIds: [groupId, groupId],
  });
  const [meters] = await readAll(server, { level: "meter", marketGroupIds: [groupId] });
  expect(server.received[0]?.body).toMatchObject({
    exclude_real_time_events: false,
    exclude_voluntary_events: true,
    market_group_ids: [groupId],
  });
  expect(server.received[1]?.path).toBe("/v2/dispatch/meter/search");
  expect(server.received[1]?.body).not.toHaveProperty("market_group_ids");
  expect(meters?.dispatches).toMatchObject([{ level: "meter", eventId }]);
});

test("the address is that of v2 for accounts of v1, too", async () => {
  const server = await openServer(page());
  await readAll(server, {}, { apiVersion: "v1" });
  expect(server.received[0]?.path).toBe("/v2/dispatch/group/search");
});

test("more than 31 days are asked for in searches of at most 31 days, each followed to its end", async () => {
  const server = await openServer(page(), page(tokenOne), page(), page());
  await readAll(server, { toMs: july.fromMs + 63 * dayMs });
  const spans = server.received.map(({ body }) => {
    const { start_date, end_date, page_token } = body as Record<string, string>;
    return [start_date?.slice(0, 10), end_date?.slice(0, 10), page_token];
  });
  expect(spans).toEqual([
    ["2026-07-01", "2026-08-01", undefined],
    ["2026-08-01", "2026-09-01", undefined],
    ["2026-08-01", "2026-09-01", tokenOne],
    ["2026-09-01", "2026-09-02", undefined],
  ]);
});

test("no time at all is no question", async () => {
  const server = await openServer(page());
  expect(await readAll(server, { toMs: july.fromMs })).toEqual([]);
  expect(server.received).toEqual([]);
});

test("an empty page is no dispatches, and no failure", async () => {
  const server = await openServer(answerJson({ results: [] }));
  expect(await readAll(server)).toEqual([{ dispatches: [], problems: [], nextPageToken: null }]);
});

test("a page that is read in part is given with what is wrong with the rest", async () => {
  const server = await openServer(answerJson({ results: [{}, toGroup()], next_page_token: null }));
  expect(await readAll(server)).toMatchObject([
    { dispatches: [{ eventId }], problems: [expect.stringMatching(/^results\[0\]: /)] },
  ]);
});

test("a token that comes a second time would go on for ever: the contract is broken (I8)", async () => {
  const server = await openServer(page(tokenOne), page(tokenTwo), page(tokenOne));
  expect(await failureOf(readAll(server))).toMatchObject({
    kind: "contract",
    message: expect.stringMatching(/sent the same page token twice/),
  });
  expect(server.received).toHaveLength(3);
});

test("the same token in two searches is no repeat", async () => {
  const server = await openServer(page(tokenOne), page(), page(tokenOne), page());
  expect(await readAll(server, { toMs: july.toMs + dayMs })).toHaveLength(4);
});

test("429 is waited out and asked again", async () => {
  const server = await openServer(answerJson({}, 429), page(tokenOne), answerJson({}, 503), page());
  expect(await readAll(server)).toHaveLength(2);
  expect(server.received).toHaveLength(4);
  expect(server.received[1]?.body).toEqual(server.received[0]?.body);
});

test("an expired page token begins that search again, once", async () => {
  const refusal = answerJson({ code: "BAD_REQUEST", message: "unknown page token" }, 400);
  const passing = await openServer(page(tokenOne), refusal, page(tokenTwo), page());
  expect(await readAll(passing)).toHaveLength(3);
  expect(passing.received[2]?.body).not.toHaveProperty("page_token");
  const failing = await openServer(page(tokenOne), refusal, page(tokenOne), refusal);
  expect(await failureOf(readAll(failing))).toMatchObject({
    kind: "contract",
    message: expect.stringMatching(/refused the page token \(400: "unknown page token"\)/),
  });
  expect(failing.received).toHaveLength(4);
});

const said = {
  code: "FORBIDDEN",
  message: "No access to this resource",
  error_code: "DISPATCH_UNAUTHORIZED",
};

test.each([
  [401, "refused", /refused the key \(401\)/],
  [403, "refused", /refused the key \(403\)/],
  [404, "refused", /does not know the address \(404\)/],
  [400, "contract", /answered 400: "No access to this resource"\./],
  [302, "contract", /answered with a redirect \(302\)/],
] as const)("%i ends it as %s, in the words of the dispatch API's errors", async (status, kind, message) => {
  const server = await openServer(answerJson(said, status));
  expect(await failureOf(readAll(server))).toMatchObject({ kind, message: expect.stringMatching(message) });
  expect(server.received).toHaveLength(1);
});

test.each([
  ["no JSON", answerText("<html></html>", 200, { "content-type": "text/html" }), /answered HTML, not JSON/],
  ["meters", answerJson({ meters: [] }), /no array "results"/],
  ["a list", answerJson([]), /no array "results"/],
  ["results that are no list", answerJson({ results: null }), /no array "results"/],
  ["a token that is a number", answerJson({ results: [], next_page_token: 2 }), /neither text nor null/],
] as const)("a page that is %s is not taken for an empty one (I2)", async (_, step, message) => {
  const server = await openServer(step);
  expect(await failureOf(readAll(server))).toMatchObject({
    kind: "contract",
    message: expect.stringMatching(message),
  });
});

test("pages end with the run's budget, wherever Leap's tokens lead (I8)", async () => {
  let count = 0;
  const server = await openServer((response, received) => {
    count += 1;
    const token = `f1000000-0000-4000-8000-${String(count).padStart(12, "0")}`;
    page(token)(response, received);
  });
  const failure = await failureOf(readAll(server, {}, limits({ requestCountMax: 7 })));
  expect(failure).toMatchObject({ kind: "environment", fields: { budget: "requests" } });
  expect(server.received).toHaveLength(7);
});

test("an aborted reading ends with the signal's reason, and asks no further", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const server = await openServer((response, received) => {
    stop.abort(reason);
    page(tokenOne)(response, received);
  });
  await expect(readAll(server, {}, {}, stop.signal)).rejects.toBe(reason);
  expect(server.received).toHaveLength(1);
});

test("more timeslots than are held at once are refused before all memory is full of them (I8)", async () => {
  const server = await openServer(page(tokenOne), page(tokenTwo), page());
  const failure = await failureOf(readAll(server, {}, {}, undefined, 2));
  expect(failure).toMatchObject({
    kind: "contract",
    message: expect.stringMatching(/more than 2 timeslots/),
  });
  expect(server.received).toHaveLength(3);
});

test("what is wrong is said in the words of dispatches, not of meters", async () => {
  const refusing = await openServer(answerJson({ code: "FORBIDDEN" }, 403));
  expect((await failureOf(readAll(refusing))).message).toMatch(/has ended, may not use dispatches, or/);
  const endless = await openServer(answerText("x".repeat(2000)));
  const few = { limits: { ...toOptions(endless.url).limits, responseBytesMax: 1000 } };
  expect((await failureOf(readAll(endless, {}, few))).message).not.toMatch(/PAGE_SIZE/);
});
