import http from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What a server was asked. */
export type Received = {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: unknown;
};

export type Step = (response: http.ServerResponse, received: Received) => void;

export type ScriptedServer = {
  readonly url: string;
  readonly received: readonly Received[];
  /** How many connections were ever made. */
  readonly connectionCount: () => number;
  readonly close: () => Promise<void>;
};

/** A real server that takes one step a request, the last one for all further requests. */
export async function openScriptedServer(...steps: readonly Step[]): Promise<ScriptedServer> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const { method = "", url: path = "", headers } = request;
      const one = { method, path, headers, body: text === "" ? null : JSON.parse(text) };
      received.push(one);
      const step = steps[Math.min(received.length, steps.length) - 1];
      step?.(response, one);
    });
  });
  let connectionCount = 0;
  server.on("connection", (socket) => {
    connectionCount += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, received, connectionCount: () => connectionCount, close };
}

export function answerJson(body: unknown, status = 200, headers: http.OutgoingHttpHeaders = {}): Step {
  return answerText(JSON.stringify(body), status, { "content-type": "application/json", ...headers });
}

export function answerText(
  text: string | Buffer,
  status = 200,
  headers: http.OutgoingHttpHeaders = {},
): Step {
  return (response) => {
    response.writeHead(status, headers);
    response.end(text);
  };
}
