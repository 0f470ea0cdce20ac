import { z } from "zod";
import type { JsonObject } from "../meter/index.ts";
import { type Asker, isSuccess, openAsker } from "./asking.ts";
import type { DispatchClientOptions } from "./dispatch-client.ts";
import { LeapContractBroken, LeapRefused, LeapUnreachable } from "./failures.ts";
import { isObject, lenient, object, text } from "./fields.ts";
import type { HttpAnswer } from "./http-client.ts";
import type { Question } from "./questions.ts";
import { isHopeless } from "./retry-policy.ts";
import { parseJsonBody, readJson, toHost } from "./translation.ts";

/** What Leap says of the notification it sent to the receiver that is set there. */
export type IntegrationTestReport = {
  /** When Leap sent it, as Leap spells it. */
  readonly sentTime: string;
  /** The receiver's status; `null` where it gave no answer. */
  readonly httpStatus: number | null;
  readonly receivedTime: string | null;
  /** The receiver's headers, all values of each. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string | null;
  /** Why Leap got no answer, in its words. */
  readonly errorMessage: string | null;
};

/** Where Leap sends notifications of group dispatches. */
export type Receiver = {
  /** Scheme and host: the rest may be a secret. `null` where that cannot be read. */
  readonly place: string | null;
  /** Texts that Leap sends there, and nobody is to see. */
  readonly secrets: readonly string[];
};

/** The receiver that is set. Throws a `Failure`; one of kind `refused` where none is. */
export async function readReceiver(options: DispatchClientOptions, signal: AbortSignal): Promise<Receiver> {
  const asker = openAsker(options);
  const url = `${options.baseUrl}/v2/dispatch/group/webhook`;
  const question = { method: "GET", url, body: null, purpose: "ask where notifications go" } as const;
  try {
    const answer = await asker.ask(question, signal);
    if (answer.status === 404) throw toNoReceiver(toHost(url));
    if (!isSuccess(answer)) throw asker.toFailure(answer, question);
    return parseReceiver(parseJsonBody(answer, question), options);
  } finally {
    asker.close();
  }
}

function parseReceiver(value: unknown, { credentials }: DispatchClientOptions): Receiver {
  const body = isObject(value) ? value : {};
  const place = text.parse(body.url).value ?? "";
  const url = URL.canParse(place) ? new URL(place) : null;
  const ours = credentials.kind === "key" ? [credentials.key] : [credentials.password];
  const found = [...ours, ...(url === null ? [place] : toUrlSecrets(url)), ...toHeaderSecrets(body.headers)];
  return { place: url?.origin ?? null, secrets: found.filter(({ length }) => length >= secretLengthMin) };
}

/** What is shorter is found in any text. */
const secretLengthMin = 6;

function toUrlSecrets(url: URL): readonly string[] {
  const { username, password, pathname, search, searchParams } = url;
  return [`${pathname}${search}`, pathname, search, ...searchParams.values(), username, password];
}

const harmless = ["content-type", "accept", "user-agent"];

/** Of `Bearer abc` also what stands behind the scheme. */
function toHeaderSecrets(headers: unknown): readonly string[] {
  return (Array.isArray(headers) ? headers : []).flatMap((header: unknown) => {
    if (!isObject(header) || typeof header.value !== "string") return [];
    if (harmless.includes(String(header.name).toLowerCase())) return [];
    return [header.value, ...header.value.split(/\s+/).slice(1)];
  });
}

/** Leap answers only after the receiver has, or after Leap gave it up: longer than any other answer takes. */
const answerTimeDefaultMs = 120_000;

/** Where it is asked for. */
export function toIntegrationTestUrl(baseUrl: string): string {
  return `${baseUrl}/v2/dispatch/group/webhook/integration_test`;
}

/**
 * Has Leap send this notification, marked as a test, to the receiver of group dispatches that is set there.
 * Asked once and never again by itself: each asking rings the receiver. Throws a `Failure` of kind `refused`,
 * `environment` or `contract`; where it may have rung all the same, the message says so.
 */
export async function sendIntegrationTest(
  options: DispatchClientOptions,
  body: JsonObject,
  signal: AbortSignal,
  answerTimeMaxMs: number = answerTimeDefaultMs,
): Promise<IntegrationTestReport> {
  const limits = { ...options.limits, attemptCountMax: 1, requestTimeoutMs: answerTimeMaxMs };
  const asker = openAsker({ ...options, limits });
  try {
    return await askOnce(
      asker,
      { method: "POST", url: toIntegrationTestUrl(options.baseUrl), body, purpose },
      signal,
    );
  } finally {
    asker.close();
  }
}

const purpose = "send the test notification";

async function askOnce(
  asker: Asker,
  question: Question,
  signal: AbortSignal,
): Promise<IntegrationTestReport> {
  const host = toHost(question.url);
  const answer = await asker.ask(question, signal).catch((error: unknown) => {
    if (error instanceof LeapContractBroken) throw toUnread(`the answer from ${host} is too large`, error);
    throw isSentPerhaps(error) ? toUnknownEnd(`no answer from ${host} (${error.fields.code})`, error) : error;
  });
  if (isSuccess(answer)) return parseAnswer(answer, host);
  if (answer.status === 404) throw toNoReceiver(host);
  if (answer.status < 500 && answer.status !== 408) throw asker.toFailure(answer, question);
  throw toUnknownEnd(`${host} answered ${answer.status}${asker.toSaid(answer)}`);
}

function parseAnswer(answer: HttpAnswer, host: string): IntegrationTestReport {
  const body = readJson(answer.bytes);
  if (body !== undefined) return parseReport(body, host);
  throw toUnread(`${host} answered ${answer.status} with something that is not JSON`);
}

/** An answer came that cannot be read: whoever gave it may have sent the notification. */
function toUnread(what: string, cause?: LeapContractBroken): LeapContractBroken {
  return new LeapContractBroken(
    `Could not learn what became of the test notification: ${what}. Leap may have sent it all the same: ` +
      "look at the receiver before you send another. Check that LEAP_BASE_URL names Leap's API.",
    cause === undefined ? {} : { cause, fields: cause.fields },
  );
}

/** Whether the request may have arrived: not where no connection came about, nor where the login failed. */
function isSentPerhaps(error: unknown): error is LeapUnreachable {
  if (!(error instanceof LeapUnreachable) || error.fields.purpose !== purpose) return false;
  const code = String(error.fields.code ?? "");
  return code !== "" && !isHopeless(code) && !unconnected.includes(code);
}

const unconnected = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"];

function toUnknownEnd(what: string, cause?: LeapUnreachable): LeapUnreachable {
  return new LeapUnreachable(
    `Could not ${purpose}, or learn what became of it: ${what}. Leap may have sent it all the same: look ` +
      "at the receiver before you send another. It was asked for once, and never is again by itself.",
    cause === undefined ? {} : { cause, fields: cause.fields },
  );
}

/** Every address of the API is right where the search works, so it is the receiver that is missing. */
function toNoReceiver(host: string): LeapRefused {
  return new LeapRefused(
    `Could not ${purpose}: ${host} answered 404. Most likely no webhook for group dispatches is set for ` +
      'this account: set one with PUT /v2/dispatch/group/webhook, { "url": …, "headers": [{ "name": …, ' +
      '"value": … }] }, which takes the place of the one before. Otherwise check LEAP_BASE_URL.',
    { fields: { host, status: 404 } },
  );
}

const report = z.looseObject({
  sent_time: text,
  received_time: text,
  error_message: text,
  http_status: lenient(z.number().int()),
  headers: object,
});

function parseReport(body: unknown, host: string): IntegrationTestReport {
  const row = isObject(body) ? report.parse(body) : null;
  if (row === null || row.sent_time.value === null) {
    throw new LeapContractBroken(
      `Could not learn what became of the test notification: ${host} answered without "sent_time", which a ` +
        "report of it always carries. Look at the receiver; the API has changed, or something else answers.",
      { fields: { host } },
    );
  }
  return {
    sentTime: row.sent_time.value,
    httpStatus: row.http_status.value,
    receivedTime: row.received_time.value,
    headers: toHeaders(row.headers.value ?? {}),
    body: toBodyText(row.body ?? null),
    errorMessage: row.error_message.value,
  };
}

/** A text as it is specified, else the JSON that it would have been the text of. */
function toBodyText(body: unknown): string | null {
  if (typeof body === "string" || body === null) return body;
  try {
    return JSON.stringify(body);
  } catch {
    // What can be parsed may be nested too deep to be written again (I8).
    return "(nested too deep to be shown)";
  }
}

function toHeaders(value: Readonly<Record<string, unknown>>): IntegrationTestReport["headers"] {
  const entries = Object.entries(value).map(([name, values]) => {
    const list: readonly unknown[] = Array.isArray(values) ? values : [values];
    return [name, list.filter((item) => typeof item === "string")] as const;
  });
  return Object.fromEntries(entries);
}
