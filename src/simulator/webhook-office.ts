import type { Desk, Reply, SimulatedRequest } from "./answer.ts";
import type { Post } from "./webhook-post.ts";
import { isObject, isWebhookType, parseSubscription, type Subscription } from "./webhook-subscriptions.ts";
import { toEventId } from "./webhook-truth.ts";

/** Where webhooks are created, listed, replaced, deleted and tested. */
export type WebhookOffice = {
  readonly desk: Desk;
  /** By webhook id, oldest first. */
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  /** Gives the id of the new webhook. */
  readonly subscribe: (subscription: Subscription) => string;
};

type Books = {
  readonly subscriptions: Map<string, Subscription>;
  readonly subscribe: (subscription: Subscription) => string;
  readonly post: Post;
  readonly nextEventId: () => string;
};

const basePath = "/v1.1/webhooks";
const onePath = /^\/v1\.1\/webhooks\/([^/]+)(\/test)?$/;

export function createWebhookOffice(options: {
  readonly seed: number;
  readonly apiKey: string;
  readonly post: Post;
}): WebhookOffice {
  const subscriptions = new Map<string, Subscription>();
  let idCount = 0;
  const nextId = (purpose: string): string => toEventId(`${options.seed} ${purpose} ${idCount++}`);
  const subscribe = (subscription: Subscription): string => {
    const webhookId = nextId("webhook");
    subscriptions.set(webhookId, subscription);
    return webhookId;
  };
  const books = { subscriptions, subscribe, post: options.post, nextEventId: () => nextId("test") };
  return {
    desk: {
      isFor: (path) => path === basePath || path.startsWith(`${basePath}/`),
      answer: async (request) => toRefusal(options.apiKey, request) ?? (await answer(books, request)),
    },
    subscriptions,
    subscribe,
  };
}

async function answer(books: Books, request: SimulatedRequest): Promise<Reply> {
  const { method, path } = request;
  if (path === basePath) {
    if (method === "GET") return answerList(books);
    return method === "POST" ? answerCreation(books, request) : methodNotAllowed;
  }
  const [, id = "", test] = onePath.exec(path) ?? [];
  const webhookId = id.toLowerCase();
  const subscription = books.subscriptions.get(webhookId);
  if (subscription === undefined) return toError(404, "NOT_FOUND", "There is no such webhook");
  if (test !== undefined)
    return method === "POST" ? answerTest(books, subscription, request) : methodNotAllowed;
  if (method === "PUT") return answerReplacement(books, webhookId, request);
  if (method !== "DELETE") return methodNotAllowed;
  books.subscriptions.delete(webhookId);
  return { status: 200, body: { message: "The webhook was deleted" } };
}

function answerList({ subscriptions }: Books): Reply {
  const webhooks = [...subscriptions].map(([webhookId, { receiverUrl, eventTypes, headers }]) => ({
    webhook_id: webhookId,
    receiver_url: receiverUrl,
    event_types: eventTypes,
    headers,
  }));
  return { status: 200, body: { webhooks } };
}

function answerCreation(books: Books, { body }: SimulatedRequest): Reply {
  const parsed = parseSubscription(body);
  if ("problem" in parsed) return toError(400, "BAD_REQUEST", parsed.problem);
  return { status: 200, body: { webhook_id: books.subscribe(parsed.subscription) } };
}

/** All of it is replaced: headers that are not named anew are gone. */
function answerReplacement(books: Books, webhookId: string, { body }: SimulatedRequest): Reply {
  const parsed = parseSubscription(body);
  if ("problem" in parsed) return toError(400, "BAD_REQUEST", parsed.problem);
  books.subscriptions.set(webhookId, parsed.subscription);
  return { status: 200, body: { webhook_id: webhookId } };
}

/** Calls the receiver once with the payload that was asked for, and tells what came of it. */
async function answerTest(books: Books, to: Subscription, { body }: SimulatedRequest): Promise<Reply> {
  if (!isObject(body) || !isWebhookType(body.webhook_event_type))
    return toError(400, "BAD_REQUEST", "The request body must be a payload with its webhook_event_type");
  const event = { webhook_event_id: books.nextEventId(), payload: body };
  const { status, error, elapsedMs } = await books.post(to.receiverUrl, to.headers, event);
  if (status === null) return { status: 200, body: { is_successful: false, error: error ?? "no answer" } };
  const isSuccessful = status >= 200 && status < 300;
  return {
    status: 200,
    body: { is_successful: isSuccessful, status_code: status, response_time_ms: elapsedMs },
  };
}

/** A missing key is 401, a wrong one 403: as everywhere at Leap. */
function toRefusal(apiKey: string, { authorization }: SimulatedRequest): Reply | null {
  if (authorization === undefined) return toError(401, "UNAUTHORIZED", "The auth token is missing");
  if (authorization === `Bearer ${apiKey}`) return null;
  return toError(403, "FORBIDDEN", "This key may not perform this operation");
}

const methodNotAllowed = toError(405, "METHOD_NOT_ALLOWED", "This address does not take this method");

function toError(status: number, error: string, message: string): Reply {
  return { status, body: { error, message } };
}
