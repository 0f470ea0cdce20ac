import { getEventListeners } from "node:events";
import { createServer } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { failureOf, limits, openClient, openServer, page, readPage } from "./leap-account.ts";
import { answerJson, answerText, openScriptedServer, type Step } from "./scripted-server.ts";

const cutMidBody: Step = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"meters":[');
  setImmediate(() => response.destroy());
};

const cutChunked: Step = (response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"meters":[');
  setImmediate(() => response.destroy());
};

const zipped = gzipSync(JSON.stringify(page));
const gzip = { "content-type": "application/json", "content-encoding": "gzip" };

test.each([408, 425, 429, 500, 502, 503, 504])(
  "%i is tried again, and passes when it passes",
  async (status) => {
    const server = await openServer(answerJson("busy", status), answerJson("busy", status), answerJson(page));
    expect((await readPage(openClient(server.url))).documents).toHaveLength(1);
    expect(server.received).toHaveLength(3);
    expect(server.received[2]?.body).toEqual(server.received[0]?.body);
  },
);

test.each([429, 500, 503])(
  "%i that stays is the environment's failure, after all attempts",
  async (status) => {
    const server = await openServer(answerJson("busy", status));
    const failure = await failureOf(readPage(openClient(server.url)));
    expect(failure).toMatchObject({ kind: "environment", fields: { status, attempt_count: 4 } });
    expect(server.received).toHaveLength(4);
  },
);

test.each([
  ["a body cut short of its length", cutMidBody],
  ["a chunked body cut short", cutChunked],
  ["a truncated gzip", answerText(zipped.subarray(0, zipped.length - 12), 200, gzip)],
  ["a broken gzip", answerText(Buffer.from("this is no gzip at all"), 200, gzip)],
  ["a reset before the answer", (response) => response.destroy()],
] as [string, Step][])("%s is tried again, and then the environment's failure", async (_, step) => {
  const passing = await openServer(step, answerJson(page));
  expect((await readPage(openClient(passing.url))).documents).toHaveLength(1);
  const failing = await openServer(step);
  expect(await failureOf(readPage(openClient(failing.url)))).toMatchObject({
    kind: "environment",
    name: "LeapUnreachable",
  });
  expect(failing.received).toHaveLength(4);
});

test.each([
  ["silence", () => {}],
  [
    "a slow drip of headers",
    ({ socket }) => {
      socket?.write("HTTP/1.1 200 OK\r\n");
      const timer = setInterval(() => socket?.write("x: y\r\n"), 20);
      socket?.on("close", () => clearInterval(timer));
    },
  ],
  [
    "a slow drip",
    (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    },
  ],
] as [string, Step][])("%s ends with the timeout, and is tried again", async (_, step) => {
  const server = await openServer(step, step, answerJson(page));
  const client = openClient(server.url, limits({ requestTimeoutMs: 150 }));
  expect((await readPage(client)).documents).toHaveLength(1);
  const failing = await openServer(step);
  const impatient = openClient(failing.url, limits({ requestTimeoutMs: 100, attemptCountMax: 2 }));
  const failure = await failureOf(readPage(impatient));
  expect(failure).toMatchObject({ kind: "environment", fields: { code: "ETIMEDOUT", attempt_count: 2 } });
  expect(failure.message).toMatch(/no answer from .*ETIMEDOUT\), asked 2 times\. Check the network/);
});

test("a port nobody listens on is the environment's failure, and says where", async () => {
  const server = await openScriptedServer(answerJson(page));
  await server.close();
  const failure = await failureOf(readPage(openClient(server.url)));
  expect(failure).toMatchObject({ kind: "environment", fields: { code: "ECONNREFUSED", attempt_count: 4 } });
  expect(failure.message).toMatch(/127\.0\.0\.1:\d+.*LEAP_BASE_URL/);
});

test("a name that does not resolve is the environment's failure", async () => {
  const failure = await failureOf(
    readPage(openClient("http://no-such-host.invalid", limits({ attemptCountMax: 1 }))),
  );
  expect(failure.kind).toBe("environment");
  expect(failure.message).toMatch(/no-such-host\.invalid/);
});

test("a host that speaks no TLS is the environment's failure", async () => {
  const plain = createServer((socket) => socket.end("hello\n"));
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void plain.close());
  const { port } = plain.address() as { port: number };
  const failure = await failureOf(readPage(openClient(`https://127.0.0.1:${port}`)));
  expect(failure.kind).toBe("environment");
});

test("a host that takes the connection and never shakes hands ends with the timeout", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as { port: number };
  const client = openClient(
    `https://127.0.0.1:${port}`,
    limits({ requestTimeoutMs: 100, attemptCountMax: 2 }),
  );
  const failure = await failureOf(readPage(client));
  expect(failure).toMatchObject({ kind: "environment", fields: { code: "ETIMEDOUT", attempt_count: 2 } });
});

// Whatever is waited for below would be waited for longer than a test may take.
test.each([
  ["while the answer is awaited", (_response, _received, abort) => abort()],
  [
    "while the body drips",
    (response, _received, abort) => {
      response.writeHead(200).write("{", () => setImmediate(abort));
    },
  ],
  ["while it waits for the next attempt", answerJson("busy", 503, { "retry-after": "60" })],
] as [string, (...args: [...Parameters<Step>, () => void]) => void][])(
  "an abort %s ends the read with its own reason",
  async (_, step) => {
    const controller = new AbortController();
    const reason = new Error("stop now");
    const abort = () => controller.abort(reason);
    const server = await openServer((response, received) => step(response, received, abort));
    const random = () => {
      setImmediate(abort);
      return 0;
    };
    const client = openClient(server.url, { random });
    await expect(readPage(client, controller.signal)).rejects.toBe(reason);
    await expect(readPage(client, controller.signal)).rejects.toBe(reason);
    expect(server.received).toHaveLength(1);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  },
);
