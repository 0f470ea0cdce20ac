import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Endpoint,
  openEndpoint,
  toAcknowledgementRoute,
  toHealthRoute,
} from "../../src/endpoint/index.ts";
import { Failure } from "../../src/failure/index.ts";

const token = "a-token-of-many-symbols";
const authorization = `Bearer ${token}`;
const texts: string[] = [];
const errors: unknown[] = [];
let endpoint: Endpoint;

beforeAll(async () => {
  const acknowledgements = toAcknowledgementRoute({
    token,
    accept: async (text) => {
      if (text === "bug") throw new Error("a bug");
      if (text === "busy") return { kind: "unavailable", message: "later", retryAfterSeconds: 7 };
      if (text === "bad") return { kind: "unreadable", problems: ["report 1: it is not JSON"] };
      texts.push(text);
      return { kind: "kept", applied: 1, rejected: 0, repeated: 0, unknown: [] };
    },
  });
  endpoint = await open([toHealthRoute(), acknowledgements]);
});

afterAll(() => endpoint.close());

function open(routes: Parameters<typeof openEndpoint>[0]["routes"]): Promise<Endpoint> {
  return openEndpoint({ host: "127.0.0.1", port: 0, routes, onError: (error) => errors.push(error) });
}

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(`${endpoint.url}${path}`, init);
  const text = await response.text();
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? null : (JSON.parse(text) as Record<string, unknown>),
  };
}

function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = { authorization }) {
  return ask("/acknowledgements", { method: "POST", body, headers });
}

/** What a client gets that writes bytes as they are. */
async function talk(bytes: string): Promise<string> {
  const { hostname, port } = new URL(endpoint.url);
  const socket = connect(Number(port), hostname);
  let answer = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    answer += text;
  });
  // A server that closes on us may cut our last words: what it answered counts.
  socket.on("error", () => undefined);
  socket.write(bytes);
  await once(socket, "close");
  return answer;
}

describe("the endpoint", () => {
  test("says that it is alive, to GET and HEAD", async () => {
    expect(await ask("/healthz")).toMatchObject({ status: 200, body: { status: "ok" } });
    expect(await ask("/healthz?verbose", { method: "HEAD" })).toMatchObject({ status: 200, body: null });
  });

  test("takes a target that names scheme and host, as RFC 9112 asks of servers", async () => {
    const end = `host: x\r\nconnection: close\r\n`;
    for (const target of ["http://x/healthz", "HTTP://x:1/healthz?a=/b"])
      expect(await talk(`GET ${target} HTTP/1.1\r\n${end}\r\n`)).toMatch(/^HTTP\/1.1 200 /);
    for (const target of ["http://x", "http://x?/healthz", "/http://x/healthz", "ftp://x/healthz"])
      expect(await talk(`GET ${target} HTTP/1.1\r\n${end}\r\n`)).toMatch(/^HTTP\/1.1 404 /);
    const head = `POST http://x/acknowledgements HTTP/1.1\r\n${end}authorization: ${authorization}\r\n`;
    expect(await talk(`${head}content-length: 2\r\n\r\n[]`)).toMatch(/^HTTP\/1.1 200 /);
    expect(texts.pop()).toBe("[]");
  });

  test("answers while hundreds are connected that say nothing", async () => {
    const other = await open([toHealthRoute()]);
    const { hostname, port } = new URL(other.url);
    const silent = Array.from({ length: 300 }, () => connect(Number(port), hostname));
    await Promise.all(silent.map((socket) => once(socket, "connect")));
    const answer = fetch(`${other.url}/healthz`).then(
      ({ status }) => status,
      () => "cut",
    );
    expect(await answer).toBe(200);
    for (const socket of silent) socket.on("error", () => undefined).destroy();
    await other.close();
  });

  test("waits for the first request less long than for a further one", async () => {
    const { hostname, port } = new URL(endpoint.url);
    const openSocket = (name: string) => {
      const socket = connect(Number(port), hostname).on("error", () => undefined);
      return { socket, closed: once(socket.resume(), "close").then(() => name) };
    };
    const silent = openSocket("silent");
    await once(silent.socket, "connect");
    const idle = openSocket("idle");
    idle.socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    expect(await Promise.race([silent.closed, idle.closed])).toBe("silent");
    idle.socket.destroy();
  });

  test("answers 404 where there is nothing, and 405 with what is allowed for another method", async () => {
    expect(await ask("/")).toMatchObject({
      status: 404,
      body: { error: expect.stringContaining("/healthz") },
    });
    expect((await ask("/healthz/")).status).toBe(404);
    const wrong = await ask("/healthz", { method: "POST", body: "x" });
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    const read = await ask("/acknowledgements", { headers: { authorization } });
    expect([read.status, read.headers.get("allow")]).toEqual([405, "POST"]);
  });

  test("hands on what comes with the token, and answers what became of it", async () => {
    expect(await post("reports ✓")).toMatchObject({
      status: 200,
      body: { applied: 1, rejected: 0, repeated: 0, unknown: [] },
    });
    expect(texts).toEqual(["reports ✓"]);
    expect(await post("bad")).toMatchObject({
      status: 400,
      body: { problems: ["report 1: it is not JSON"] },
    });
    const busy = await post("busy");
    expect([busy.status, busy.headers.get("retry-after"), busy.body]).toEqual([503, "7", { error: "later" }]);
    expect(texts).toHaveLength(1);
  });

  test("hands on nothing that comes without the token, however large", async () => {
    const count = texts.length;
    expect((await post("reports", {})).status).toBe(401);
    expect((await post("reports", { authorization: `${authorization}x` })).status).toBe(401);
    expect((await post("x".repeat(60_000), {})).status).toBe(401);
    expect(texts).toHaveLength(count);
  });

  test("takes 64 kB, and not a byte more", async () => {
    const count = texts.length;
    expect((await post("x".repeat(65_536))).status).toBe(200);
    expect((await post("x".repeat(65_537))).status).toBe(413);
    expect((await post("x".repeat(900_000))).status).toBe(413);
    expect(texts).toHaveLength(count + 1);
    // A length that was not announced, and an end that does not come.
    const head = `POST /acknowledgements HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n`;
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
    expect(await talk(`${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(16)}1\r\nx\r\n`)).toMatch(
      /^HTTP\/1.1 413 /,
    );
    expect(texts).toHaveLength(count + 1);
  });

  test("takes no text that is not UTF-8", async () => {
    expect((await post(Uint8Array.of(0xc3, 0x28))).status).toBe(400);
  });

  test("tells a bug to whoever opened it, and the client only that there was one", async () => {
    const { status, body } = await post("bug");
    expect([status, JSON.stringify(body)]).toEqual([500, expect.not.stringContaining("a bug")]);
    expect(errors).toEqual([new Error("a bug")]);
  });

  test("answers what is no HTTP, or too much of it, and closes", async () => {
    expect(await talk("hello\r\n\r\n")).toMatch(/^HTTP\/1.1 400 [\s\S]*application\/json[\s\S]*\{"error"/);
    const header = `x: ${"y".repeat(20_000)}`;
    expect(await talk(`GET /healthz HTTP/1.1\r\nhost: x\r\n${header}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
  });
});

test("an address that is taken is a failure that says what to set", async () => {
  const { port } = new URL(endpoint.url);
  const taken = openEndpoint({ host: "127.0.0.1", port: Number(port), routes: [], onError: () => undefined });
  const failure = await taken.then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({
    kind: "environment",
    message: expect.stringMatching(/EADDRINUSE.*METER_SYNC_LISTEN/),
  });
});

test("it closes at once, whoever is connected and waits", async () => {
  const hanging = Promise.withResolvers<void>();
  const accept = async () => {
    hanging.resolve();
    return new Promise<never>(() => undefined);
  };
  const other = await open([toAcknowledgementRoute({ token, accept })]);
  const init = { method: "POST", body: "hang", headers: { authorization } };
  const asked = fetch(`${other.url}/acknowledgements`, init).then(
    () => "answered",
    () => "cut",
  );
  await hanging.promise;
  await other.close();
  expect(await asked).toBe("cut");
});
