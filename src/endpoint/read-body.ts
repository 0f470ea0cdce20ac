import type { IncomingMessage } from "node:http";

export type Body =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "too large" }
  | { readonly kind: "not text" };

/** A client that still sends does not read our answer: so much of what is too large is let pass. */
const discardedBytesMax = 1024 * 1024;

/**
 * Reads a body of at most so many bytes; no more than that is held. Throws where the client goes away.
 */
export async function readBody(incoming: IncomingMessage, bytesMax: number): Promise<Body> {
  const chunks: Buffer[] = [];
  let byteCount = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    byteCount += chunk.byteLength;
    if (byteCount <= bytesMax) chunks.push(chunk);
    else chunks.length = 0;
    if (byteCount > discardedBytesMax) break;
  }
  if (byteCount > bytesMax) return { kind: "too large" };
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)) };
  } catch {
    return { kind: "not text" };
  }
}
