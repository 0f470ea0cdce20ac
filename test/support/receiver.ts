import http, { type OutgoingHttpHeaders } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { JudgeOptions, ReceiverJudge } from "./receiver-judge.ts";
import { openReceiverJudge } from "./receiver-judge.ts";
import type { ReceivedRequest } from "./receiver-request.ts";

/** What a receiver does about one request. */
export type Behaviour =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: OutgoingHttpHeaders;
      readonly body?: string;
    }
  /** Says its status, then a byte of its body now and then, for ever or until the sender has left. */
  | { readonly kind: "drip"; readonly status: number }
  /** Never says anything; after having acted on it, or not. */
  | { readonly kind: "hang"; readonly isTaken: boolean }
  /** Cuts the connection: having read the request, or having acted on it too. */
  | { readonly kind: "reset"; readonly when: "read" | "taken" }
  /** Says half of an answer's head, having acted on it, and cuts the connection. */
  | { readonly kind: "half" };

/** Decides on each request as it comes. */
export type Behave = (request: ReceivedRequest, index: number) => Behaviour | Promise<Behaviour>;

export type Receiver = {
  readonly url: string;
  readonly judge: ReceiverJudge;
  /** What it does from now on. */
  behave: Behave;
  /** Connections are cut before anything is read, as long as it is set. */
  isDeaf: boolean;
  /** Told of each answer that has been handed to the connection whole. */
  onAnswered: (request: ReceivedRequest) => void;
  /** Connections ever made. */
  readonly connectionCount: () => number;
  /** Goes away: connections are refused until it is opened again, on the same port. */
  readonly shut: () => Promise<void>;
  readonly reopen: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export const taken: Behaviour = { kind: "answer", status: 204 };

export function answer(status: number, headers: OutgoingHttpHeaders = {}, body = ""): Behaviour {
  return { kind: "answer", status, headers, body };
}

/** Takes one answer after another, the last one for all further requests. */
export function inTurn(...behaviours: readonly Behaviour[]): Behave {
  let count = 0;
  return () => {
    count += 1;
    return behaviours[Math.min(count, behaviours.length) - 1]!;
  };
}

/** Whether the request counts as acted upon: its sender may get to know, or not. */
export function isActedUpon(behaviour: Behaviour): boolean {
  if (behaviour.kind === "answer" || behaviour.kind === "drip")
    return Math.floor(behaviour.status / 100) === 2;
  if (behaviour.kind === "hang") return behaviour.isTaken;
  return behaviour.kind === "half" || behaviour.when === "taken";
}

/** A real server that keeps and judges every request, and does about it whatever the test says. */
export async function openReceiver(
  options: JudgeOptions & { readonly behave?: Behave; readonly path?: string },
): Promise<Receiver> {
  const judge = openReceiverJudge(options);
  const sockets = new Set<Socket>();
  let connectionCount = 0;
  let port = 0;
  const server = http.createServer((request, response) => {
    if (receiver.isDeaf) return void request.socket.resetAndDestroy();
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const received = judge.arrive(request.headers, Buffer.concat(chunks).toString("utf8"));
      void respond(received, response);
    });
  });
  async function respond(received: ReceivedRequest, response: http.ServerResponse): Promise<void> {
    const behaviour = await receiver.behave(received, received.index);
    if (isActedUpon(behaviour)) judge.take(received);
    response.on("finish", () => receiver.onAnswered(received));
    act(behaviour, response);
  }
  server.on("connection", (socket) => {
    connectionCount += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  const listen = () => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const shut = async () => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen();
  port = (server.address() as AddressInfo).port;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}${options.path ?? "/events"}`,
    judge,
    behave: options.behave ?? (() => taken),
    isDeaf: false,
    onAnswered: () => undefined,
    connectionCount: () => connectionCount,
    shut,
    reopen: listen,
    close: shut,
  };
  return receiver;
}

function act(behaviour: Behaviour, response: http.ServerResponse): void {
  const { socket } = response;
  switch (behaviour.kind) {
    case "answer":
      response.writeHead(behaviour.status, behaviour.headers);
      response.end(behaviour.body ?? "");
      return;
    case "drip": {
      response.writeHead(behaviour.status, { "content-type": "text/plain" });
      const drip = setInterval(() => response.write("."), 5);
      response.on("close", () => clearInterval(drip));
      return;
    }
    case "half":
      socket?.end("HTTP/1.1 200 O");
      return;
    case "reset":
      socket?.resetAndDestroy();
      return;
    case "hang":
  }
}
