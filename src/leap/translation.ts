import type { Failure } from "../failure/index.ts";
import { LeapContractBroken, LeapRefused, LeapTokenRefused, LeapUnreachable } from "./failures.ts";
import { isObject } from "./fields.ts";
import type { HttpAnswer, HttpFault, HttpRequest } from "./http-client.ts";
import type { LeapCredentials } from "./leap.ts";
import { isRetryableStatus } from "./retry-policy.ts";

type Asked = Pick<HttpRequest, "url" | "purpose">;

/** What a request was signed with, and what must not appear in any message. */
export type Signature = {
  readonly kind: LeapCredentials["kind"];
  readonly secrets: readonly string[];
};

const titleLengthMax = 200;

/** The body of a good answer as JSON. HTML with a 200 is the classic sign of a wrong host or a proxy. */
export function parseJsonBody(answer: HttpAnswer, asked: Asked): unknown {
  const body = readJson(answer.bytes);
  if (body !== undefined) return body;
  throw new LeapContractBroken(
    `Could not ${asked.purpose}: ${toHost(asked.url)} answered ${toBodyKind(answer)}, not JSON. ` +
      "Check that LEAP_BASE_URL names Leap's API and that no proxy answers in its place.",
    { fields: toFields(asked, answer) },
  );
}

/** What an answer without success means for us, and what to do about it. */
export function toStatusFailure(answer: HttpAnswer, asked: Asked, signature: Signature): Failure {
  const { status } = answer;
  const could = `Could not ${asked.purpose}: ${toHost(asked.url)}`;
  const fields = toFields(asked, answer);
  if (status >= 300 && status < 400) {
    const place = toPlace(answer.location, asked.url);
    const advice = "Redirects are not followed, since they would take the key along. Check LEAP_BASE_URL.";
    return new LeapContractBroken(`${could} answered with a redirect (${status}) to ${place}. ${advice}`, {
      fields,
    });
  }
  if (status === 401 || status === 403) {
    return new LeapRefused(`${could} refused ${toRefusal(status, asked, signature)}`, { fields });
  }
  if (status === 404) {
    const advice =
      "Wrong host or account, or this version of the API is switched off there. " +
      "Check LEAP_BASE_URL, LEAP_ACCOUNT_ID and LEAP_API_VERSION.";
    return new LeapRefused(`${could} does not know the address (404). ${advice}`, { fields });
  }
  if (isRetryableStatus(status)) {
    const advice =
      status === 429
        ? "Leap limits our rate: lower METER_SYNC_CONCURRENCY or run later."
        : "Leap has trouble; see its status page. The next run tries again.";
    return new LeapUnreachable(
      `${could} answered ${status}, asked ${toTimes(answer.attemptCount)}. ${advice}`,
      {
        fields,
      },
    );
  }
  const said = toSaid(answer, signature);
  const advice = "What we ask and what Leap accepts differ; a person has to look.";
  return new LeapContractBroken(`${could} answered ${status}${said}. ${advice}`, { fields });
}

/** The statuses that say of a request with a page token: begin again, this one leads nowhere. */
export function isTokenRefusal(status: number): boolean {
  return status === 400 || status === 404 || status === 410 || status === 422;
}

/** The page token was refused: it is the token's end, not that of the account or of the contract. */
export function toTokenFailure(answer: HttpAnswer, asked: Asked, signature: Signature): LeapTokenRefused {
  return new LeapTokenRefused(
    `Could not ${asked.purpose}: ${toHost(asked.url)} refused the page token ` +
      `(${answer.status}${toSaid(answer, signature)}). It has expired or is not known: ` +
      "reading has to begin at the first page again. Run again; if it stays, ask Leap.",
    { fields: toFields(asked, answer) },
  );
}

/** Leap says of a meter that there is none, in a way in which anyone could have said it (I7). */
export function toAbsenceFailure(answer: HttpAnswer, asked: Asked): LeapContractBroken {
  return new LeapContractBroken(
    `Could not ${asked.purpose}: ${toHost(asked.url)} answered 404 with ${toBodyKind(answer)}, which is ` +
      "not how Leap says that a meter is unknown. Nothing is concluded from it. " +
      "Check that LEAP_BASE_URL names Leap's API and that no proxy answers in its place.",
    { fields: toFields(asked, answer) },
  );
}

/** No whole answer came. The cause keeps the library's words, and nothing else of its error (I9). */
export function toFaultFailure(fault: HttpFault, asked: Asked, attemptCount: number): LeapUnreachable {
  const host = toHost(asked.url);
  const cause = Object.assign(new Error(fault.message), { code: fault.code });
  cause.stack = `${cause.name}: ${fault.message}`;
  return new LeapUnreachable(
    `Could not ${asked.purpose}: no answer from ${host} (${fault.code}), asked ${toTimes(attemptCount)}. ` +
      toAdvice(fault.code),
    { cause, fields: { purpose: asked.purpose, host, code: fault.code, attempt_count: attemptCount } },
  );
}

export function toOversizeFailure(asked: Asked, bytesMax: number): LeapContractBroken {
  return new LeapContractBroken(
    `Could not ${asked.purpose}: the answer from ${toHost(asked.url)} is larger than ${bytesMax} bytes. ` +
      `${isOfDispatches(asked) ? "If it stays," : "Lower METER_SYNC_PAGE_SIZE; if that does not help,"} ` +
      "it is not Leap who answers.",
    { fields: { purpose: asked.purpose, host: toHost(asked.url), response_bytes_max: bytesMax } },
  );
}

/** JSON made of the bytes, or undefined. The parser's message quotes the document: it goes nowhere (I9). */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

export function toHost(url: string): string {
  return new URL(url).host;
}

function toBodyKind(answer: HttpAnswer): string {
  if (answer.bytes.byteLength === 0) return "nothing";
  const start = Buffer.from(answer.bytes.subarray(0, 64)).toString("latin1").trimStart();
  if (answer.contentType.includes("html") || start.startsWith("<")) return "HTML";
  return readJson(answer.bytes) === undefined ? "something that cannot be parsed" : "JSON of another kind";
}

function toPlace(location: string | null, base: string): string {
  if (location === null || !URL.canParse(location, base)) return "an unreadable place";
  return new URL(location, base).host || "an unreadable place";
}

/** Which credentials were refused, why that may be, and where to look. */
function toRefusal(status: number, asked: Asked, signature: Signature): string {
  const environment = `belongs to the other environment (${toEnvironments(toHost(asked.url))})`;
  if (signature.kind === "key") {
    return (
      `the key (${status}). The key is wrong or has ended, may not ${toRight(asked)}, or ${environment}. ` +
      "Check LEAP_API_KEY and LEAP_BASE_URL."
    );
  }
  const which = status === 401 ? "the login's token, and a new one too" : "the login's token";
  return (
    `${which} (${status}). The login may not ${toRight(asked)}, or ${environment}. ` +
    "Check LEAP_EMAIL, LEAP_LOGIN_URL and LEAP_BASE_URL, or use LEAP_API_KEY."
  );
}

/** What a key needs the permission for. */
function toRight(asked: Asked): string {
  return isOfDispatches(asked) ? "use dispatches" : "read meters";
}

/** Their pages have no size that we could choose. */
function isOfDispatches({ url }: Asked): boolean {
  return new URL(url).pathname.includes("/v2/dispatch/");
}

const [production, staging] = ["api.leap.energy", "api.staging.leap.energy"];

function toEnvironments(host: string): string {
  if (host === production) return `this is production; staging is https://${staging}`;
  if (host === staging) return `this is staging; production is https://${production}`;
  return `production is https://${production}, staging https://${staging}`;
}

/** What Leap itself says of it, to be put behind a status; empty where it says nothing. */
export function toSaid(answer: HttpAnswer, signature: Signature): string {
  const title = toTitle(answer, signature.secrets);
  return title === null ? "" : `: "${title}"`;
}

/** Leap's own short summary: made printable, bounded, and without anything of ours that it may echo. */
function toTitle(answer: HttpAnswer, secrets: readonly string[]): string | null {
  const body = readJson(answer.bytes);
  const title = isObject(body) ? (body.title ?? body.message) : null;
  if (typeof title !== "string") return null;
  const scrubbed = secrets.reduce((text, secret) => text.replaceAll(secret, "…"), title);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const printable = scrubbed.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, " ").trim();
  return printable === "" ? null : printable.slice(0, titleLengthMax);
}

function toAdvice(code: string): string {
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "Check LEAP_BASE_URL and this machine's DNS.";
  if (code === "ECONNREFUSED")
    return "Nothing listens there: check LEAP_BASE_URL, the firewall and the proxy.";
  if (code === "ETIMEDOUT") return "Check the network and Leap's status page; the next run tries again.";
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|SSL|TLS|EPROTO/.test(code)) {
    return "No trusted TLS connection: check LEAP_BASE_URL, this machine's clock and its certificates.";
  }
  return "Check the network and Leap's status page; the next run tries again.";
}

function toTimes(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function toFields(asked: Asked, answer: HttpAnswer) {
  const { status, attemptCount } = answer;
  return { purpose: asked.purpose, host: toHost(asked.url), status, attempt_count: attemptCount };
}
