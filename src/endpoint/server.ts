import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { Failure } from "../failure/index.ts";
import { readBody } from "./read-body.ts";
import { type Reply, type Route, type TextReply, toError } from "./route.ts";

export type EndpointOptions = {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly routes: readonly Route[];
  /** Told what a route threw, of which the client learns nothing, and what the server itself met. */
  readonly onError: (error: unknown) => void;
};

export type Endpoint = {
  /** With the port it really has. */
  readonly url: string;
  /** Ends at once, whoever is connected. */
  readonly close: () => Promise<void>;
};

const bodyBytesMax = 64 * 1024;
// Every wait has a limit (I8): connections on which nothing comes must not shut out others for long.
const timeoutsMs = {
  headersTimeout: 3000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
};
const headerBytesMax = 16 * 1024;
const headerCountMax = 100;
const connectionCountMax = 500;
const requestsPerConnectionMax = 1000;
const idleMsMax = 60_000;

/** Listens. Throws a `Failure` of kind `environment` where the address cannot be had. */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const server = createServer({ ...timeoutsMs, maxHeaderSize: headerBytesMax }, (incoming, outgoing) => {
    respond(options, incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.maxHeadersCount = headerCountMax;
  server.maxConnections = connectionCountMax;
  server.maxRequestsPerSocket = requestsPerConnectionMax;
  server.setTimeout(idleMsMax);
  server.on("clientError", refuseBroken);
  const { address, port, family } = await bind(server, options);
  // No connection could be taken: the next one may be.
  server.on("error", options.onError);
  const host = family === "IPv6" ? `[${address}]` : address;
  return { url: `http://${host}:${port}`, close: () => shut(server) };
}

async function respond(
  { routes, onError }: EndpointOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const found = findRoute(routes, incoming);
  if ("status" in found) return send(outgoing, found, isSmall(incoming));
  const refused = found.refuse?.(incoming.headers) ?? null;
  if (refused !== null) return send(outgoing, refused, isSmall(incoming));
  const body = await readBody(incoming, bodyBytesMax);
  if (body.kind === "too large") {
    return send(
      outgoing,
      toError(413, `the body is larger than ${bodyBytesMax} bytes: send it in parts`),
      false,
    );
  }
  if (body.kind === "not text") return send(outgoing, toError(400, "the body is not UTF-8 text"), true);
  try {
    send(outgoing, await found.answer(body.text), true);
  } catch (error) {
    onError(error);
    send(outgoing, toError(500, "something went wrong here, which the log of meter-sync tells"), true);
  }
}

/** The route of this path and method, or what to answer where there is none. */
function findRoute(routes: readonly Route[], { url = "/", method = "GET" }: IncomingMessage): Route | Reply {
  const path = toPath(url);
  const onPath = routes.filter((route) => route.path === path);
  if (onPath.length === 0) {
    const paths = routes.map((route) => `${route.method} ${route.path}`).join(", ");
    return toError(404, `there is nothing here; there is ${paths}`);
  }
  const route = onPath.find((one) => one.method === (method === "HEAD" ? "GET" : method));
  if (route !== undefined) return route;
  const allow = onPath.flatMap((one) => (one.method === "GET" ? ["GET", "HEAD"] : [one.method])).join(", ");
  return toError(405, `${path} takes ${allow}`, { allow });
}

/** A target may name scheme and host as well, as it does for a proxy (RFC 9112, 3.2.2). */
function toPath(target: string): string {
  const [path = ""] = target.replace(/^https?:\/\/[^/?#]*/i, "").split("?", 1);
  return path === "" ? "/" : path;
}

/** What is left unread of a body is read past before the next request: only where that is not much. */
function isSmall({ headers }: IncomingMessage): boolean {
  if (headers["transfer-encoding"] !== undefined) return false;
  return Number(headers["content-length"] ?? 0) <= bodyBytesMax;
}

function send(outgoing: ServerResponse, reply: Reply, isKept: boolean): void {
  const { text, contentType } = "text" in reply ? reply : toJson(reply.body);
  outgoing.writeHead(reply.status, {
    "content-type": contentType,
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...(isKept ? {} : { connection: "close" }),
    ...reply.headers,
  });
  outgoing.end(text);
}

function toJson(body: unknown): Pick<TextReply, "text" | "contentType"> {
  return { text: `${JSON.stringify(body)}\n`, contentType: "application/json; charset=utf-8" };
}

/** What is no HTTP, is too much of it, or takes too long. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const status =
    error.code === "HPE_HEADER_OVERFLOW" ? 431 : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
  const words = STATUS_CODES[status] ?? "";
  const text = `${JSON.stringify({ error: `this is no request that can be read: ${words}` })}\n`;
  const headers = [
    "connection: close",
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(text)}`,
  ];
  // Whoever goes on sending all the same is not listened to.
  socket.end(`HTTP/1.1 ${status} ${words}\r\n${headers.join("\r\n")}\r\n\r\n${text}`, () => socket.destroy());
}

function bind(server: Server, { host, port }: EndpointOptions): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => {
      const advice = "set METER_SYNC_LISTEN to a free address of this machine";
      reject(
        new Failure("environment", `cannot listen on ${host}:${port} (${cause.code}): ${advice}`, { cause }),
      );
    };
    server.once("error", fail);
    server.listen(port, host, () => {
      server.off("error", fail);
      resolve(server.address() as AddressInfo);
    });
  });
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
