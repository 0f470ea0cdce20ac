import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type VolueAnswer = {
  readonly status: number;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

export type VolueRequest = {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly contentType: string;
  readonly text: string;
};

/** A server in Volue's place that does as it is told: to answer, to cut the connection, or to be silent. */
export type VolueServer = {
  readonly url: string;
  readonly received: VolueRequest[];
  token: (count: number) => VolueAnswer;
  event: (eventId: string, count: number) => VolueAnswer;
  report: (request: VolueRequest, count: number) => VolueAnswer | "cut" | "silence";
  /** Bodies of the reports that were sent. */
  readonly reports: () => readonly { readonly eventId: string; readonly payloads: readonly unknown[] }[];
  readonly environment: (folder: string) => Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
};

export const clientSecret = "canary-secret-0123456789";
export const clientId = "canary-client-0123456789";
/** The token that is given out the first time, and so on. */
export const tokenOf = (count: number) => `canary-token-${count}-0123456789`;

export const giveToken = (count: number, expiresIn = 3600): VolueAnswer => ({
  status: 200,
  body: { access_token: tokenOf(count), expires_in: expiresIn, token_type: "Bearer" },
});

export async function openVolueServer(payload: unknown): Promise<VolueServer> {
  const received: VolueRequest[] = [];
  const counts = { token: 0, event: 0, report: 0 };
  const server = createServer((incoming, outgoing) => void take(incoming, outgoing));

  async function take(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of incoming) text += String(chunk);
    const { method = "", url: path = "", headers } = incoming;
    const { authorization = "", "content-type": contentType = "" } = headers;
    const request = { method, path, authorization, contentType, text };
    received.push(request);
    const answer = toAnswer(request);
    if (answer === "silence") return;
    if (answer === "cut") {
      incoming.socket.destroy();
      return;
    }
    const isText = typeof answer.body === "string";
    const type = isText ? "text/html" : "application/json";
    outgoing.writeHead(answer.status, { "content-type": type, ...answer.headers });
    outgoing.end(isText ? answer.body : answer.body === undefined ? "" : JSON.stringify(answer.body));
  }

  function toAnswer(request: VolueRequest) {
    if (request.path === "/connect/token") {
      counts.token += 1;
      return volue.token(counts.token);
    }
    if (request.method === "POST") {
      counts.report += 1;
      return volue.report(request, counts.report);
    }
    counts.event += 1;
    return volue.event(request.path.split("/").at(-1) ?? "", counts.event);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const volue: VolueServer = {
    url,
    received,
    token: (count) => giveToken(count),
    event: (id) => ({ status: 200, body: { id, createdAt: "2026-01-09T12:00:00Z", payload } }),
    report: (_, count) => ({ status: 200, body: { id: `volue-${count}` } }),
    reports: () => received.filter(({ path }) => path === "/v1/reports").map(({ text }) => JSON.parse(text)),
    environment: (folder) => ({
      METER_SYNC_DATABASE: `${folder}/run.sqlite`,
      VOLUE_BASE_URL: `${url}/v1`,
      VOLUE_TOKEN_URL: `${url}/connect/token`,
      VOLUE_CLIENT_ID: clientId,
      VOLUE_CLIENT_SECRET: clientSecret,
    }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return volue;
}
