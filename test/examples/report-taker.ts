import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What becomes of one request with reports: a status, or a cut before or after they were taken. */
export type Reply = number | "cut" | "cut after taking";

/** Takes acknowledgement reports as the job's endpoint does. */
export type ReportTaker = {
  readonly url: string;
  /** Replies to the next requests; after them all are taken. */
  readonly replies: Reply[];
  /** The event ids of each request that was taken. */
  readonly taken: readonly (readonly string[])[];
  readonly problems: readonly string[];
  /** Event ids that are answered as unknown. */
  readonly unknown: string[];
  /** Resolves once all of these were taken. */
  readonly untilTaken: (eventIds: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function openReportTaker(token: string): Promise<ReportTaker> {
  const replies: Reply[] = [];
  const taken: string[][] = [];
  const problems: string[] = [];
  const unknown: string[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (request.headers.authorization !== `Bearer ${token}`) problems.push("not our token");
    if (body.length > 65_536) problems.push(`${body.length} bytes`);
    const reply = replies.shift() ?? 200;
    if (reply === 200 || reply === "cut after taking") {
      taken.push(toEventIds(JSON.parse(body.toString("utf8")), problems));
      for (const look of waiting) look();
    }
    if (typeof reply === "number") response.writeHead(reply).end(JSON.stringify({ unknown }));
    else request.socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/acknowledgements`,
    replies,
    taken,
    problems,
    unknown,
    untilTaken: (eventIds) =>
      new Promise((resolve) => {
        const look = () => {
          const seen = new Set(taken.flat());
          if (!eventIds.every((id) => seen.has(id))) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function toEventIds(reports: unknown, problems: string[]): string[] {
  return [reports].flat().map((report) => {
    const { eventId, payloads } = report as { readonly eventId: string; readonly payloads: unknown };
    if (JSON.stringify(payloads) !== '[{"payloadType":"GroupRemapApplied"}]')
      problems.push(`payloads ${JSON.stringify(payloads)}`);
    return eventId;
  });
}
