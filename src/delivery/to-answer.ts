import type { WebhookConfig } from "../config/index.ts";
import type { Answer } from "./delivery.ts";

const answerLengthMax = 500;

/** Statuses below 500 that do not speak of the content: the receiver, its address or our rights are wrong. */
const notOfContent: readonly number[] = [401, 403, 404, 405, 407, 408, 421, 425, 426, 451];

type Receiver = Pick<WebhookConfig, "name" | "url">;

/** What a whole answer means. Never shows the URL's path or query: they may hold a secret (I9). */
export function toAnswer(
  receiver: Receiver,
  answer: {
    readonly status: number;
    readonly body: string;
    readonly retryAfterMs: number | null;
  },
): Answer {
  const { status, body, retryAfterMs } = answer;
  const kind = toKind(status, retryAfterMs);
  return {
    kind,
    status,
    answer: body === "" ? null : body.slice(0, answerLengthMax),
    message:
      kind === "taken"
        ? null
        : `the receiver ${toHost(receiver)} answered ${status}: ${toAdvice(status, kind)}`,
    retryAfterMs,
  };
}

/** What it means that no whole answer came. */
export function toFaultAnswer(receiver: Receiver, code: string, isUnreachable: boolean): Answer {
  return {
    kind: isUnreachable ? "unreachable" : "failed",
    status: null,
    answer: null,
    message: `the receiver ${toHost(receiver)} ${describeFault(code, isUnreachable)}`,
    retryAfterMs: null,
  };
}

function describeFault(code: string, isUnreachable: boolean): string {
  if (!isUnreachable) return `gave no whole answer (${code}): check that it is up, and quick enough`;
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|TLS|EPROTO/.test(code);
  const advice = isCertificate ? "check its certificate" : "check its URL, and that it is up";
  return `cannot be reached (${code}): ${advice}`;
}

function toKind(status: number, retryAfterMs: number | null): Answer["kind"] {
  if (status >= 200 && status < 300) return "taken";
  if (status === 410) return "gone";
  if (status === 429 || (status === 503 && retryAfterMs !== null)) return "busy";
  return status >= 400 && status < 500 && !notOfContent.includes(status) ? "refused" : "failed";
}

function toAdvice(status: number, kind: Answer["kind"]): string {
  if (kind === "gone") return "it is gone for good, so nothing more is sent to it";
  if (kind === "busy") return "it asks to be left alone for a while";
  if (kind === "refused") return "it refuses what was sent; its own log says why";
  if (status === 401 || status === 403) return "check the secrets and headers set up for it";
  if (status >= 300 && status < 400) return "redirects are not followed; set its final URL";
  if (status === 404 || status === 405) return "check its URL";
  return "look at its own log";
}

function toHost({ url }: Receiver): string {
  return new URL(url).host;
}
