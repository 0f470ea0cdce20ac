import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Reply } from "./answer.ts";
import type { RequestFaults } from "./fault-book.ts";

const gzipAsync = promisify(gzip);
const arrivalMs = 20;

type Body = { readonly bytes: Buffer; readonly isZipped: boolean };

/** Sends a reply, or what the faults of the wire leave of it. `null` for faults: none can hit. */
export async function send(
  nowMs: number,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  reply: Reply,
  faults: RequestFaults | null,
): Promise<void> {
  const acceptsGzip = /\bgzip\b/.test(String(incoming.headers["accept-encoding"] ?? ""));
  const isCut = acceptsGzip && faults !== null && faults.hit("truncated-gzip") !== null;
  const { bytes, isZipped } = await toBody(reply, acceptsGzip, isCut);
  const skew = faults?.hit("clock-skew") ?? null;
  outgoing.writeHead(reply.status, {
    date: new Date(nowMs + (skew?.seconds ?? 0) * 1000).toUTCString(),
    "content-type": "application/json",
    "content-length": bytes.length,
    ...(isZipped ? { "content-encoding": "gzip" } : {}),
    // A body that was refused half-read is still on its way.
    ...(reply.status === 413 ? { connection: "close" } : {}),
    ...reply.headers,
  });
  if (faults !== null && faults.hit("reset") !== null) return sendHalf(outgoing, bytes);
  const drip = faults?.hit("slow-drip") ?? null;
  if (drip !== null) return sendDripping(outgoing, bytes, drip.pauseMs);
  outgoing.end(bytes);
}

async function toBody(reply: Reply, acceptsGzip: boolean, isCut: boolean): Promise<Body> {
  const isText = reply.headers?.["content-type"] !== undefined;
  const json = reply.body === undefined ? "" : JSON.stringify(reply.body);
  const bytes = Buffer.from(isText ? String(reply.body) : json, "utf8");
  if (!isCut && (!acceptsGzip || bytes.length <= 1_000)) return { bytes, isZipped: false };
  const zipped = await gzipAsync(bytes, { level: 1 });
  return { bytes: isCut ? zipped.subarray(0, Math.floor(zipped.length / 2)) : zipped, isZipped: true };
}

/** A reset overtakes what is on its way: the half is given time to arrive. */
async function sendHalf(outgoing: ServerResponse, bytes: Buffer): Promise<void> {
  outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
  await new Promise((resolve) => setTimeout(resolve, arrivalMs));
  outgoing.socket?.resetAndDestroy();
}

async function sendDripping(outgoing: ServerResponse, bytes: Buffer, pauseMs: number): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  for (const byte of bytes) {
    if (gone.signal.aborted) return;
    outgoing.write(Buffer.of(byte));
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, pauseMs);
    gone.signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
  }
  outgoing.end();
}
