import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** What becomes of one request. Where it says nothing else, the receiver behind does not get it. */
export type Fault =
  | "passed on"
  | { readonly answers: number; readonly headers?: Readonly<Record<string, string>> }
  | "reset before it is passed on"
  | "passed on, then reset"
  | "passed on, then no answer"
  | "passed on, answered slowly";

export type PassedRequest = {
  readonly path: string;
  readonly webhookId: string;
  readonly body: string;
  readonly fault: Fault;
  /** Of the receiver behind; null where it did not get it. */
  readonly status: number | null;
};

/** Stands between a sender and its receiver, and spoils requests by script. */
export type FaultyProxy = {
  readonly url: string;
  /** For the next requests, in this order; all others are passed on. */
  readonly script: Fault[];
  readonly requests: readonly PassedRequest[];
  /** Nobody listens any more: connections are refused. */
  readonly goDown: () => Promise<void>;
  /** At the same address again. */
  readonly comeUp: () => Promise<void>;
};

const slowlyMs = 200;

export async function openFaultyProxy(toTarget: () => string): Promise<FaultyProxy> {
  const script: Fault[] = [];
  const requests: PassedRequest[] = [];
  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    const fault = script.shift() ?? "passed on";
    const isPassed = typeof fault === "string" && fault.startsWith("passed on");
    const status = isPassed ? await passOn(toTarget(), request, body) : null;
    const { url: path = "", headers } = request;
    const webhookId = String(headers["webhook-id"]);
    requests.push({ path, webhookId, body: body.toString("utf8"), fault, status });
    await answer(response, fault, status);
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/events`,
    script,
    requests,
    goDown: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    comeUp: () => listen(port),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The same bytes, and what says how to read and check them. */
async function passOn(target: string, { headers }: IncomingMessage, body: Buffer): Promise<number> {
  const kept = Object.entries(headers).filter(([name]) => /^(content-type|webhook-.*)$/.test(name));
  const response = await fetch(target, {
    method: "POST",
    headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
    body: new Uint8Array(body),
  });
  await response.arrayBuffer();
  return response.status;
}

async function answer(response: ServerResponse, fault: Fault, status: number | null): Promise<void> {
  if (typeof fault === "object") {
    response.writeHead(fault.answers, fault.headers).end("as the script says");
    return;
  }
  if (fault === "passed on, then no answer") return;
  if (fault.includes("reset")) {
    response.socket?.resetAndDestroy();
    return;
  }
  if (fault === "passed on, answered slowly") await wait(slowlyMs);
  response.writeHead(status ?? 500).end();
}
