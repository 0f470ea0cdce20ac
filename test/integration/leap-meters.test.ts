import { expect, test } from "vitest";
import type { LeapClient } from "../../src/leap/index.ts";
import { failureOf, limits, openClient, openServer } from "./leap-account.ts";
import { answerJson, answerText, type Received, type Step } from "./scripted-server.ts";

const unknown = answerJson({ title: "Meter not found", status: 404, details: {} }, 404);
const { signal } = new AbortController();

function idOf(number: number): string {
  return `5d1e0000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

function meterOf(number: number) {
  return { meter_id: idOf(number), partner_reference: "PRIVATE-CUSTOMER", extra: { kept: number } };
}

const [first, second, third] = [1, 2, 3].map(meterOf);

async function found(client: LeapClient, ids: readonly string[]) {
  return Object.fromEntries(await client.readMeters(ids, signal));
}

test("v2: meters are searched by their ids, in as many pages as it takes", async () => {
  const pages = [
    { meters: [first], next_page_token: "t2" },
    { meters: [], next_page_token: "t3" },
    { meters: [{ ...second, meter_id: idOf(0xabc).toUpperCase() }] },
  ];
  const server = await openServer(...pages.map((body) => answerJson(body)));
  const client = openClient(server.url, { pageSize: 1 });
  const ids = [idOf(1).toUpperCase(), idOf(1), idOf(0xabc), idOf(9)];
  expect(await found(client, ids)).toEqual({
    [idOf(1)]: first,
    [idOf(0xabc)]: { ...second, meter_id: idOf(0xabc).toUpperCase() },
  });
  const asked = { meter_ids: [idOf(1), idOf(0xabc), idOf(9)], page_size: 1 };
  expect(server.received.map(({ method, path, body }) => ({ method, path, body }))).toEqual(
    [asked, { ...asked, page_token: "t2" }, { ...asked, page_token: "t3" }].map((body) => {
      return { method: "POST", path: "/v2/meters/enrollments/search", body };
    }),
  );
});

test("v2: a thousand ids are one search, and none of them may be known", async () => {
  const server = await openServer(answerJson({ meters: [] }));
  const ids = Array.from({ length: 1000 }, (_, number) => idOf(number));
  expect(await found(openClient(server.url), ids)).toEqual({});
  expect(server.received.map(({ body }) => body)).toEqual([{ meter_ids: ids, page_size: 500 }]);
});

test.each(["v1", "v2"] as const)(
  "%s: no ids, or more than a thousand, are never asked for (I7)",
  async (apiVersion) => {
    const server = await openServer(answerJson({ meters: [first] }));
    const client = openClient(server.url, { apiVersion });
    await expect(client.readMeters([], signal)).rejects.toThrow(RangeError);
    const many = Array.from({ length: 1001 }, (_, number) => idOf(number));
    await expect(client.readMeters(many, signal)).rejects.toThrow(/1 to 1000 ids/);
    expect(server.received).toEqual([]);
  },
);

test.each([
  ["a meter that was not asked for", { meters: [first, third] }, /was not asked for.*may ignore the ids/],
  ["a meter without an id", { meters: [first, { partner_reference: "PRIVATE-CUSTOMER" }] }, /without an id/],
  ["an element that is no meter", { meters: [first, "odd"] }, /cannot be read/],
  ["no array", { results: [first] }, /no array "meters"/],
] as const)("v2: an answer with %s concludes nothing (I7)", async (_, body, message) => {
  const server = await openServer(answerJson(body));
  const failure = await failureOf(openClient(server.url).readMeters([idOf(1), idOf(2)], signal));
  expect(failure).toMatchObject({ kind: "contract", name: "LeapContractBroken" });
  expect(failure.message).toMatch(message);
  expect(server.received).toHaveLength(1);
});

test("v2: a page token that comes again ends the search (I8)", async () => {
  const tokens = ["a", "b", "a"];
  const steps = tokens.map((token) => answerJson({ meters: [first], next_page_token: token }));
  const server = await openServer(...steps);
  const failure = await failureOf(openClient(server.url).readMeters([idOf(1)], signal));
  expect(failure).toMatchObject({ kind: "contract", name: "LeapContractBroken" });
  expect(failure.message).toMatch(/the same page token twice/);
  expect(server.received).toHaveLength(3);
});

test("v2: a search that does not end is ended after 1001 pages (I8)", async () => {
  let count = 0;
  const server = await openServer((response, received) => {
    count += 1;
    answerJson({ meters: [], next_page_token: `t${count}` })(response, received);
  });
  const failure = await failureOf(openClient(server.url).readMeters([idOf(1)], signal));
  expect(failure).toMatchObject({ kind: "contract", name: "LeapContractBroken" });
  expect(failure.message).toMatch(/within 1001 pages/);
  expect(server.received).toHaveLength(1001);
});

test("v2: a page token that expires begins the search again, once", async () => {
  const begun = answerJson({ meters: [first], next_page_token: "t2" });
  const expired = answerJson({ title: "expired" }, 410);
  const server = await openServer(begun, expired, answerJson({ meters: [second] }));
  expect(await found(openClient(server.url), [idOf(1), idOf(2)])).toEqual({ [idOf(2)]: second });
  const stubborn = await openServer(begun, expired, begun, expired);
  const failure = await failureOf(openClient(stubborn.url).readMeters([idOf(1)], signal));
  expect(failure).toMatchObject({ kind: "contract", name: "LeapTokenRefused" });
  expect(stubborn.received).toHaveLength(4);
});

test("v2: a 404 is no absence: the search itself is not there", async () => {
  const server = await openServer(unknown);
  const failure = await failureOf(openClient(server.url).readMeters([idOf(1)], signal));
  expect(failure).toMatchObject({ kind: "refused", name: "LeapRefused" });
});

/** A v1 server that knows some meters, and may do something else for one of them. */
function openV1Server(known: readonly number[], oddId = "", odd: Step = unknown) {
  return openServer((response, received) => {
    const id = toId(received);
    const number = known.find((one) => idOf(one) === id);
    if (id === oddId) odd(response, received);
    else (number === undefined ? unknown : answerJson(meterOf(number)))(response, received);
  });
}

function toId({ path }: Received): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

test("v1: meters are read one by one; Leap's own 404 means that there is none", async () => {
  const server = await openV1Server([1, 3]);
  const ids = [1, 2, 3].map(idOf);
  const client = openClient(server.url, { apiVersion: "v1" });
  expect(await found(client, [...ids, idOf(3).toUpperCase()])).toEqual({
    [idOf(1)]: first,
    [idOf(3)]: third,
  });
  expect(server.received.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
    ids.map((id) => `GET /v1.1/account/acct-1/meters/${id}`),
  );
});

test.each([
  ["a page in Leap's place", answerText("<html>no such page", 404, { "content-type": "text/html" }), /HTML/],
  ["nothing", answerText("", 404), /nothing/],
  ["a gateway's bare message", answerJson({ message: "no route" }, 404), /JSON of another kind/],
  ["bare text", answerJson("Not found", 404), /JSON of another kind/],
] as [string, Step, RegExp][])("v1: a 404 with %s is no absence (I7)", async (_, step, message) => {
  const server = await openV1Server([1], idOf(2), step);
  const client = openClient(server.url, { apiVersion: "v1" });
  const failure = await failureOf(client.readMeters([idOf(1), idOf(2)], signal));
  expect(failure).toMatchObject({ kind: "contract", name: "LeapContractBroken" });
  expect(failure.message).toMatch(message);
  expect(failure.message).toMatch(/Nothing is concluded.*LEAP_BASE_URL.*proxy/);
});

test.each([
  ["another meter", answerJson(third), /with another/],
  ["no meter", answerJson({}), /what is no meter/],
  ["a list", answerJson([second]), /what is no meter/],
  ["HTML", answerText("<html>"), /HTML, not JSON/],
] as [string, Step, RegExp][])("v1: a 200 with %s is a broken contract", async (_, step, message) => {
  const server = await openV1Server([1], idOf(2), step);
  const client = openClient(server.url, { apiVersion: "v1" });
  const failure = await failureOf(client.readMeters([idOf(2)], signal));
  expect(failure).toMatchObject({ kind: "contract", name: "LeapContractBroken" });
  expect(failure.message).toMatch(message);
});

test("v1: the first failure ends the others, those under way and those that wait", async () => {
  const silent: Step = () => {};
  const refused = answerJson({ title: "no" }, 403);
  const server = await openServer(silent, refused, silent);
  const client = openClient(server.url, { apiVersion: "v1", concurrency: 2, ...limits({}) });
  const ids = Array.from({ length: 300 }, (_, number) => idOf(number));
  expect(await failureOf(client.readMeters(ids, signal))).toMatchObject({ kind: "refused" });
  expect(server.received).toHaveLength(2);
});

test.each(["v1", "v2"] as const)("%s: an abort ends the reading with its own reason", async (apiVersion) => {
  const controller = new AbortController();
  const reason = new Error("stop now");
  const server = await openServer(() => controller.abort(reason));
  const client = openClient(server.url, { apiVersion });
  await expect(client.readMeters([idOf(1), idOf(2)], controller.signal)).rejects.toBe(reason);
});
