import http from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { type Asked, type Entry, type Script, toAnswer } from "./scripted-answers.ts";

export type { Asked, Entry } from "./scripted-answers.ts";

/** What goes out. `headers` go over those of a usual answer; a cut body breaks off after so many bytes. */
export type Answer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cutAfterBytes?: number;
  /** Sent instead of the body, as it is. */
  readonly raw?: string;
};

/** One page of a search, as it was sent. */
export type Returned = {
  readonly documents: readonly object[];
  /** What the search went by: nothing, dates added, or the time of modification. */
  readonly by: "nothing" | "added" | "modified";
  /** The question without its page: pages with the same one belong together. */
  readonly search: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
};

export type ScriptedLeap = Script & {
  readonly url: string;
  readonly apiKey: string;
  readonly asked: readonly Asked[];
  /** The pages that searches have returned whole, reads by id aside, in the order they were sent. */
  readonly returned: readonly Returned[];
  /** Changes an answer on its way out; undefined leaves it as it is. */
  rewrite: ((asked: Asked, answer: Answer) => Answer | undefined) | null;
  /** Every answer waits this long. */
  delayMs: number;
  /** The clock of the server's `Date`; null for the real one. */
  dateMs: number | null;
  readonly forgetAsked: () => void;
  /** Ends when nobody is connected: what was sent and then given up has been heard by then. */
  readonly beAlone: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A real HTTP server on port 0 that answers searches in v1 and v2 from what the test sets for "today". */
export async function openScriptedLeap(entries: readonly Entry[] = []): Promise<ScriptedLeap> {
  const asked: Asked[] = [];
  const returned: Returned[] = [];
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
      const answer = leap.rewrite?.(one, plain) ?? plain;
      returned.push(...toReturned(one, answer));
      send(response, answer, leap.dateMs);
    });
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const countConnections = promisify(server.getConnections.bind(server));
  const leap: ScriptedLeap = {
    url: `http://127.0.0.1:${port}`,
    apiKey: "scripted:key",
    accountId: "scripted-account",
    asked,
    returned,
    entries,
    pageSizeMax: 500,
    rewrite: null,
    delayMs: 0,
    dateMs: null,
    forgetAsked: () => {
      asked.length = 0;
      returned.length = 0;
    },
    beAlone: async () => {
      do {
        // Between two turns whoever still waits at the door is let in, and counted.
        await nextTurn();
        await nextTurn();
      } while ((await countConnections()) > 0);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return leap;
}

function toReturned(
  { method, body: question }: Asked,
  { status, body, raw, cutAfterBytes }: Answer,
): Returned[] {
  const isWhole = status === 200 && raw === undefined && cutAfterBytes === undefined;
  if (!isWhole || method !== "POST" || question.meter_ids !== undefined) return [];
  const page = body as {
    readonly meters?: object[];
    readonly results?: object[];
    readonly next_page_token?: string | null;
  };
  const has = (...names: string[]) => names.some((name) => question[name] !== undefined);
  const isAdded = has(
    "created_after_date_time",
    "created_before_date_time",
    "date_added_from",
    "date_added_to",
  );
  const isModified = has("last_modified_date_time", "date_last_modified");
  const by = isModified ? "modified" : isAdded ? "added" : "nothing";
  const { page_token: token, ...search } = question;
  return [
    {
      documents: page.meters ?? page.results ?? [],
      by,
      search: JSON.stringify(search),
      isFirst: token === undefined,
      isLast: page.next_page_token == null,
    },
  ];
}

function send(response: http.ServerResponse, answer: Answer, dateMs: number | null): void {
  const { status, body, headers = {}, cutAfterBytes, raw } = answer;
  const bytes = Buffer.from(raw ?? JSON.stringify(body));
  const date = dateMs === null ? {} : { date: new Date(dateMs).toUTCString() };
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": bytes.byteLength,
    ...date,
    ...headers,
  });
  if (cutAfterBytes === undefined) {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, Math.min(cutAfterBytes, bytes.byteLength - 1)), () => response.destroy());
}
