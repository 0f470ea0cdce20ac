import type { IncomingHttpHeaders } from "node:http";

/** What is answered at one path. */
export type Route = {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** A look at the headers, before the body is read: what to answer instead, or null. */
  readonly refuse?: (headers: IncomingHttpHeaders) => Reply | null;
  /** What it throws is told to nobody outside but as a 500. */
  readonly answer: (body: string) => Reply | Promise<Reply>;
};

export type Reply =
  | {
      readonly status: number;
      /** Sent as JSON. */
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | TextReply;

/** An answer that is no JSON. */
export type TextReply = {
  readonly status: number;
  readonly text: string;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** An answer that says what is wrong, in one sentence. */
export function toError(
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, body: { error }, headers };
}
