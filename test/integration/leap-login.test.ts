import { expect, test } from "vitest";
import { failureOf, openClient, openServer, page, readPage } from "./leap-account.ts";
import { answerJson, answerText, type Step } from "./scripted-server.ts";

const login = { kind: "login", email: "robot@example.com", password: "test-password-1" } as const;

test("a login's token is kept for 25 minutes and shared by reads side by side", async () => {
  let loginCount = 0;
  const server = await openServer((response, received) => {
    if (received.path !== "/login") return answerJson(page)(response, received);
    loginCount += 1;
    answerJson({ token: `issued-token-${loginCount}` })(response, received);
  });
  let nowMs = 1_800_000_000_000;
  const credentials = { ...login, loginUrl: `${server.url}/login` };
  const client = openClient(server.url, { credentials, clock: { now: () => nowMs } });
  await Promise.all([readPage(client), readPage(client), readPage(client)]);
  nowMs += 24 * 60_000;
  await readPage(client);
  expect(loginCount).toBe(1);
  nowMs += 60_000;
  await readPage(client);
  expect(loginCount).toBe(2);
  expect(server.received[0]).toMatchObject({
    method: "POST",
    body: { email: "robot@example.com", password: "test-password-1" },
  });
  expect(server.received[0]?.headers.authorization).toBeUndefined();
  expect(server.received.at(-1)?.headers.authorization).toBe("Bearer issued-token-2");
});

test("a login's token that is refused with 401 is renewed once", async () => {
  const issue = answerJson({ token: "issued-token" });
  const refuse = answerJson({ title: "expired issued-token" }, 401);
  const server = await openServer(issue, refuse, issue, answerJson(page));
  const client = openClient(server.url, { credentials: { ...login, loginUrl: `${server.url}/login` } });
  expect((await readPage(client)).documents).toHaveLength(1);
  const stubborn = await openServer(issue, refuse, issue, refuse);
  const again = openClient(stubborn.url, { credentials: { ...login, loginUrl: `${stubborn.url}/login` } });
  const failure = await failureOf(readPage(again));
  expect(failure.kind).toBe("refused");
  expect(failure.message).toMatch(/refused the login's token, and a new one too \(401\)\..*LEAP_LOGIN_URL/);
  expect(stubborn.received).toHaveLength(4);
});

test("a login's token that ends while a request waits for its next attempt is renewed", async () => {
  let loginCount = 0;
  let nowMs = 1_800_000_000_000;
  const server = await openServer((response, received) => {
    if (received.path === "/login") {
      loginCount += 1;
      answerJson({ token: `issued-token-${loginCount}` })(response, received);
    } else if (loginCount === 1) answerJson("busy", 503)(response, received);
    else answerJson(page)(response, received);
  });
  const random = () => {
    nowMs += 26 * 60_000;
    return 0;
  };
  const credentials = { ...login, loginUrl: `${server.url}/login` };
  const client = openClient(server.url, { credentials, random, clock: { now: () => nowMs }, concurrency: 1 });
  await readPage(client);
  expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
    undefined,
    "Bearer issued-token-1",
    undefined,
    "Bearer issued-token-2",
  ]);
});

test("a login that one read began and gave up is begun anew by the one that shared it", async () => {
  const giveUp = new AbortController();
  const reason = new Error("given up");
  const issue = answerJson({ token: "issued-token" });
  const server = await openServer(() => giveUp.abort(reason), issue, answerJson(page));
  const client = openClient(server.url, { credentials: { ...login, loginUrl: `${server.url}/login` } });
  const [first, second] = await Promise.allSettled([readPage(client, giveUp.signal), readPage(client)]);
  expect(first).toEqual({ status: "rejected", reason });
  expect(second).toMatchObject({ status: "fulfilled" });
  expect(server.received.map(({ path }) => path.replace(/^\/v2.*/, "page"))).toEqual([
    "/login",
    "/login",
    "page",
  ]);
});

test.each([
  ["401", answerJson({ title: "no such user test-password-1" }, 401), "refused"],
  ["404", answerText("", 404), "refused"],
  ["a 200 without a token", answerJson({ refresh_token: "x" }), "refused"],
  ["HTML", answerText("<html>"), "refused"],
  ["a token that is no header", answerJson({ token: "a\nb" }), "refused"],
  ["503", answerJson("busy", 503), "environment"],
] as [string, Step, string][])("a login answered with %s fails", async (_, step, kind) => {
  const server = await openServer(step);
  const client = openClient(server.url, { credentials: { ...login, loginUrl: `${server.url}/login` } });
  const failure = await failureOf(readPage(client));
  expect(failure.kind).toBe(kind);
  expect(failure.message).toMatch(/log in/);
});
