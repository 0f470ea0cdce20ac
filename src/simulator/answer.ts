import { parseInstant } from "../time/index.ts";
import { type ParsedSearch, parseV1Search, parseV2Search } from "./filter.ts";
import type { ApiVersion, MeterSource } from "./meter-source.ts";
import { parsePageToken, toPageToken } from "./page-token.ts";

/** One request as it came in. */
export type SimulatedRequest = {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly authorization: string | undefined;
  /** The parsed body; `null` where there was none, undefined where it is not JSON. */
  readonly body: unknown;
};

export type Reply = { readonly status: number; readonly body: unknown };

/** What the answers depend on besides the request. */
export type Office = {
  readonly source: MeterSource;
  readonly apiKey: string;
  readonly accountId: string;
  readonly pageSizeMax: number;
  readonly nowMs: () => number;
  readonly setNow: (nowMs: number) => void;
};

export const controlPath = "/_simulator/now";

// Every day since the start is lived through when a meter is looked at: centuries would take their time.
const latestNowMs = Date.UTC(2100, 0);

/** The reply to a request, whatever it is: refusals are replies too. */
export async function answer(office: Office, request: SimulatedRequest): Promise<Reply> {
  if (request.path === controlPath) return answerControl(office, request);
  const refusal = toRefusal(office, request.authorization);
  if (refusal !== null) return refusal;
  if (request.body === undefined) return toError(400, "The request body is not JSON");
  const { path } = request;
  if (path === "/v2/meters/enrollments/search") return answerSearch(office, request, "v2");
  const enrollment = /^\/v2\/meters\/([^/]+)\/enrollments$/.exec(path)?.[1];
  if (enrollment !== undefined) return answerMeter(office, request, enrollment, "v2");
  const [, account, rest = ""] = /^\/v1\.1\/account\/([^/]+)\/meters\/([^/]+)$/.exec(path) ?? [];
  if (account === undefined) return toError(404, "There is nothing at this address");
  if (decodePart(account) !== office.accountId) return toError(404, "This account is not known");
  if (rest === "search") return answerSearch(office, request, "v1");
  return answerMeter(office, request, rest, "v1");
}

async function answerSearch(office: Office, request: SimulatedRequest, version: ApiVersion): Promise<Reply> {
  if (request.method !== "POST") return toError(405, "A search is a POST");
  if (!office.source.versions.includes(version)) return toError(404, `No ${version} pages were recorded`);
  const parsed = parseSearch(request.body ?? {}, version, office.pageSizeMax);
  if ("problem" in parsed) return toError(400, parsed.problem);
  const { search } = parsed;
  const position = search.pageToken === null ? 0 : parsePageToken(search.pageToken, search.digest);
  if (position === undefined) return toError(400, "page_token is not one of this search");
  const page = await office.source.searchPage(search, position, office.nowMs(), version);
  const token = page.nextPosition === null ? null : toPageToken(page.nextPosition, search.digest);
  if (version === "v1") return { status: 200, body: { next_page_token: token, results: page.documents } };
  const body =
    token === null ? { meters: page.documents } : { next_page_token: token, meters: page.documents };
  return { status: 200, body };
}

function parseSearch(body: unknown, version: ApiVersion, pageSizeMax: number): ParsedSearch {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    return { problem: "The request body is not an object" };
  const fields = body as Readonly<Record<string, unknown>>;
  return version === "v2" ? parseV2Search(fields, pageSizeMax) : parseV1Search(fields, pageSizeMax);
}

async function answerMeter(
  office: Office,
  request: SimulatedRequest,
  meterId: string,
  version: ApiVersion,
): Promise<Reply> {
  if (request.method !== "GET") return toError(405, "A meter is read by GET");
  const document = await office.source.findMeter(decodePart(meterId), office.nowMs(), version);
  return document === undefined || !office.source.versions.includes(version)
    ? toError(404, "Meter not found")
    : { status: 200, body: document };
}

function answerControl(office: Office, request: SimulatedRequest): Reply {
  if (request.method === "PUT") {
    const now = (request.body as { readonly now?: unknown } | null | undefined)?.now;
    const nowMs = typeof now === "string" ? parseInstant(now) : undefined;
    if (nowMs === undefined || nowMs > latestNowMs)
      return toError(400, 'Send {"now": "<ISO 8601 instant before 2100>"}');
    office.setNow(nowMs);
  } else if (request.method !== "GET") return toError(405, "The clock is read by GET and set by PUT");
  const nowMs = office.nowMs();
  return {
    status: 200,
    body: { now: new Date(nowMs).toISOString(), meter_count: office.source.meterCountAt(nowMs) },
  };
}

/** A missing key is 401, a wrong one 403: as Leap has it. */
function toRefusal(office: Office, authorization: string | undefined): Reply | null {
  if (authorization === undefined) return toError(401, "You are not authorized to perform this operation");
  if (authorization === `Bearer ${office.apiKey}`) return null;
  return toError(403, "This key may not perform this operation");
}

export function toError(status: number, title: string): Reply {
  return { status, body: { title, status, details: {} } };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
