import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Failure } from "../failure/index.ts";
import { answer, type Office, type Reply, type SimulatedRequest, toAsked, toError } from "./answer.ts";
import { answerControl, type Controls, isControlPath } from "./control.ts";
import type { FaultBook, RequestFaults } from "./fault-book.ts";
import { send } from "./send.ts";

/** What was asked: enough for a test to count and compare, and no key. */
export type LoggedRequest = { readonly method: string; readonly path: string; readonly body: unknown };

export type ListenOptions = {
  readonly office: Office;
  readonly controls: Controls;
  readonly faults: FaultBook;
  readonly port: number;
  /** Every answer waits this long. */
  readonly latencyMs: number;
  /** Where requests are noted, oldest first; only the last thousands are kept. */
  readonly log: LoggedRequest[];
};

export type Listening = { readonly url: string; readonly close: () => Promise<void> };

/** What is going on: how many requests are under way. */
type Traffic = { underWay: number };

const host = "127.0.0.1";
const bodyBytesMax = 1_000_000;
const logLengthMax = 5_000;

/** Listens on the loopback only. Fails with kind `environment` where the port is taken. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const traffic: Traffic = { underWay: 0 };
  const server = createServer((incoming, outgoing) => {
    respond(options, traffic, incoming, outgoing).catch(() => outgoing.destroy());
  });
  // Longer than any client keeps an idle connection, so that none is cut off as it is used again.
  server.keepAliveTimeout = 120_000;
  const port = await bind(server, options.port);
  return { url: `http://${host}:${port}`, close: () => shut(server) };
}

async function respond(
  options: ListenOptions,
  traffic: Traffic,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const text = await readBody(incoming);
  const [path = "/", query = ""] = (incoming.url ?? "/").split("?", 2);
  const request: SimulatedRequest = {
    method: incoming.method ?? "GET",
    path,
    authorization: incoming.headers.authorization,
    body: text === null ? undefined : parseBody(text),
    text: text ?? "",
    query: new URLSearchParams(query),
  };
  const { office } = options;
  if (isControlPath(path)) {
    const reply = answerControl(options.controls, request);
    return send(office.nowMs(), incoming, outgoing, reply, null);
  }
  note(options.log, request);
  traffic.underWay += 1;
  try {
    const faults = options.faults.open(toAsked(request), traffic.underWay);
    const reply =
      text === null ? toError(413, "The request body is too large") : await pass(options, request, faults);
    if (reply.isReset === true) incoming.socket.resetAndDestroy();
    else await send(office.nowMs(), incoming, outgoing, reply, faults);
  } finally {
    traffic.underWay -= 1;
  }
}

/** The one place every request goes through on its way to an answer: faults stand in its way. */
async function pass(
  options: ListenOptions,
  request: SimulatedRequest,
  faults: RequestFaults,
): Promise<Reply> {
  const throttled = faults.hit("throttle", ({ above }) => faults.underWay > above);
  if (throttled !== null) return toThrottled(throttled.retryAfterSeconds);
  if (options.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, options.latencyMs));
  if (faults.hit("error-500") !== null) return internalError;
  if (faults.hit("html") !== null) return guestPage;
  try {
    return await answer(options.office, request, faults);
  } catch {
    return internalError;
  }
}

// Leap's 500 is a bare text, not an object.
const internalError: Reply = { status: 500, body: "Internal server error" };

const guestPage: Reply = {
  status: 200,
  body: "<!doctype html>\n<html><title>Welcome</title><p>Please sign in to the guest network.</p></html>\n",
  headers: { "content-type": "text/html; charset=utf-8" },
};

function toThrottled(retryAfterSeconds: number | null): Reply {
  const headers = retryAfterSeconds === null ? {} : { "retry-after": String(retryAfterSeconds) };
  return { ...toError(429, "Too many requests"), headers };
}

/** The body as text, or `null` where it is too large. */
async function readBody(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= bodyBytesMax) chunks.push(chunk);
  }
  return length > bodyBytesMax ? null : Buffer.concat(chunks).toString("utf8");
}

function parseBody(text: string): unknown {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function note(log: LoggedRequest[], request: SimulatedRequest): void {
  log.push({ method: request.method, path: request.path, body: request.body ?? null });
  if (log.length > logLengthMax) log.shift();
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new Failure("environment", `The simulator cannot listen on ${host}:${port}.`, { cause })),
    );
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
