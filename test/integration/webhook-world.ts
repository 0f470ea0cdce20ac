import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ended, runProgram, type Started, startProgram } from "./run-program.ts";
import { fillSmallDatabase } from "./small-database.ts";

type SentEvent = { readonly sequence: string; readonly id: string; readonly type: string };
export type SentRequest = { readonly id: string; readonly sequences: readonly number[] };
export type Reply = { readonly status: number; readonly body?: string };

/** A small database, a receiver of its events, and the program run against both. */
export type WebhookWorld = {
  readonly folder: string;
  readonly database: string;
  /** What was sent, in order. */
  readonly requests: SentRequest[];
  /** What the receiver answers from now on; 204 to everything at first. */
  answer: (events: readonly SentEvent[]) => Reply;
  /** More of the webhook's description than where it is. */
  readonly describe: (more: Record<string, unknown>) => void;
  readonly run: (words: string, environment?: Record<string, string>) => Promise<Ended>;
  readonly start: (words: string, environment?: Record<string, string>) => Started;
  readonly close: () => Promise<void>;
};

/**
 * The webhook `ems` gets all events there are, and nobody acknowledges unless told. The receiver stands where
 * Leap is looked for, too.
 */
export async function openWebhookWorld(): Promise<WebhookWorld> {
  const folder = mkdtempSync(join(tmpdir(), "webhook-world-"));
  const database = join(folder, "small.sqlite");
  fillSmallDatabase(database);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const events = [JSON.parse(Buffer.concat(chunks).toString())].flat() as readonly SentEvent[];
    const id = String(request.headers["webhook-id"]);
    world.requests.push({ id, sequences: events.map(({ sequence }) => Number(sequence)) });
    const { status, body = "" } = world.answer(events);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  const configPath = join(folder, "config.json");
  const toEnvironment = (more: Record<string, string> = {}) => ({
    METER_SYNC_DATABASE: database,
    METER_SYNC_CONFIG: configPath,
    METER_SYNC_SINKS: "webhook:ems",
    METER_SYNC_ACKNOWLEDGED_BY: "none",
    LEAP_BASE_URL: new URL(url).origin,
    ...more,
  });
  const world: WebhookWorld = {
    folder,
    database,
    requests: [],
    answer: () => ({ status: 204 }),
    describe: (more) => {
      const ems = { url, secrets: [Buffer.alloc(32, 7).toString("base64")], start_at: 1, ...more };
      writeFileSync(configPath, JSON.stringify({ webhooks: { ems } }));
    },
    run: (words, environment) => runProgram(words.split(" "), toEnvironment(environment)),
    start: (words, environment) => startProgram(words.split(" "), toEnvironment(environment)),
    close: () =>
      new Promise((resolve) => {
        rmSync(folder, { recursive: true, force: true });
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  world.describe({});
  return world;
}

/** Refuses every request that holds one of these events, as a receiver does that cannot make sense of it. */
export function refuse(...sequences: readonly number[]): WebhookWorld["answer"] {
  return (events) => {
    const isRefused = events.some(({ sequence }) => sequences.includes(Number(sequence)));
    return isRefused ? { status: 422, body: "cannot \u001b[2J read it" } : { status: 204 };
  };
}
