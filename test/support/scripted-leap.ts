import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** A meter as the server knows it: what it answers, and when it was added (v1 answers do not say). */
export type Entry = { readonly addedMs: number; readonly document: unknown };

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
};

export type Answer = { readonly status: number; readonly body: unknown };

export type ScriptedLeap = {
  readonly url: string;
  readonly apiKey: string;
  readonly accountId: string;
  readonly asked: readonly Asked[];
  /** What there is today, in the order in which it is answered. */
  entries: readonly Entry[];
  /** Changes an answer on its way out; undefined leaves it as it is. */
  rewrite: ((asked: Asked, answer: Answer) => Answer | undefined) | null;
  /** Every answer waits this long. */
  delayMs: number;
  readonly forgetAsked: () => void;
  readonly close: () => Promise<void>;
};

/** A real HTTP server on port 0 that answers searches in v1 and v2 from what the test sets for "today". */
export async function openScriptedLeap(entries: readonly Entry[] = []): Promise<ScriptedLeap> {
  const asked: Asked[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const text = Buffer.concat(chunks).toString();
      const path = request.url ?? "";
      const one = { method: request.method ?? "", path, body: text === "" ? {} : JSON.parse(text) };
      asked.push(one);
      if (leap.delayMs > 0) await wait(leap.delayMs);
      const isKnown = request.headers.authorization === `Bearer ${leap.apiKey}`;
      const plain = isKnown ? toAnswer(leap, one) : { status: 403, body: { title: "no such key" } };
      const { status, body } = leap.rewrite?.(one, plain) ?? plain;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    });
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const leap: ScriptedLeap = {
    url: `http://127.0.0.1:${port}`,
    apiKey: "scripted:key",
    accountId: "scripted-account",
    asked,
    entries,
    rewrite: null,
    delayMs: 0,
    forgetAsked: () => {
      asked.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return leap;
}

function toAnswer(leap: ScriptedLeap, { path, body }: Asked): Answer {
  const isV1 = path === `/v1.1/account/${leap.accountId}/meters/search`;
  if (!isV1 && path !== "/v2/meters/enrollments/search")
    return { status: 404, body: { title: "nothing here" } };
  const [after, before] = isV1
    ? [body.date_added_from, body.date_added_to]
    : [body.created_after_date_time, body.created_before_date_time];
  const fromMs = typeof after === "string" ? Date.parse(after) : Number.NEGATIVE_INFINITY;
  const toMs = typeof before === "string" ? Date.parse(before) : Number.POSITIVE_INFINITY;
  // v1's limits are inclusive; "after" and "before" are taken at their word.
  const isIn = (ms: number) => (isV1 ? fromMs <= ms && ms <= toMs : fromMs < ms && ms < toMs);
  const found = leap.entries.filter(({ addedMs }) => isIn(addedMs)).map(({ document }) => document);
  const start = typeof body.page_token === "string" ? Number(body.page_token.slice(2)) : 0;
  const end = start + Number(body.page_size ?? 500);
  const token = end < found.length ? `p-${end}` : null;
  const rows = found.slice(start, end);
  if (isV1) return { status: 200, body: { next_page_token: token, results: rows } };
  return { status: 200, body: token === null ? { meters: rows } : { next_page_token: token, meters: rows } };
}
