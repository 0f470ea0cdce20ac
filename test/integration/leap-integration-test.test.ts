import { expect, test } from "vitest";
import { type LeapClientOptions, readReceiver, sendIntegrationTest } from "../../src/leap/index.ts";
import { toGroup } from "../unit/leap/dispatch-documents.ts";
import { failureOf, openServer, toOptions } from "./leap-account.ts";
import { answerJson, answerText, type Step } from "./scripted-server.ts";

const body = { group_dispatches: [{ ...toGroup() }] };
const report = {
  http_status: 202,
  sent_time: "2026-11-01T08:00:00.100Z",
  received_time: "2026-11-01T08:00:00.350Z",
  headers: { "content-type": ["application/json"], "set-cookie": ["a=1", "b=2"] },
  body: '{"ok":true}',
};

function send(url: string, changes: Partial<LeapClientOptions> = {}, answerTimeMaxMs?: number) {
  const { signal } = new AbortController();
  return sendIntegrationTest({ ...toOptions(url), ...changes }, body as never, signal, answerTimeMaxMs);
}

test("the notification is sent as it is, and what Leap reports of it is read", async () => {
  const server = await openServer(answerJson(report));
  expect(await send(server.url)).toEqual({
    httpStatus: 202,
    sentTime: report.sent_time,
    receivedTime: report.received_time,
    headers: report.headers,
    body: report.body,
    errorMessage: null,
  });
  expect(server.received.map(({ method, path, body: sent }) => [method, path, sent])).toEqual([
    ["POST", "/v2/dispatch/group/webhook/integration_test", body],
  ]);
});

test("a receiver that gave no answer is a report, too", async () => {
  const server = await openServer(
    answerJson({ sent_time: report.sent_time, http_status: null, error_message: "timed out", headers: null }),
  );
  expect(await send(server.url)).toEqual({
    httpStatus: null,
    sentTime: report.sent_time,
    receivedTime: null,
    headers: {},
    body: null,
    errorMessage: "timed out",
  });
});

test("what is odd in a report is no reason to lose it: the receiver was rung (I11)", async () => {
  const odd = { ...report, http_status: "202", headers: { a: "one", b: [1, "two"] }, body: { ok: true } };
  const server = await openServer(answerJson({ ...odd, mood: "good" }));
  expect(await send(server.url)).toMatchObject({
    httpStatus: null,
    headers: { a: ["one"], b: ["two"] },
    body: '{"ok":true}',
  });
});

test("a body nested too deep to be written again is no reason to lose the report either (I8)", async () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const text = JSON.stringify({ ...report, body: "DEEP" }).replace('"DEEP"', deep);
  const server = await openServer(answerText(text));
  expect(await send(server.url)).toMatchObject({ httpStatus: 202, body: "(nested too deep to be shown)" });
});

const drop: Step = (response) => response.destroy();
const silence: Step = () => {};

test.each([
  [
    "503",
    answerJson({ code: "SERVICE_UNAVAILABLE", message: "soon" }, 503),
    /answered 503: "soon"\. Leap may/,
  ],
  ["408", answerText("", 408), /answered 408\. Leap may/],
  ["500", answerText("", 500), /answered 500\. Leap may/],
  ["a connection that is cut", drop, /no answer from .* \(ECONNRESET\)\. Leap may/],
  ["silence", silence, /no answer from .* \(ETIMEDOUT\)\. Leap may/],
] as const)(
  "%s leaves it open whether it rang: asked once, and never again by itself",
  async (_, step, message) => {
    const server = await openServer(step);
    expect(await failureOf(send(server.url, {}, step === silence ? 150 : 5000))).toMatchObject({
      kind: "environment",
      message: expect.stringMatching(message),
    });
    expect(server.received).toHaveLength(1);
  },
);

test("where nobody listens nothing was sent, and it is not said to be", async () => {
  const server = await openServer(silence);
  await server.close();
  const failure = await failureOf(send(server.url));
  expect(failure.message).toMatch(/\(ECONNREFUSED\), asked once\. Nothing listens there/);
  expect(failure.message).not.toMatch(/may have sent/);
});

test("404 most likely means that no receiver is set, and it is said how to set one", async () => {
  const server = await openServer(answerJson({ code: "NOT_FOUND", message: "Resource not found" }, 404));
  expect(await failureOf(send(server.url))).toMatchObject({
    kind: "refused",
    message: expect.stringMatching(
      /no webhook for group dispatches is set .* PUT \/v2\/dispatch\/group\/webhook/,
    ),
  });
});

test.each([
  [401, "refused", /refused the key \(401\)/],
  [403, "refused", /refused the key \(403\)/],
  [400, "contract", /answered 400: "priority is wrong"/],
  [429, "environment", /answered 429, asked once\. Leap limits our rate/],
] as const)("%i is %s, and nothing was sent", async (status, kind, message) => {
  const server = await openServer(answerJson({ code: "BAD_REQUEST", message: "priority is wrong" }, status));
  const failure = await failureOf(send(server.url));
  expect(failure).toMatchObject({ kind, message: expect.stringMatching(message) });
  expect(failure.message).not.toMatch(/may have sent/);
  expect(server.received).toHaveLength(1);
});

test.each([
  ["no report", answerJson({ ok: true }), /without "sent_time"/],
  ["no JSON", answerText("OK"), /not JSON\. Leap may have sent it/],
  ["too large", answerText("x".repeat(2000)), /too large\. Leap may have sent it/],
] as const)("a success that is %s breaks the contract, and may have rung", async (_, step, message) => {
  const server = await openServer(step);
  const few = { limits: { ...toOptions(server.url).limits, responseBytesMax: 1000 } };
  const failure = await failureOf(send(server.url, few));
  expect(failure).toMatchObject({ kind: "contract", message: expect.stringMatching(message) });
  expect(failure.message).not.toMatch(/PAGE_SIZE/);
  expect(server.received).toHaveLength(1);
});

test.each([
  ["is down", answerJson({}, 503)],
  ["is cut off", drop],
] as const)("a login that %s has sent nothing", async (_, step) => {
  const server = await openServer(step);
  const credentials = {
    kind: "login",
    email: "a@partner.example",
    password: "test-password",
    loginUrl: `${server.url}/login`,
  } as const;
  const failure = await failureOf(send(server.url, { credentials }));
  expect(failure.message).toMatch(/^Could not log in to Leap/);
  expect(failure.message).not.toMatch(/may have sent/);
  expect(server.received.map(({ path }) => path)).toEqual(["/login"]);
});

const { signal } = new AbortController();

test.each([
  ["https://hooks.partner.example:8443/t/TOKEN?key=K", "https://hooks.partner.example:8443"],
  ["https://user:pass@partner.example/", "https://partner.example"],
  ["somewhere", null],
  [null, null],
])("of the receiver %s only scheme and host are read: %s", async (url, expected) => {
  const headers = [{ name: "authorization", value: "Bearer ems" }];
  const server = await openServer(answerJson({ url, headers }));
  expect(await readReceiver(toOptions(server.url), signal)).toMatchObject({ place: expected });
  expect(server.received.map(({ method, path }) => [method, path])).toEqual([
    ["GET", "/v2/dispatch/group/webhook"],
  ]);
});

test("no receiver at all is refused before anything is sent; a refused key, too", async () => {
  const none = await openServer(answerJson({ code: "NOT_FOUND", message: "Resource not found" }, 404));
  expect(await failureOf(readReceiver(toOptions(none.url), signal))).toMatchObject({
    kind: "refused",
    message: expect.stringMatching(/no webhook for group dispatches is set/),
  });
  const refusing = await openServer(answerJson({}, 403));
  expect(await failureOf(readReceiver(toOptions(refusing.url), signal))).toMatchObject({ kind: "refused" });
});
