import { inspect } from "node:util";
import { expect, onTestFinished } from "vitest";
import { Failure } from "../../src/failure/index.ts";
import { type LeapClient, type LeapClientOptions, openLeapClient } from "../../src/leap/index.ts";
import { openScriptedServer, type ScriptedServer, type Step } from "./scripted-server.ts";

export const key = "test-id:test-secret-9f8e7d";
export const meter = {
  meter_id: "5d1e0000-0000-4000-8000-00000000000a",
  partner_reference: "PRIVATE-CUSTOMER",
};
export const page = { meters: [meter] };
export const everything = { addedFromMs: null, addedToMs: null };

const generous = {
  requestTimeoutMs: 5000,
  responseBytesMax: 1_000_000,
  attemptCountMax: 4,
  requestCountMax: 10_000,
  runTimeMaxMs: 3_600_000,
};

export async function openServer(...steps: readonly Step[]): Promise<ScriptedServer> {
  const server = await openScriptedServer(...steps);
  onTestFinished(server.close);
  return server;
}

export function openClient(baseUrl: string, changes: Partial<LeapClientOptions> = {}): LeapClient {
  const client = openLeapClient({ ...toOptions(baseUrl), ...changes });
  onTestFinished(client.close);
  return client;
}

export function toOptions(baseUrl: string): LeapClientOptions {
  return {
    apiVersion: "v2",
    baseUrl,
    accountId: "acct-1",
    credentials: { kind: "key", key },
    pageSize: 500,
    concurrency: 4,
    limits: generous,
    // No jitter: attempts follow one another at once.
    random: () => 0,
    clock: { now: () => 1_800_000_000_000 },
  };
}

export function limits(changes: Partial<LeapClientOptions["limits"]>): Partial<LeapClientOptions> {
  return { limits: { ...generous, ...changes } };
}

export function readPage(client: LeapClient, signal = new AbortController().signal) {
  return client.readPage(everything, null, signal);
}

/** The failure a read ends with; nothing secret or private may be in it, however deep one looks (I9). */
export async function failureOf(reading: Promise<unknown>): Promise<Failure> {
  const error = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Failure);
  const shown = inspect(error, { depth: 30, showHidden: true, getters: true, maxStringLength: null });
  expect(shown).not.toMatch(/test-secret|test-password|issued-token|PRIVATE-CUSTOMER|authorization/i);
  return error as Failure;
}
