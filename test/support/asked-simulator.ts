import { onTestFinished } from "vitest";
import { type RunningSimulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.ts";

export const nowMs = Date.parse("2026-10-05T15:00:00Z");
export const search = "/v2/meters/enrollments/search";

/** A simulated Leap that is closed behind the test. */
export async function start(options: Partial<SimulatorOptions> = {}): Promise<RunningSimulator> {
  const simulator = await startSimulator({
    seed: 8,
    meterCount: 120,
    startDate: "2026-10-01",
    nowMs,
    ...options,
  });
  // Not by a hook of this module: it is loaded once for many files.
  onTestFinished(() => simulator.close());
  return simulator;
}

// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into, not modelled
export type Loose = any;

export type Answer = { readonly status: number; readonly body: Loose; readonly headers: Headers };

/** One request with the right key. */
export async function ask(
  simulator: RunningSimulator,
  path: string,
  body?: unknown,
  method = "POST",
): Promise<Answer> {
  const response = await fetch(simulator.url + path, {
    method,
    headers: { authorization: `Bearer ${simulator.apiKey}` },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json(), headers: response.headers };
}
