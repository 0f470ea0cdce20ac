import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished } from "vitest";
import { type RunningSimulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.ts";

export const startDate = "2026-10-28";
export const nowMs = Date.parse("2026-10-28T18:00:00Z");
export const dayMs = 86_400_000;

type Received = {
  readonly atMs: number;
  readonly rawHeaders: readonly string[];
  readonly body: { readonly webhook_event_id: string; readonly payload: Record<string, unknown> };
};

/** A receiver of webhooks that answers each call as told: with a status, or not at all. */
export async function openReceiver(toAnswer: (place: number) => number | "hang" = () => 200): Promise<{
  readonly url: string;
  readonly received: readonly Received[];
  readonly first: Promise<Received>;
}> {
  const received: Received[] = [];
  const first = Promise.withResolvers<Received>();
  const server = createServer(async (request, response: ServerResponse) => {
    let text = "";
    try {
      for await (const chunk of request) text += chunk;
    } catch {
      // Given up half-way: such a call has not arrived.
      return;
    }
    const call = { atMs: performance.now(), rawHeaders: request.rawHeaders, body: JSON.parse(text) };
    const answer = toAnswer(received.push(call) - 1);
    first.resolve(call);
    if (answer !== "hang") response.writeHead(answer).end("seen");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, received, first: first.promise };
}

/** A simulated Leap whose clock stands, for one test. */
export async function start(options: Partial<SimulatorOptions> = {}): Promise<RunningSimulator> {
  const world = { seed: 4, meterCount: 40, startDate, nowMs, ...options };
  // A busy machine may be slow, and no receiver is to be given up for that.
  const webhooks = { timeoutMs: 20_000, ...options.webhooks };
  const simulator = await startSimulator({ ...world, webhooks });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** Asks for something below `/v1.1/webhooks`. */
export async function ask(
  { url, apiKey }: RunningSimulator,
  method: string,
  path: string,
  body?: unknown,
  authorization = `Bearer ${apiKey}`,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const response = await fetch(`${url}/v1.1/webhooks${path}`, {
    method,
    headers: authorization === "" ? {} : { authorization },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export async function subscribe(simulator: RunningSimulator, body: object): Promise<string> {
  const reply = await ask(simulator, "POST", "", body);
  expect(reply.status).toBe(200);
  return String(reply.body.webhook_id);
}
