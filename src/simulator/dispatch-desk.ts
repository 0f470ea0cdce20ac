import { Failure } from "../failure/index.ts";
import type { Desk, Reply, SimulatedRequest } from "./answer.ts";
import { createMarket } from "./dispatch-book.ts";
import { checkTestNotification } from "./dispatch-check.ts";
import { toNotification } from "./dispatch-documents.ts";
import { type DispatchWebhook, notify, parseWebhook } from "./dispatch-notify.ts";
import { type DispatchLevel, parseDispatchSearch } from "./dispatch-request.ts";
import { toSearchPage } from "./dispatch-search.ts";
import type { DispatchBook } from "./dispatch-truth.ts";
import type { Portfolio } from "./portfolio.ts";

export type DispatchDeskOptions = {
  readonly portfolio: Portfolio;
  readonly nowMs: () => number;
  readonly apiKey: string;
  readonly dispatchRate?: number;
  readonly dispatchPageSizeMax?: number;
  readonly dispatchTestTimeoutMs?: number;
};

type Route = (level: DispatchLevel, request: SimulatedRequest) => Reply | Promise<Reply>;

const pathPattern = /^\/v2\/dispatch\/(group|meter)\/([a-z_/]+)$/;

/**
 * Answers what belongs to dispatches: searches, webhook settings, test notifications. Fails with kind `usage`
 * on options that make no sense.
 */
export function createDispatchDesk(options: DispatchDeskOptions): {
  readonly desk: Desk;
  readonly dispatches: DispatchBook;
  readonly close: () => void;
} {
  const { apiKey } = options;
  const market = createMarket(options.portfolio, requireRate(options));
  const ending = new AbortController();
  let testsAsked = 0;
  const routes: Readonly<Record<string, Route>> = {
    search: toSearchRoute(options, market),
    ...toWebhookRoutes(options, ending.signal),
  };
  const answer = async (request: SimulatedRequest): Promise<Reply> => {
    if (request.path === "/v2/dispatch/meter/communication_test") {
      testsAsked += 1;
      return toProblem(403, "This account may not start communication tests");
    }
    if (request.authorization === undefined) return toProblem(401, "A bearer key is needed");
    if (request.authorization !== `Bearer ${apiKey}`)
      return toProblem(403, "This key has no access to dispatches");
    const [, level, rest = ""] = pathPattern.exec(request.path) ?? [];
    const route = Object.hasOwn(routes, rest) ? routes[rest] : undefined;
    if (route === undefined) return toProblem(404, "There is nothing at this address");
    if (request.body === undefined) return toProblem(400, "The request body is not JSON");
    return route(level === "group" ? "group" : "meter", request);
  };
  return {
    desk: { isFor: (path) => path.startsWith("/v2/dispatch/"), answer },
    dispatches: {
      truthsBetween: market.truthsBetween,
      notificationOf: toNotification,
      communicationTestsAsked: () => testsAsked,
    },
    close: () => ending.abort(),
  };
}

function requireRate({ dispatchRate = 1 }: DispatchDeskOptions): number {
  if (dispatchRate >= 0) return dispatchRate;
  throw new Failure("usage", "The simulator's rate of dispatches must be 0 or more.");
}

function toSearchRoute(options: DispatchDeskOptions, market: ReturnType<typeof createMarket>): Route {
  const { nowMs, dispatchPageSizeMax: pageSize = 500 } = options;
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > 500)
    throw new Failure("usage", "The simulator's longest page of dispatches must be from 1 to 500.");
  return (level, { method, body }) => {
    if (method !== "POST") return toProblem(405, "A search is a POST");
    if (typeof body !== "object" || body === null || Array.isArray(body))
      return toProblem(400, "The request body is not an object");
    const parsed = parseDispatchSearch(level, body as Readonly<Record<string, unknown>>);
    if ("problem" in parsed) return toProblem(400, parsed.problem);
    const { results, next_page_token } = toSearchPage(market, parsed.search, nowMs(), pageSize);
    return { status: 200, body: next_page_token === null ? { results } : { next_page_token, results } };
  };
}

/** One webhook a level; it lives as long as the simulator. */
function toWebhookRoutes(options: DispatchDeskOptions, signal: AbortSignal): Readonly<Record<string, Route>> {
  const { nowMs, dispatchTestTimeoutMs: timeoutMs = 10_000 } = options;
  const webhooks = new Map<DispatchLevel, DispatchWebhook>();
  const webhook: Route = (level, { method, body }) => {
    if (method === "PUT") {
      const parsed = parseWebhook(body);
      if (parsed === undefined) return toProblem(400, "A webhook has a url, and headers of name and value");
      webhooks.set(level, parsed);
      return { status: 200, body: parsed };
    }
    if (method !== "GET" && method !== "DELETE") return toProblem(405, "A webhook is read, put or deleted");
    const known = webhooks.get(level);
    if (known === undefined) return toProblem(404, "No webhook is set");
    if (method === "GET") return { status: 200, body: known };
    webhooks.delete(level);
    return { status: 204, body: undefined };
  };
  const test: Route = async (level, { method, body }) => {
    if (method !== "POST") return toProblem(405, "A test notification is a POST");
    const problems = checkTestNotification(level, body);
    if (problems.length > 0) return toProblem(400, problems.join("; "));
    const known = webhooks.get(level);
    if (known === undefined) return toProblem(404, "No webhook is set");
    const name = `${level}_dispatches`;
    const dispatches = (body as Readonly<Record<string, unknown>>)[name];
    const notification = {
      integration_test_notification: true,
      communication_test: false,
      [name]: dispatches,
    };
    return { status: 200, body: await notify(known, notification, { timeoutMs, nowMs, signal }) };
  };
  return { webhook, "webhook/integration_test": test };
}

const codes: Readonly<Record<number, readonly [code: string, errorCode: string]>> = {
  400: ["BAD_REQUEST", "DISPATCH_INVALID_INPUT"],
  401: ["UNAUTHORIZED", "DISPATCH_UNAUTHORIZED"],
  403: ["FORBIDDEN", "DISPATCH_NO_ACCESS_TO_RESOURCE"],
  404: ["NOT_FOUND", "DISPATCH_INVALID_INPUT"],
  405: ["METHOD_NOT_ALLOWED", "DISPATCH_INVALID_INPUT"],
};

/** An error as the dispatch API words it. */
function toProblem(status: number, message: string): Reply {
  const [code, error_code] = codes[status] ?? ["INTERNAL_SERVER_ERROR", "DISPATCH_UNEXPECTED_ERROR"];
  return { status, body: { code, message, error_code } };
}
