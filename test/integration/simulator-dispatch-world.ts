import { onTestFinished } from "vitest";
import type { RunningSimulator } from "../../src/simulator/index.ts";
import { type Loose, start } from "../support/asked-simulator.ts";
import { openScriptedServer, type ScriptedServer, type Step } from "./scripted-server.ts";

export const groupWebhook = "/v2/dispatch/group/webhook";
export const groupTest = `${groupWebhook}/integration_test`;
export const meterWebhook = "/v2/dispatch/meter/webhook";
export const meterTest = `${meterWebhook}/integration_test`;

const slot = {
  start_time: "2026-10-06T22:00:00Z",
  end_time: "2026-10-06T23:00:00Z",
  cancelled: false,
  energy_kw: 12.5,
  performance_compensation_cap: "up-to-site-load",
  priority: 2,
  is_voluntary: false,
  dispatch_event_types: ["day-ahead"],
  programs: ["CCA"],
};
export const groupSlot = { market_group_event_id: "5d3f6a10-7c1e-4b2a-9a34-6f1b2c3d4e5f", ...slot };
export const meterSlot = { meter_event_id: "5d3f6a10-7c1e-4b2a-9a34-6f1b2c3d4e5f", ...slot };
export const group = {
  market_group_id: "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
  meter_ids: ["1b2c3d4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e"],
  partner_references: ["SITE-00001"],
  timeslots: [groupSlot],
};
export const meter = { meter_id: "1b2c3d4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e", timeslots: [meterSlot] };

/** An answer that may have no body. */
export async function call(
  simulator: RunningSimulator,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: Loose }> {
  const response = await fetch(simulator.url + path, {
    method,
    headers: { authorization: `Bearer ${simulator.apiKey}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

async function openReceiver(step: Step): Promise<ScriptedServer> {
  const receiver = await openScriptedServer(step);
  onTestFinished(() => receiver.close());
  return receiver;
}

/** A simulator whose webhook for groups takes this step on every call. */
export async function startWith(step: Step, dispatchTestTimeoutMs = 10_000) {
  const receiver = await openReceiver(step);
  const simulator = await start({ meterCount: 10, dispatchTestTimeoutMs });
  const headers = [{ name: "X-Ems-Token", value: "made-up" }];
  await call(simulator, "PUT", groupWebhook, { url: `${receiver.url}/dispatches?x=1`, headers });
  return { receiver, simulator };
}
