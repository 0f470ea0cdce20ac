import type { Asked, RequestFaults } from "./fault-book.ts";
import { toFaultySource } from "./faulty-source.ts";
import { type ParsedSearch, parseV1Search, parseV2Search } from "./filter.ts";
import type { ApiVersion, MeterSource } from "./meter-source.ts";
import { readChainPage } from "./search-chain.ts";

/** One request as it came in. */
export type SimulatedRequest = {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly authorization: string | undefined;
  /** The parsed body; `null` where there was none, undefined where it is not JSON. */
  readonly body: unknown;
  /** The body as it came. */
  readonly text: string;
  readonly query: URLSearchParams;
};

export type Reply = {
  readonly status: number;
  /** Sent as JSON; undefined for none. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Nothing is sent, and the connection is reset. */
  readonly isReset?: true;
};

/** A part of the simulated world with addresses, and with refusals, of its own. */
export type Desk = {
  readonly isFor: (path: string) => boolean;
  readonly answer: (request: SimulatedRequest) => Promise<Reply>;
};

/** What the answers depend on besides the request. */
export type Office = {
  readonly desks: readonly Desk[];
  readonly source: MeterSource;
  /** Another account's meters, of the seed given or the next one. */
  readonly toOtherSource: (seed: number | null) => MeterSource;
  readonly apiKey: string;
  readonly accountId: string;
  readonly pageSizeMax: number;
  readonly nowMs: () => number;
};

const v2SearchPath = "/v2/meters/enrollments/search";
const v2MeterPath = /^\/v2\/meters\/([^/]+)\/enrollments$/;
const v1Path = /^\/v1\.1\/account\/([^/]+)\/meters\/([^/]+)$/;

/** The reply to a request, whatever it is: refusals are replies too. */
export async function answer(
  office: Office,
  request: SimulatedRequest,
  faults: RequestFaults,
): Promise<Reply> {
  const special = office.desks.find((desk) => desk.isFor(request.path));
  if (special !== undefined) return special.answer(request);
  const refusal = toRefusal(office, request.authorization);
  if (refusal !== null) return refusal;
  if (request.body === undefined) return toError(400, "The request body is not JSON");
  const { path } = request;
  const desk = { ...office, source: toFaultySource(office.source, office.toOtherSource, faults) };
  if (path === v2SearchPath) return answerSearch(desk, request, "v2", faults);
  const enrollment = v2MeterPath.exec(path)?.[1];
  if (enrollment !== undefined) return answerMeter(desk, request, enrollment, "v2");
  const [, account, rest = ""] = v1Path.exec(path) ?? [];
  if (account === undefined) return toError(404, "There is nothing at this address");
  if (decodePart(account) !== office.accountId) return toError(404, "This account is not known");
  if (rest === "search") return answerSearch(desk, request, "v1", faults);
  return answerMeter(desk, request, rest, "v1");
}

/** What a request is after, before anyone has looked at whether it may. */
export function toAsked({ path, body }: SimulatedRequest): Asked {
  if (path === v2SearchPath) {
    const ids: unknown = isObject(body) ? body.meter_ids : undefined;
    return Array.isArray(ids) && ids.length > 0 ? "ids" : "pages";
  }
  if (v2MeterPath.test(path)) return "ids";
  const rest = v1Path.exec(path)?.[2];
  if (rest === undefined) return "other";
  return rest === "search" ? "pages" : "ids";
}

async function answerSearch(
  office: Office,
  request: SimulatedRequest,
  version: ApiVersion,
  faults: RequestFaults,
): Promise<Reply> {
  if (request.method !== "POST") return toError(405, "A search is a POST");
  if (!office.source.versions.includes(version)) return toError(404, `No ${version} pages were recorded`);
  const parsed = parseSearch(request.body ?? {}, version, office.pageSizeMax);
  if ("problem" in parsed) return toError(400, parsed.problem);
  const page = await readChainPage(office.source, faults, parsed.search, office.nowMs(), version);
  if ("problem" in page) return toError(400, page.problem);
  const { documents, nextToken } = page;
  if (version === "v1") return { status: 200, body: { next_page_token: nextToken, results: documents } };
  const body = nextToken === null ? { meters: documents } : { next_page_token: nextToken, meters: documents };
  return { status: 200, body };
}

function parseSearch(body: unknown, version: ApiVersion, pageSizeMax: number): ParsedSearch {
  if (!isObject(body)) return { problem: "The request body is not an object" };
  return version === "v2" ? parseV2Search(body, pageSizeMax) : parseV1Search(body, pageSizeMax);
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

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
