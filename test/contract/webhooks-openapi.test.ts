import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  createPortfolio,
  type RunningSimulator,
  startSimulator,
  type WebhookType,
  webhooksBetween,
} from "../../src/simulator/index.ts";
import { openReceiver } from "../integration/simulator-webhooks-world.ts";
import { type LeapSchema, leapOpenApiDir, noOpenApiReason, openLeapSchema } from "./leap-schema.ts";

const isMissing = leapOpenApiDir === undefined;
const title = "the simulated webhooks are as Leap's OpenAPI says";

/** What the schema's discriminator says: by it alone are the payloads told apart. */
const schemas: Partial<Record<WebhookType, string>> = {
  "meter.created": "MeterCreatedEventV1Wrapped",
  "meter.enrollment.global-status.updated": "MeterEnrollmentGlobalStatusUpdatedEventV1Wrapped",
  "meter.enrollment.participation-status.updated": "MeterEnrollmentParticipationStatusUpdatedEventV1Wrapped",
  "meter.enrollment.required-actions.updated": "MeterEnrollmentPartnerRequiredActionsUpdatedV1Wrapped",
  "meter.enrollment.group.updated": "MeterEnrollmentGroupUpdatedEventV1Wrapped",
};

describe.skipIf(isMissing)(isMissing ? `${title} (${noOpenApiReason})` : title, () => {
  let schema: LeapSchema;

  beforeAll(() => {
    schema = openLeapSchema("webhooks.yml");
  });

  test("every payload of a month, of all kinds, fits the schema of its type", () => {
    const portfolio = createPortfolio({ seed: 11, meterCount: 300, startDate: "2026-10-10" });
    const nowMs = Date.parse("2026-10-10T15:00:00Z");
    for (const groupIds of ["full", "delta"] as const) {
      const counts = new Map<string, number>();
      for (const { eventId, type, payload } of webhooksBetween(
        portfolio,
        nowMs,
        nowMs + 31 * 86_400_000,
        groupIds,
      )) {
        counts.set(type, 1 + (counts.get(type) ?? 0));
        expect(payload.webhook_event_type).toBe(type);
        const problems = schema.validateComponent(schemas[type] ?? "", payload);
        expect([...problems, ...schema.validateComponent("WebhookEventId", eventId)]).toEqual([]);
        expect(Object.keys(payload).filter((name) => !fields[type]?.includes(name))).toEqual([]);
      }
      expect([...counts.keys()].sort()).toEqual(Object.keys(schemas).sort());
      for (const count of counts.values()) expect(count).toBeGreaterThan(10);
    }
  });

  test("what is sent is an envelope that fits, around its payload", async () => {
    const { url: receiver_url, received } = await openReceiver();
    const simulator = await start();
    const event_types = ["meter.enrollment.group.updated"];
    await ask(simulator, "createWebhook", "POST", "", { receiver_url, event_types });
    simulator.setNow(simulator.nowMs() + 3 * 86_400_000);
    await simulator.webhooks.settled();
    expect(received.length).toBeGreaterThan(10);
    for (const { body } of received) expect(schema.validateComponent("WebhookPayload", body)).toEqual([]);
  });

  test("what is asked and answered about webhooks fits", async () => {
    const simulator = await start();
    const { url: receiver_url } = await openReceiver();
    const event_types = ["meter.created", "connect_session.authorization_updated"];
    const headers = [{ name: "x-partner", value: "one" }];
    const created = await ask(simulator, "createWebhook", "POST", "", { receiver_url, event_types, headers });
    const path = `/${String(created.webhook_id)}`;
    await ask(simulator, "updateWebhook", "PUT", path, { receiver_url, event_types });
    await ask(simulator, "listWebhooks", "GET", "");
    const payload = {
      webhook_event_type: "connect_session.updated",
      partner_reference: "SITE-1",
      status: "CLOSED",
    };
    expect(await ask(simulator, "testWebhook", "POST", `${path}/test`, payload)).toHaveProperty(
      "status_code",
    );
    await ask(simulator, "updateWebhook", "PUT", path, { receiver_url: "http://127.0.0.1:1/", event_types });
    expect(await ask(simulator, "testWebhook", "POST", `${path}/test`, payload)).toHaveProperty("error");
    await ask(simulator, "deleteWebhook", "DELETE", path);
    await ask(simulator, "deleteWebhook", "DELETE", path, undefined, 404);
    for (const status of [401, 403]) await ask(simulator, "listWebhooks", "GET", "", undefined, status);
  });

  test("the check itself finds what is wrong", () => {
    const payload = { webhook_event_type: "meter.created", meter_id: "x", transmission_region: "MOON" };
    expect(schema.validateComponent("MeterCreatedEventV1Wrapped", payload)).toHaveLength(2);
    expect(schema.validateComponent("WebhookRequest", { event_types: ["x"] })).toHaveLength(2);
    expect(schema.validateResponse("testWebhook", 200, { status_code: 200.5 })).toHaveLength(2);
  });

  /** Asks, and checks both what is asked and what is answered. */
  async function ask(
    { url, apiKey }: RunningSimulator,
    operationId: string,
    method: string,
    path: string,
    body?: object,
    status = 200,
  ): Promise<Record<string, unknown>> {
    const request = operationId === "testWebhook" ? "WebhookEventTypeDiscriminator" : "WebhookRequest";
    if (body !== undefined) expect(schema.validateComponent(request, body)).toEqual([]);
    const keys: Record<number, Record<string, string>> = { 401: {}, 403: { authorization: "Bearer other" } };
    const response = await fetch(`${url}/v1.1/webhooks${path}`, {
      method,
      headers: keys[status] ?? { authorization: `Bearer ${apiKey}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const reply = (await response.json()) as Record<string, unknown>;
    expect(response.status).toBe(status);
    expect(schema.validateResponse(operationId, status, reply)).toEqual([]);
    return reply;
  }
});

/** No payload has a field that is not documented for it. */
const meterFields = [
  "webhook_event_type",
  "meter_id",
  "transmission_region",
  "partner_reference",
  "meter_type",
];
const fields: Partial<Record<WebhookType, readonly string[]>> = {
  "meter.created": meterFields,
  "meter.enrollment.global-status.updated": [...meterFields, "global_enrollment_status"],
  "meter.enrollment.participation-status.updated": [
    ...meterFields,
    "participation_preference",
    "start_time",
    "end_time",
  ],
  "meter.enrollment.required-actions.updated": [
    ...meterFields,
    "required_actions",
    "global_enrollment_status",
  ],
  "meter.enrollment.group.updated": [
    "webhook_event_type",
    "market_group_id",
    "market_group_name",
    "start_date_time",
    "end_date_time",
    "meter_ids",
  ],
};

async function start(): Promise<RunningSimulator> {
  const simulator = await startSimulator({
    seed: 11,
    meterCount: 60,
    startDate: "2026-10-25",
    nowMs: Date.parse("2026-10-25T15:00:00Z"),
  });
  onTestFinished(() => simulator.close());
  return simulator;
}
