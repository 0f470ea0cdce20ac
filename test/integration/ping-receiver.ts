import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type TakenPing = {
  readonly method: string;
  /** The path beneath the check's own; empty for success. */
  readonly beneath: string;
  readonly runId: string | null;
  readonly body: string;
};

/** A heartbeat service that keeps one check. */
export type PingReceiver = {
  /** The check's URL: a secret. */
  readonly url: string;
  readonly host: string;
  readonly pings: TakenPing[];
  /** What it answers: a status, `hang` for never, or `cut` for a connection that closes. */
  answer: number | "hang" | "cut";
  readonly close: () => Promise<void>;
};

/** The part of every check's URL that no log may show. */
export const secretPath = "5f2c8a10-1111-4222-8333-9c0de5ec7e70";

export async function openPingReceiver(): Promise<PingReceiver> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://receiver");
    receiver.pings.push({
      method: request.method ?? "",
      beneath: pathname.replace(`/${secretPath}`, ""),
      runId: searchParams.get("rid"),
      body: Buffer.concat(chunks).toString("utf8"),
    });
    if (receiver.answer === "cut") request.socket.destroy();
    else if (receiver.answer !== "hang") {
      const to = receiver.answer === 302 ? { location: `${receiver.url}/redirected` } : {};
      response.writeHead(receiver.answer, to).end("OK");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const receiver: PingReceiver = {
    url: `http://${host}/${secretPath}`,
    host,
    pings: [],
    answer: 200,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
