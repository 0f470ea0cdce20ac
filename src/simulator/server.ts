import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Failure } from "../failure/index.ts";
import { answer, controlPath, type Office, type Reply, type SimulatedRequest, toError } from "./answer.ts";

/** What was asked: enough for a test to count and compare, and no key. */
export type LoggedRequest = { readonly method: string; readonly path: string; readonly body: unknown };

export type ListenOptions = {
  readonly office: Office;
  readonly port: number;
  /** Every answer waits this long. */
  readonly latencyMs: number;
  /** Where requests are noted, oldest first; only the last thousands are kept. */
  readonly log: LoggedRequest[];
};

export type Listening = { readonly url: string; readonly close: () => Promise<void> };

const host = "127.0.0.1";
const bodyBytesMax = 1_000_000;
const logLengthMax = 5_000;
const gzipAsync = promisify(gzip);

/** Listens on the loopback only. Fails with kind `environment` where the port is taken. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const server = createServer((incoming, outgoing) => {
    respond(options, incoming, outgoing).catch(() => outgoing.destroy());
  });
  // Longer than any client keeps an idle connection, so that none is cut off as it is used again.
  server.keepAliveTimeout = 120_000;
  const port = await bind(server, options.port);
  return { url: `http://${host}:${port}`, close: () => shut(server) };
}

async function respond(
  options: ListenOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const text = await readBody(incoming);
  const path = (incoming.url ?? "/").split("?", 1)[0] ?? "/";
  const request: SimulatedRequest = {
    method: incoming.method ?? "GET",
    path,
    authorization: incoming.headers.authorization,
    body: text === null ? undefined : parseBody(text),
  };
  if (path !== controlPath) note(options.log, request);
  const reply = text === null ? toError(413, "The request body is too large") : await pass(options, request);
  await send(options.office, incoming, outgoing, reply);
}

/** The one place every request goes through on its way to an answer. Faults belong here. */
async function pass(options: ListenOptions, request: SimulatedRequest): Promise<Reply> {
  if (options.latencyMs > 0 && request.path !== controlPath) {
    await new Promise((resolve) => setTimeout(resolve, options.latencyMs));
  }
  try {
    return await answer(options.office, request);
  } catch {
    // Leap's 500 is a bare text, not an object.
    return { status: 500, body: "Internal server error" };
  }
}

async function send(
  office: Office,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  reply: Reply,
): Promise<void> {
  const text = Buffer.from(JSON.stringify(reply.body), "utf8");
  const isZipped = /\bgzip\b/.test(String(incoming.headers["accept-encoding"] ?? "")) && text.length > 1_000;
  const bytes = isZipped ? await gzipAsync(text, { level: 1 }) : text;
  outgoing.writeHead(reply.status, {
    date: new Date(office.nowMs()).toUTCString(),
    "content-type": "application/json",
    "content-length": bytes.length,
    ...(isZipped ? { "content-encoding": "gzip" } : {}),
    // A body that was refused half-read is still on its way.
    ...(reply.status === 413 ? { connection: "close" } : {}),
  });
  outgoing.end(bytes);
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
