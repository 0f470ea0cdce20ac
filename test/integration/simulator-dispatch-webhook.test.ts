import { describe, expect, test } from "vitest";
import { ask, start } from "../support/asked-simulator.ts";
import { answerText, type Step } from "./scripted-server.ts";
import {
  call,
  group,
  groupSlot,
  groupTest,
  groupWebhook,
  meter,
  meterTest,
  meterWebhook,
  startWith,
} from "./simulator-dispatch-world.ts";

describe("the webhook settings for dispatches", () => {
  test("are put, read, overwritten and deleted, one for groups and one for meters", async () => {
    const simulator = await start({ meterCount: 10 });
    const first = { url: "https://ems.example/groups", headers: [{ name: "a", value: "b" }] };
    const second = { url: "http://127.0.0.1:9/" };
    const steps: readonly (readonly [string, string, object | undefined, number, unknown])[] = [
      ["GET", groupWebhook, undefined, 404, expect.objectContaining({ code: "NOT_FOUND" })],
      ["DELETE", groupWebhook, undefined, 404, expect.objectContaining({ code: "NOT_FOUND" })],
      ["PUT", groupWebhook, first, 200, first],
      ["GET", groupWebhook, undefined, 200, first],
      ["GET", meterWebhook, undefined, 404, expect.objectContaining({ code: "NOT_FOUND" })],
      ["PUT", groupWebhook, second, 200, second],
      ["PUT", meterWebhook, first, 200, first],
      ["GET", groupWebhook, undefined, 200, second],
      ["DELETE", groupWebhook, undefined, 204, null],
      ["GET", groupWebhook, undefined, 404, expect.objectContaining({ code: "NOT_FOUND" })],
      ["GET", meterWebhook, undefined, 200, first],
      ["PATCH", meterWebhook, first, 405, expect.objectContaining({ code: "METHOD_NOT_ALLOWED" })],
    ];
    for (const [method, path, body, status, expected] of steps) {
      const answer = await call(simulator, method, path, body);
      expect([method, path, answer]).toEqual([method, path, { status, body: expected }]);
    }
  });

  test("are refused where they are none, and then stay as they were", async () => {
    const simulator = await start({ meterCount: 10 });
    const kept = { url: "https://ems.example/groups" };
    await call(simulator, "PUT", groupWebhook, kept);
    for (const body of [
      {},
      { url: 5 },
      { url: "ems.example" },
      { url: "ftp://ems.example/" },
      { url: "https://" },
      { ...kept, headers: {} },
      { ...kept, headers: [{ name: "a" }] },
      { ...kept, headers: [{ name: "a b", value: "c" }] },
      { ...kept, headers: [{ name: "a", value: "b\nc" }] },
    ])
      expect([body, (await call(simulator, "PUT", groupWebhook, body)).status]).toEqual([body, 400]);
    expect((await call(simulator, "GET", groupWebhook)).body).toEqual(kept);
  });
});

describe("a test notification", () => {
  test("really calls the webhook, with its headers and the dispatches as they came", async () => {
    const { receiver, simulator } = await startWith((response) => {
      response.setHeader("x-twice", ["1", "2"]);
      answerText("taken", 202, { "content-type": "text/plain" })(response, {} as never);
    });
    const twoSlots = { ...group, timeslots: [groupSlot, { ...groupSlot, energy_kw: null, extra: 1 }] };
    const answer = await call(simulator, "POST", groupTest, { group_dispatches: [twoSlots, group] });
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]).toMatchObject({
      method: "POST",
      path: "/dispatches?x=1",
      headers: { "x-ems-token": "made-up", "content-type": "application/json" },
    });
    expect(receiver.received[0]?.body).toEqual({
      integration_test_notification: true,
      communication_test: false,
      group_dispatches: [twoSlots, group],
    });
    expect(answer).toEqual({
      status: 200,
      body: {
        sent_time: "2026-10-05T15:00:00.000Z",
        received_time: "2026-10-05T15:00:00.000Z",
        http_status: 202,
        headers: expect.objectContaining({ "x-twice": ["1", "2"], "content-type": ["text/plain"] }),
        body: "taken",
      },
    });
  });

  test("of meters goes to the webhook for meters", async () => {
    const { receiver, simulator } = await startWith(answerText(""));
    expect((await call(simulator, "POST", meterTest, { meter_dispatches: [meter] })).status).toBe(404);
    await call(simulator, "PUT", meterWebhook, { url: `${receiver.url}/meters` });
    const answer = await call(simulator, "POST", meterTest, { meter_dispatches: [meter] });
    expect([answer.status, answer.body.http_status, "body" in answer.body]).toEqual([200, 200, false]);
    expect(receiver.received.map(({ path }) => path)).toEqual(["/meters"]);
    expect(receiver.received[0]?.body).toMatchObject({ meter_dispatches: [meter] });
    expect(receiver.received[0]?.headers).not.toHaveProperty("x-ems-token");
  });

  test("tells the status of a refusal, and follows no redirect", async () => {
    for (const [status, headers] of [
      [500, {}],
      [302, { location: "/elsewhere" }],
    ] as const) {
      const { receiver, simulator } = await startWith(answerText("no", status, headers));
      const { body } = await call(simulator, "POST", groupTest, { group_dispatches: [group] });
      expect(body).toMatchObject({ http_status: status, body: "no" });
      expect(body).not.toHaveProperty("error_message");
      expect(receiver.received).toHaveLength(1);
    }
  });

  test("that gets no whole response has no status but an error", async () => {
    const steps: readonly (readonly [Step, number, RegExp])[] = [
      [() => {}, 150, /within 150 ms/],
      [(response) => void response.write("half"), 150, /within 150 ms/],
      [(response) => void response.socket?.destroy(), 10_000, /connection failed/],
    ];
    for (const [step, timeoutMs, message] of steps) {
      const { receiver, simulator } = await startWith(step, timeoutMs);
      const { status, body } = await call(simulator, "POST", groupTest, { group_dispatches: [group] });
      expect(receiver.received).toHaveLength(1);
      expect([status, body]).toEqual([
        200,
        { sent_time: "2026-10-05T15:00:00.000Z", error_message: expect.stringMatching(message) },
      ]);
    }
    const gone = await startWith(answerText(""));
    await gone.receiver.close();
    const { body } = await call(gone.simulator, "POST", groupTest, { group_dispatches: [group] });
    expect(body.error_message).toMatch(/ECONNREFUSED/);
  });

  test("under way ends when the simulator is closed", async () => {
    const asked = Promise.withResolvers<void>();
    const cut = Promise.withResolvers<void>();
    const { simulator } = await startWith((response) => {
      response.once("close", cut.resolve);
      asked.resolve();
    }, 600_000);
    const answer = call(simulator, "POST", groupTest, { group_dispatches: [group] });
    await asked.promise;
    await Promise.all([simulator.close(), expect(answer).rejects.toThrow(), cut.promise]);
  });
});

test("a communication test is refused, and counted, with a key and without", async () => {
  const simulator = await start({ meterCount: 10 });
  const path = "/v2/dispatch/meter/communication_test";
  expect(simulator.dispatches.communicationTestsAsked()).toBe(0);
  const answer = await call(simulator, "POST", path, { approved: false });
  expect([answer.status, answer.body.code]).toEqual([403, "FORBIDDEN"]);
  expect((await fetch(simulator.url + path, { method: "POST" })).status).toBe(403);
  expect(simulator.dispatches.communicationTestsAsked()).toBe(2);
});

test("dispatches want the key as all else does, in words of their own", async () => {
  const simulator = await start({ meterCount: 10 });
  for (const path of ["/v2/dispatch/group/search", meterWebhook, groupTest, "/v2/dispatch/elsewhere"])
    for (const [headers, status, code, error_code] of [
      [{}, 401, "UNAUTHORIZED", "DISPATCH_UNAUTHORIZED"],
      [{ authorization: "Bearer wrong" }, 403, "FORBIDDEN", "DISPATCH_NO_ACCESS_TO_RESOURCE"],
    ] as const) {
      const response = await fetch(simulator.url + path, { method: "POST", headers, body: "{}" });
      expect([response.status, await response.json()]).toEqual([
        status,
        { code, message: expect.any(String), error_code },
      ]);
    }
  for (const [method, path, status] of [
    ["POST", "/v2/dispatch/elsewhere", 404],
    ["POST", "/v2/dispatch/region/search", 404],
    ["POST", "/v2/dispatch/group/constructor", 404],
    ["PUT", "/v2/dispatch/group/search", 405],
    ["PUT", groupTest, 405],
  ] as const)
    expect([path, (await ask(simulator, path, {}, method)).status]).toEqual([path, status]);
});
