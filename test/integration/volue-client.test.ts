import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkVolue } from "../../src/cli/doctor-volue-checks.ts";
import type { Invocation } from "../../src/cli/invocation.ts";
import { type Config, parseConfig } from "../../src/config/index.ts";
import { openHttpClient } from "../../src/http/index.ts";
import { openVolueClient } from "../../src/volue/index.ts";
import {
  clientId,
  clientSecret,
  giveToken,
  openVolueServer,
  tokenOf,
  type VolueServer,
} from "./volue-server.ts";

const payload = { payloadType: "PriceCurve", targets: [] };
const { signal } = new AbortController();

async function open(): Promise<VolueServer> {
  const volue = await openVolueServer(payload);
  onTestFinished(volue.close);
  return volue;
}

function clientOf(url: string, clock = { now: () => 0 }, scope: string | null = null) {
  const client = openVolueClient({
    account: { baseUrl: `${url}/v1`, tokenUrl: `${url}/connect/token`, clientId, clientSecret, scope },
    limits: {
      requestTimeoutMs: 300,
      responseBytesMax: 10_000,
      attemptCountMax: 3,
      waitBaseMs: 2,
      retryAfterMaxMs: 2_000,
    },
    random: () => 0.5,
    clock,
  });
  onTestFinished(client.close);
  return client;
}

const pathsOf = ({ received }: VolueServer) => received.map(({ method, path }) => `${method} ${path}`);

describe("a token", () => {
  test("is asked for by a form, once, and used until shortly before its end", async () => {
    const volue = await open();
    let nowMs = 1_000_000;
    const client = clientOf(volue.url, { now: () => nowMs }, "a b");
    await client.readEvent("e-1", signal);
    nowMs += 3_539_000;
    await client.readEvent("e-2", signal);
    expect(pathsOf(volue)).toEqual(["POST /connect/token", "GET /v1/events/e-1", "GET /v1/events/e-2"]);
    const [first, second] = volue.received;
    expect(first?.contentType).toBe("application/x-www-form-urlencoded");
    expect(Object.fromEntries(new URLSearchParams(first?.text))).toEqual({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      scope: "a b",
    });
    expect(first?.authorization).toBe("");
    expect(second?.authorization).toBe(`Bearer ${tokenOf(1)}`);
    nowMs += 2_000;
    await client.sendReport("{}", signal);
    expect(pathsOf(volue).slice(3)).toEqual(["POST /connect/token", "POST /v1/reports"]);
    expect(volue.received.at(-1)).toMatchObject({
      authorization: `Bearer ${tokenOf(2)}`,
      contentType: "application/json",
    });
  });

  test("that lives for seconds is used for most of them, and a clock set back trusts none", async () => {
    const volue = await open();
    volue.token = (count) => giveToken(count, 4);
    let nowMs = 1_000_000;
    const client = clientOf(volue.url, { now: () => nowMs });
    for (const atMs of [1_000_000, 1_002_999, 1_003_001, 900_000]) {
      nowMs = atMs;
      await client.prepareToken(signal);
    }
    expect(volue.received).toHaveLength(3);
  });

  test("that is refused is renewed once, and what it was for is sent again", async () => {
    const volue = await open();
    volue.report = ({ authorization }) =>
      authorization.endsWith(tokenOf(1)) ? { status: 401 } : { status: 200, body: { id: "r" } };
    const outcome = await clientOf(volue.url).sendReport("{}", signal);
    expect(outcome).toMatchObject({ kind: "answer", answer: { status: 200 } });
    volue.report = () => ({ status: 401 });
    volue.event = () => ({ status: 401 });
    volue.received.length = 0;
    const client = clientOf(volue.url);
    expect(await client.sendReport("{}", signal)).toMatchObject({ answer: { status: 401 } });
    expect(volue.received).toHaveLength(4);
    await expect(client.readEvent("e", signal)).rejects.toMatchObject({ kind: "refused", endsRun: true });
    expect(volue.received).toHaveLength(7);
  });

  test.each([
    ["refused", { status: 400, body: { error: "invalid_client" } }, "refused", "invalid_client", 1],
    [
      "refused in other words",
      { status: 401, body: { error: `No ${clientSecret}!` } },
      "refused",
      "(401)",
      1,
    ],
    ["a page", { status: 200, body: "<html>" }, "contract", "without a token", 1],
    ["a token that is no header", { status: 200, body: { access_token: "a\nb" } }, "contract", "without", 1],
    ["503", { status: 503, body: {} }, "environment", "asked 3 times", 3],
  ] as const)("that is %s ends the run, in our words", async (_, answer, kind, words, count) => {
    const volue = await open();
    volue.token = () => answer;
    const failure = await clientOf(volue.url)
      .readEvent("e", signal)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind, message: expect.stringContaining(words) });
    expect(String(failure) + JSON.stringify(failure)).not.toContain("canary");
    expect(volue.received).toHaveLength(count);
  });
});

describe("an event", () => {
  test("is asked for again where that may help, and waited for as long as Volue says", async () => {
    const volue = await open();
    volue.event = (id, count) =>
      count < 3
        ? { status: [503, 429][count - 1] ?? 0, headers: { "retry-after": "0" } }
        : { status: 200, body: { id, payload } };
    expect(await clientOf(volue.url).readEvent("e-1", signal)).toMatchObject({ eventId: "e-1" });
    expect(volue.received).toHaveLength(4);
    volue.event = () => ({ status: 429, headers: { "retry-after": "3600" } });
    const asked = clientOf(volue.url).readEvent("e-1", signal);
    await expect(asked).rejects.toMatchObject({ kind: "environment", endsRun: true });
    expect(volue.received).toHaveLength(6);
  });

  test.each([
    ["403", { status: 403 }, { kind: "refused", endsRun: false }],
    ["a redirect", { status: 302, headers: { location: "http://127.0.0.1:1/x" } }, { kind: "contract" }],
    ["another event", { status: 200, body: { id: "e-2", payload } }, { kind: "contract" }],
    ["one without a payload", { status: 200, body: { id: "e-1" } }, { kind: "contract" }],
    ["a page", { status: 200, body: "<html>" }, { kind: "contract" }],
    ["too much", { status: 200, body: "x".repeat(10_001) }, { kind: "contract" }],
  ])("is not read from %s", async (_, answer, failure) => {
    const volue = await open();
    volue.event = () => answer;
    await expect(clientOf(volue.url).readEvent("e-1", signal)).rejects.toMatchObject(failure);
    expect(volue.received).toHaveLength(2);
  });

  test("that there is none of is null", async () => {
    const volue = await open();
    for (const status of [404, 400, 422]) {
      volue.event = () => ({ status });
      expect(await clientOf(volue.url).readEvent("e-1", signal)).toBeNull();
    }
  });
});

describe("a report", () => {
  test("whose token was refused as we were told to stop asks for no other, and was not taken", async () => {
    const volue = await open();
    const controller = new AbortController();
    volue.report = () => {
      controller.abort(new Error("told to stop"));
      return { status: 401 };
    };
    const sending = clientOf(volue.url).sendReport("{}", controller.signal);
    await expect(sending).rejects.toThrow("told to stop");
    expect(pathsOf(volue)).toEqual(["POST /connect/token", "POST /v1/reports"]);
  });

  test("is sent again after 429 alone, and given up where that lasts", async () => {
    const volue = await open();
    volue.report = (_, count) => (count === 1 ? { status: 429 } : { status: 500 });
    expect(await clientOf(volue.url).sendReport("{}", signal)).toMatchObject({ answer: { status: 500 } });
    expect(volue.reports()).toHaveLength(2);
    volue.report = () => ({ status: 429 });
    expect(await clientOf(volue.url).sendReport("{}", signal)).toMatchObject({ answer: { status: 429 } });
    expect(volue.reports()).toHaveLength(5);
  });

  test("may have arrived where the connection broke or nothing came, and is not sent again", async () => {
    const volue = await open();
    for (const how of ["cut", "silence"] as const) {
      volue.report = () => how;
      const outcome = await clientOf(volue.url).sendReport("{}", signal);
      expect(outcome).toMatchObject({ kind: "fault", fault: { mayHaveArrived: true } });
    }
    expect(volue.reports()).toHaveLength(2);
  });
});

describe("where no connection stood, nothing can have arrived", () => {
  const http = () => {
    const limits = { requestTimeoutMs: 300, responseBytesMax: 1000 };
    const client = openHttpClient(limits, { keepsConnections: false });
    onTestFinished(client.close);
    return (url: string) => client.sendOnce({ method: "POST", url, headers: {}, body: "{}" }, signal);
  };

  test("since nobody listens, or there is no such host", async () => {
    const volue = await openVolueServer(payload);
    await volue.close();
    expect(await http()(volue.url)).toMatchObject({ fault: { code: "ECONNREFUSED", mayHaveArrived: false } });
    expect(await http()("http://no-such-host.invalid")).toMatchObject({ fault: { mayHaveArrived: false } });
  });

  test("since the other side does not speak TLS, or hangs up in the middle of it", async () => {
    const volue = await open();
    const encrypted = volue.url.replace("http:", "https:");
    expect(await http()(encrypted)).toMatchObject({ kind: "fault", fault: { mayHaveArrived: false } });
    const server = createTcpServer((socket) => socket.once("data", () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const hungUp = await http()(`https://127.0.0.1:${port}`);
    expect(hungUp).toMatchObject({ kind: "fault", fault: { mayHaveArrived: false } });
    expect(await http()(`http://127.0.0.1:${port}`)).toMatchObject({ fault: { mayHaveArrived: true } });
  });
});

test("doctor asks for a token where there is a client, and for nothing else", async () => {
  const volue = await open();
  const parsed = parseConfig({ environment: volue.environment("/"), readFile: () => "", cwd: "/" });
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  const { config } = parsed;
  const check = (one: Config) => checkVolue(one, { realClock: { now: Date.now } } as Invocation);
  expect(await check(config)).toMatchObject([{ check: "volue", outcome: "ok" }]);
  volue.token = () => ({ status: 400, body: { error: "invalid_client" } });
  expect(await check(config)).toMatchObject([
    { outcome: "fail", exitCode: 2, message: expect.stringMatching(/invalid_client.*VOLUE_CLIENT_SECRET/) },
  ]);
  expect(volue.received).toHaveLength(2);
  expect(await check({ ...config, volue: { ...config.volue, credentials: null } })).toEqual([]);
});
