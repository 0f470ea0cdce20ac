import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { answerText, openScriptedServer, type ScriptedServer } from "../integration/scripted-server.ts";
import { type LeapSchema, leapOpenApiDir, noOpenApiReason, openLeapSchema } from "./leap-schema.ts";

const isMissing = leapOpenApiDir === undefined;
const title = "the simulator answers for dispatches as Leap's OpenAPI says";

const levels = [
  {
    level: "group",
    search: "searchGroupDispatches",
    read: "getGroupDispatchWebhook",
    put: "createOrUpdateGroupDispatchWebhook",
    notify: "triggerTestGroupDispatchNotification",
    event: "WebhookMarketGroupDispatchEvent",
  },
  {
    level: "meter",
    search: "searchMeterDispatches",
    read: "getMeterDispatchWebhook",
    put: "createOrUpdateMeterDispatchWebhook",
    notify: "triggerTestMeterDispatchNotification",
    event: "WebhookMeterDispatchEvent",
  },
] as const;

const month = { start_date: "2026-10-05T00:00:00Z", end_date: "2026-11-05T00:00:00Z" };

// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into, not modelled
type Loose = any;

describe.skipIf(isMissing)(isMissing ? `${title} (${noOpenApiReason})` : title, () => {
  let simulator: RunningSimulator;
  let receiver: ScriptedServer;
  let schema: LeapSchema;

  beforeAll(async () => {
    schema = openLeapSchema("dispatching.yml");
    receiver = await openScriptedServer(answerText("noted"), (response) => response.socket?.destroy());
    simulator = await startSimulator({
      seed: 5,
      meterCount: 150,
      startDate: "2026-10-01",
      nowMs: Date.parse("2026-11-10T00:00:00Z"),
      dispatchPageSizeMax: 30,
    });
  });
  afterAll(async () => {
    await simulator.close();
    await receiver.close();
  });

  async function ask(method: string, path: string, body?: object, key = simulator.apiKey) {
    const response = await fetch(`${simulator.url}/v2/dispatch/${path}`, {
      method,
      headers: key === "" ? {} : { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : (JSON.parse(text) as Loose) };
  }

  test.each(levels)("every page of a month of $level dispatches fits the schema", async (names) => {
    let count = 0;
    let token: string | undefined;
    do {
      const request = {
        ...month,
        exclude_real_time_events: false,
        ...(token === undefined ? {} : { page_token: token }),
      };
      expect(schema.validateRequest(names.search, request)).toEqual([]);
      const { status, body } = await ask("POST", `${names.level}/search`, request);
      expect(status).toBe(200);
      expect(schema.validateResponse(names.search, 200, body)).toEqual([]);
      count += body.results.length;
      token = body.next_page_token;
    } while (token !== undefined);
    expect(count).toBeGreaterThan(30);
  });

  test.each(levels)("refusals of a search of $level dispatches fit the schema", async (names) => {
    const path = `${names.level}/search`;
    for (const [status, request, key] of [
      [400, {}, simulator.apiKey],
      [400, { ...month, end_date: "2027-01-01T00:00:00Z" }, simulator.apiKey],
      [401, month, ""],
      [403, month, "wrong"],
    ] as const) {
      const answer = await ask("POST", path, request, key);
      expect(answer.status).toBe(status);
      expect(schema.validateResponse(names.search, status, answer.body)).toEqual([]);
    }
  });

  test.each(levels)("settings and test notifications of $level dispatches fit the schema", async (names) => {
    const path = `${names.level}/webhook`;
    const none = await ask("GET", path);
    expect([none.status, schema.validateResponse(names.read, 404, none.body)]).toEqual([404, []]);
    const settings = { url: receiver.url, headers: [{ name: "X-Token", value: "made-up" }] };
    expect(schema.validateRequest(names.put, settings)).toEqual([]);
    const put = await ask("PUT", path, settings);
    expect([put.status, schema.validateResponse(names.put, 200, put.body)]).toEqual([200, []]);
    const read = await ask("GET", path);
    expect([read.status, schema.validateResponse(names.read, 200, read.body)]).toEqual([200, []]);
    const found = await ask("POST", `${names.level}/search`, month);
    const request = { [`${names.level}_dispatches`]: found.body.results.slice(0, 2) };
    expect(schema.validateRequest(names.notify, request)).toEqual([]);
    // The receiver answers the first call, and closes the connection on all others.
    for (let call = 0; call < 2; call++) {
      const sent = await ask("POST", `${path}/integration_test`, request);
      expect([sent.status, schema.validateResponse(names.notify, 200, sent.body)]).toEqual([200, []]);
    }
    const refused = await ask("POST", `${path}/integration_test`, {});
    expect([refused.status, schema.validateResponse(names.notify, 400, refused.body)]).toEqual([400, []]);
  });

  test("what would be delivered for a dispatch fits the schema", () => {
    const truths = simulator.dispatches.truthsBetween(
      Date.parse(month.start_date),
      Date.parse(month.end_date),
    );
    expect(new Set(truths.map(({ level }) => level)).size).toBe(2);
    for (const truth of truths) {
      const body = simulator.dispatches.notificationOf(truth, truth.cancelledAtMs !== null) as Loose;
      const isTest = truth.test === "communication";
      expect([body.integration_test_notification, body.communication_test]).toEqual([false, isTest]);
      const [dispatch] = body[`${truth.level}_dispatches`];
      const component = levels.find(({ level }) => level === truth.level)?.event ?? "";
      expect(schema.validateComponent(component, dispatch)).toEqual([]);
      expect(dispatch.timeslots[0].cancelled).toBe(truth.cancelledAtMs !== null);
    }
  });

  test("a refused communication test fits the schema", async () => {
    const { status, body } = await ask("POST", "meter/communication_test", {});
    expect(status).toBe(403);
    expect(schema.validateResponse("triggerCommunicationTestMeterDispatch", 403, body)).toEqual([]);
  });
});
