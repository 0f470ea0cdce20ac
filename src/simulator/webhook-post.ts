import { request as requestByHttp } from "node:http";
import { request as requestByHttps } from "node:https";
import { performance } from "node:perf_hooks";

/** What came of one call of a receiver. */
export type PostOutcome = {
  /** `null` where no answer came. */
  readonly status: number | null;
  /** Why none came, `null` where one did. */
  readonly error: string | null;
  readonly elapsedMs: number;
};

export type PostedHeader = { readonly name: string; readonly value: string };

/** Calls a receiver with a body of JSON; resolves whatever comes of it. */
export type Post = (url: string, headers: readonly PostedHeader[], body: unknown) => Promise<PostOutcome>;

/**
 * A connection for each call, so that none is cut off by a receiver just as it is used again; `close` ends
 * those that are open. An answer counts as soon as its status is there.
 */
export function openPost(timeoutMs: number): { readonly post: Post; readonly close: () => void } {
  const closing = new AbortController();
  const post: Post = (url, headers, body) => {
    const startMs = performance.now();
    const timeout = AbortSignal.timeout(timeoutMs);
    const end = (status: number | null, error: string | null): PostOutcome => ({
      status,
      error,
      elapsedMs: Math.round(performance.now() - startMs),
    });
    const { promise, resolve } = Promise.withResolvers<PostOutcome>();
    const fail = (error: NodeJS.ErrnoException): void =>
      resolve(
        end(null, timeout.aborted ? `no answer within ${timeoutMs} ms` : (error.code ?? error.message)),
      );
    try {
      const bytes = Buffer.from(JSON.stringify(body), "utf8");
      const isHttps = url.startsWith("https:");
      const outgoing = (isHttps ? requestByHttps : requestByHttp)(url, {
        method: "POST",
        agent: false,
        headers: {
          ...toStaticHeaders(headers),
          "content-type": "application/json",
          "content-length": bytes.length,
        },
        signal: AbortSignal.any([timeout, closing.signal]),
      });
      outgoing.once("response", (incoming) => {
        incoming.on("error", () => {});
        incoming.resume();
        resolve(end(incoming.statusCode ?? null, null));
      });
      outgoing.on("error", fail);
      outgoing.end(bytes);
    } catch (error) {
      fail(error as NodeJS.ErrnoException);
    }
    return promise;
  };
  return { post, close: () => closing.abort() };
}

/** Names arrive in lower case, however they were given. */
function toStaticHeaders(headers: readonly PostedHeader[]): Record<string, string> {
  return Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), value]));
}
