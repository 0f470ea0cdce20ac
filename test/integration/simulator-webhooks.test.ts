import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { createPortfolio, webhooksBetween } from "../../src/simulator/index.ts";
import { startProgram } from "./run-program.ts";
import { ask, dayMs, nowMs, openReceiver, start, startDate, subscribe } from "./simulator-webhooks-world.ts";

describe("managing webhooks", () => {
  test("creates, lists, replaces all of and deletes them", async () => {
    const simulator = await start();
    expect((await ask(simulator, "GET", "")).body).toEqual({ webhooks: [] });
    const one = { receiver_url: "https://example.com/leap", event_types: ["meter.created"] };
    const headers = [{ name: "X-Token", value: "made up" }];
    const first = await subscribe(simulator, { ...one, headers });
    const second = await subscribe(simulator, { ...one, receiver_url: "https://example.com:8443/" });
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).not.toBe(first);
    const event_types = ["connect_session.updated", "meter.enrollment.group.updated"];
    const replaced = await ask(simulator, "PUT", `/${first.toUpperCase()}`, { ...one, event_types });
    expect(replaced).toEqual({ status: 200, body: { webhook_id: first } });
    expect((await ask(simulator, "DELETE", `/${second}`)).status).toBe(200);
    expect((await ask(simulator, "DELETE", `/${second}`)).status).toBe(404);
    expect((await ask(simulator, "GET", "")).body).toEqual({
      webhooks: [{ webhook_id: first, receiver_url: one.receiver_url, event_types, headers: [] }],
    });
  });

  test("refuses who has no key, or another, and what makes no sense", async () => {
    const simulator = await start();
    const good = { receiver_url: "https://example.com/leap", event_types: ["meter.created"] };
    const id = await subscribe(simulator, good);
    for (const [authorization, status] of [
      ["", 401],
      ["Bearer other", 403],
    ] as const) {
      for (const [method, path] of [
        ["GET", ""],
        ["POST", ""],
        ["PUT", `/${id}`],
        ["DELETE", `/${id}`],
        ["POST", `/${id}/test`],
      ] as const) {
        const reply = await ask(simulator, method, path, method === "GET" ? undefined : good, authorization);
        expect(reply.status).toBe(status);
        expect(Object.keys(reply.body)).toEqual(["error", "message"]);
      }
    }
    for (const wrong of [
      [],
      { event_types: good.event_types },
      { ...good, receiver_url: "http://example.com/leap" },
      { ...good, receiver_url: "https://example.com:9000/leap" },
      { ...good, receiver_url: "https://name:word@example.com/" },
      { ...good, event_types: ["meter.deleted"] },
      { ...good, event_types: ["meter.created", "meter.created"] },
      { ...good, headers: [{ name: "two words", value: "x" }] },
      { ...good, headers: [{ name: "x", value: "two\nlines" }] },
    ])
      expect((await ask(simulator, "POST", "", wrong)).status).toBe(400);
    expect((await ask(simulator, "PUT", `/${id}`, { event_types: [] })).status).toBe(400);
    expect((await ask(simulator, "POST", `/${id}/test`, { webhook_event_type: "x" })).status).toBe(400);
    expect((await ask(simulator, "DELETE", "")).status).toBe(405);
    expect((await ask(simulator, "GET", `/${id}`)).status).toBe(405);
    expect((await ask(simulator, "GET", "/nothing/here/at/all")).status).toBe(404);
    expect((await ask(simulator, "GET", "")).body).toMatchObject({ webhooks: [{ webhook_id: id }] });
  });

  test("a test calls the receiver with the payload it was given, and tells what came of it", async () => {
    const answers = [204, 302, 500, "hang"] as const;
    const receiver = await openReceiver((place) => answers[place] ?? 200);
    const simulator = await start({ webhooks: { timeoutMs: 500 } });
    const headers = [{ name: "X-Partner", value: "one" }];
    const id = await subscribe(simulator, { receiver_url: receiver.url, event_types: [], headers });
    const payload = {
      webhook_event_type: "connect_session.updated",
      partner_reference: "SITE-1",
      status: "CREATED",
    };
    const reply = async (): Promise<object> => (await ask(simulator, "POST", `/${id}/test`, payload)).body;
    const response_time_ms = expect.any(Number);
    expect(await reply()).toEqual({ is_successful: true, status_code: 204, response_time_ms });
    expect(await reply()).toEqual({ is_successful: false, status_code: 302, response_time_ms });
    expect(await reply()).toEqual({ is_successful: false, status_code: 500, response_time_ms });
    expect(await reply()).toEqual({ is_successful: false, error: "no answer within 500 ms" });
    expect(receiver.received.map(({ body }) => body.payload)).toEqual(answers.map(() => payload));
    expect(new Set(receiver.received.map(({ body }) => body.webhook_event_id)).size).toBe(4);
    expect(receiver.received[0]?.rawHeaders).toContain("x-partner");
    await ask(simulator, "PUT", `/${id}`, { receiver_url: "http://127.0.0.1:1/", event_types: [] });
    expect(await reply()).toMatchObject({
      is_successful: false,
      error: expect.stringMatching(/ECONNREFUSED/),
    });
    expect(simulator.webhooks.sent).toEqual([]);
  });
});

describe("simulate --webhook", () => {
  const words = ["simulate", "--meters", "40", "--seed", "4", "--port", "0", "--now", "2026-10-28T18:00:00Z"];

  test("tells the receiver what happens when the clock is set forward", async () => {
    const receiver = await openReceiver();
    const { child, ended } = startProgram([...words, "--format", "json", "--webhook", receiver.url]);
    const [printed] = (await once(child.stdout!, "data")) as [string];
    const { url } = JSON.parse(printed) as { url: string };
    await fetch(`${url}/_simulator/now`, {
      method: "PUT",
      body: JSON.stringify({ now: "2026-10-30T18:00:00Z" }),
    });
    const { body } = await receiver.first;
    const portfolio = createPortfolio({ seed: 4, meterCount: 40, startDate });
    const truths = webhooksBetween(portfolio, nowMs, nowMs + 2 * dayMs);
    const truth = truths.find(({ eventId }) => eventId === body.webhook_event_id);
    expect(body.payload).toEqual(truth?.payload);
    child.kill("SIGTERM");
    expect((await ended).exitCode).toBe(0);
  });
});
