import { expect, test } from "vitest";
import { type AcknowledgementOutcome, toAcknowledgementRoute } from "../../../src/endpoint/index.ts";

const token = "sixteen-symbols!";

function routeWith(outcome: AcknowledgementOutcome) {
  return toAcknowledgementRoute({ token, accept: async () => outcome });
}

const kept = { kind: "kept", applied: 1, rejected: 2, repeated: 3, unknown: ["a"] } as const;

function statusOf(headers: Readonly<Record<string, string>>): number | undefined {
  return routeWith(kept).refuse?.(headers)?.status;
}

test.each([
  ["no header", {}],
  ["an empty one", { authorization: "" }],
  ["a wrong token", { authorization: "Bearer sixteen-symbols?" }],
  ["the beginning of the token", { authorization: "Bearer sixteen-symbols" }],
  ["more than the token", { authorization: "Bearer sixteen-symbols!!" }],
  ["the token without its scheme", { authorization: token }],
  ["another scheme", { authorization: `Basic ${token}` }],
  ["two tokens", { authorization: `Bearer ${token} ${token}` }],
])("%s is refused with 401, whatever else is sent", (_, headers) => {
  const reply = routeWith(kept).refuse?.({ ...headers, "content-type": "image/png" });
  expect(reply).toMatchObject({
    status: 401,
    headers: { "www-authenticate": expect.stringMatching(/^Bearer/) },
  });
  expect(JSON.stringify(reply)).not.toContain("sixteen");
});

test.each([
  undefined,
  "application/json",
  "Application/JSON; charset=utf-8",
  "application/x-ndjson",
  "application/cloudevents+json",
  "application/cloudevents-batch+json; charset=utf-8",
  "text/plain",
  "application/x-www-form-urlencoded",
])("with the token, the media type %s is taken", (contentType) => {
  const headers = { authorization: `bearer  ${token}` };
  const described = contentType === undefined ? headers : { ...headers, "content-type": contentType };
  expect(statusOf(described)).toBeUndefined();
});

test("with the token, what cannot be reports is refused with 415", () => {
  const authorization = `Bearer ${token}`;
  expect(statusOf({ authorization, "content-type": "image/png" })).toBe(415);
  expect(statusOf({ authorization, "content-type": "multipart/form-data; boundary=json" })).toBe(415);
  expect(statusOf({ authorization, "content-encoding": "gzip" })).toBe(415);
  expect(statusOf({ authorization, "content-encoding": "identity" })).toBeUndefined();
  expect(statusOf({ authorization, "content-encoding": "Identity " })).toBeUndefined();
});

test("every outcome has its answer", async () => {
  expect(await routeWith(kept).answer("x")).toEqual({
    status: 200,
    body: { applied: 1, rejected: 2, repeated: 3, unknown: ["a"] },
  });
  expect(await routeWith({ kind: "unreadable", problems: ["report 1: …"] }).answer("x")).toMatchObject({
    status: 400,
    body: { problems: ["report 1: …"] },
  });
  const unavailable = { kind: "unavailable", message: "later", retryAfterSeconds: 10 } as const;
  expect(await routeWith(unavailable).answer("x")).toEqual({
    status: 503,
    body: { error: "later" },
    headers: { "retry-after": "10" },
  });
});
