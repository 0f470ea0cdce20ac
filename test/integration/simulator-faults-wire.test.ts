import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Fault, RunningSimulator } from "../../src/simulator/index.ts";
import { ask, nowMs, search, start } from "../support/asked-simulator.ts";

type Received = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** What cut the answer short, `null` where it came whole. */
  readonly error: string | null;
};

/** A search, read as it comes, byte by byte; given up after so many bytes. */
function askRaw(simulator: RunningSimulator, gzip = false, bytesMax = Number.MAX_VALUE): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<Received>();
  const headers = {
    authorization: `Bearer ${simulator.apiKey}`,
    ...(gzip ? { "accept-encoding": "gzip" } : {}),
  };
  const request = httpRequest(
    simulator.url + search,
    { method: "POST", headers, agent: false },
    (response) => {
      // From here on the answer itself tells of what goes wrong.
      request.off("error", reject).on("error", () => {});
      const chunks: Buffer[] = [];
      const end = (error: string | null): void => {
        const { statusCode = 0, headers: received } = response;
        resolve({ status: statusCode, headers: received, bytes: Buffer.concat(chunks), error });
      };
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        if (Buffer.concat(chunks).length < bytesMax) return;
        end("given up");
        response.destroy();
      });
      response.on("end", () => end(null));
      response.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    },
  );
  request.on("error", reject);
  request.end("{}");
  return promise;
}

/** The statuses of so many searches, one after the other. */
async function statusesOf(simulator: RunningSimulator, count: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let asked = 0; asked < count; asked++) statuses.push((await ask(simulator, search, {})).status);
  return statuses;
}

const hitCount = (simulator: RunningSimulator): number | undefined => simulator.faultCounts()[0]?.hitCount;

describe("a fault on the wire", () => {
  test("throttle: 429 without a word on when, or with", async () => {
    const simulator = await start({ faults: [{ kind: "throttle", times: 1 }] });
    const first = await ask(simulator, search, {});
    expect([first.status, first.headers.get("retry-after")]).toEqual([429, null]);
    expect(first.body).toEqual({ title: expect.any(String), status: 429, details: {} });
    expect((await ask(simulator, search, {})).status).toBe(200);
    simulator.setFaults([{ kind: "throttle", retryAfterSeconds: 7 }]);
    expect((await ask(simulator, search, {})).headers.get("retry-after")).toBe("7");
  });

  test("throttle: only what is beyond so many requests under way", async () => {
    const simulator = await start({
      faults: [
        { kind: "throttle", above: 2 },
        { kind: "slow-drip", times: 2, pauseMs: 600_000 },
      ],
    });
    const stop = new AbortController();
    const headers = { authorization: `Bearer ${simulator.apiKey}` };
    const options = { method: "POST", headers, body: "{}", signal: stop.signal };
    const hanging = [1, 2].map(async () => (await fetch(simulator.url + search, options)).status);
    expect(await Promise.all(hanging)).toEqual([200, 200]);
    expect(await statusesOf(simulator, 2)).toEqual([429, 429]);
    stop.abort();
    // Those that were given up are under way until the simulator sees it.
    while ((await statusesOf(simulator, 1))[0] === 429);
    expect(await statusesOf(simulator, 3)).toEqual([200, 200, 200]);
  });

  test("error-500: a bare text in place of an object", async () => {
    const simulator = await start({ faults: [{ kind: "error-500" }] });
    expect(await ask(simulator, search, {})).toMatchObject({ status: 500, body: "Internal server error" });
  });

  test("reset: the connection breaks in the middle of the body", async () => {
    const simulator = await start();
    const whole = await askRaw(simulator);
    simulator.setFaults([{ kind: "reset" }]);
    const broken = await askRaw(simulator);
    expect(broken).toMatchObject({ status: 200, error: "ECONNRESET" });
    expect(broken.headers["content-length"]).toBe(String(whole.bytes.length));
    expect(broken.bytes.length).toBeLessThan(whole.bytes.length);
  });

  test("truncated-gzip: half of the body, and a length that agrees with it", async () => {
    const simulator = await start({ faults: [{ kind: "truncated-gzip" }] });
    const cut = await askRaw(simulator, true);
    expect(cut).toMatchObject({ status: 200, error: null });
    expect(cut.headers).toMatchObject({
      "content-encoding": "gzip",
      "content-length": String(cut.bytes.length),
    });
    expect(() => gunzipSync(cut.bytes)).toThrow(/unexpected end of file/);
    // Who takes no gzip gets none, and is spared.
    const plain = await askRaw(simulator);
    expect(JSON.parse(plain.bytes.toString()).meters).toHaveLength(simulator.portfolio.meterCountAt(nowMs));
    expect(hitCount(simulator)).toBe(1);
  });

  test("slow-drip: a byte, and a pause, and a byte", async () => {
    const simulator = await start();
    const whole = await askRaw(simulator);
    simulator.setFaults([{ kind: "slow-drip", pauseMs: 1 }]);
    const dripped = await askRaw(simulator, false, 20);
    expect(dripped).toMatchObject({ status: 200, error: "given up", bytes: whole.bytes.subarray(0, 20) });
    expect(dripped.headers["content-length"]).toBe(String(whole.bytes.length));
    // A body that takes hours does not keep the simulator up.
    simulator.setFaults([{ kind: "slow-drip", pauseMs: 600_000 }]);
    await askRaw(simulator, false, 1);
    const hanging = askRaw(simulator);
    while (simulator.faultCounts()[0]?.hitCount !== 2) await new Promise((resolve) => setImmediate(resolve));
    await simulator.close();
    await expect(hanging.then(({ error }) => error)).resolves.toBe("ECONNRESET");
  });

  test("html: a page with status 200", async () => {
    const simulator = await start({ faults: [{ kind: "html" }] });
    const page = await askRaw(simulator);
    expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.bytes.toString()).toMatch(/^<!doctype html>/);
  });

  test("clock-skew: the Date header is ahead, or behind, and nothing else", async () => {
    const simulator = await start();
    const straight = await ask(simulator, search, {});
    for (const [seconds, date] of [
      [3600, "Mon, 05 Oct 2026 16:00:00 GMT"],
      [-86_400, "Sun, 04 Oct 2026 15:00:00 GMT"],
    ] as const) {
      simulator.setFaults([{ kind: "clock-skew", seconds }]);
      const skewed = await ask(simulator, search, {});
      expect(skewed.headers.get("date")).toBe(date);
      expect(skewed.body).toEqual(straight.body);
    }
  });

  test("comes again with its seed, request by request", async () => {
    const faults: readonly Fault[] = [
      { kind: "throttle", rate: 0.3 },
      { kind: "error-500", rate: 0.3 },
    ];
    const simulator = await start({ faults, faultSeed: 5 });
    const first = await statusesOf(simulator, 40);
    expect(new Set(first)).toEqual(new Set([200, 429, 500]));
    simulator.setFaults(faults);
    expect(await statusesOf(simulator, 40)).toEqual(first);
    simulator.setFaults(faults, 6);
    expect(await statusesOf(simulator, 40)).not.toEqual(first);
  });

  test("may hit only searches, or only meters asked for by id", async () => {
    const simulator = await start({ faults: [{ kind: "error-500", on: "ids" }] });
    const id = simulator.portfolio.meterIdAt(3);
    const account = "/v1.1/account/sim-account/meters";
    const asked: readonly (readonly [string, unknown, string])[] = [
      [search, {}, "POST"],
      [search, { meter_ids: [] }, "POST"],
      [`${account}/search`, {}, "POST"],
      [search, { meter_ids: [id] }, "POST"],
      [`/v2/meters/${id}/enrollments`, undefined, "GET"],
      [`${account}/${id}`, undefined, "GET"],
    ];
    const statuses = async (): Promise<readonly number[]> =>
      Promise.all(asked.map(async (question) => (await ask(simulator, ...question)).status));
    expect(await statuses()).toEqual([200, 200, 200, 500, 500, 500]);
    simulator.setFaults([{ kind: "error-500", on: "pages" }]);
    expect(await statuses()).toEqual([500, 500, 500, 200, 200, 200]);
  });
});

describe("the faults of a running simulator", () => {
  const path = "/_simulator/faults";
  const put = (simulator: RunningSimulator, body: unknown) => ask(simulator, path, body, "PUT");

  test("are set and read over HTTP, without a key, unnoted and unhit", async () => {
    const simulator = await start({ faults: [{ kind: "error-500" }] });
    const response = await fetch(simulator.url + path, {
      method: "PUT",
      body: JSON.stringify({ faults: [{ kind: "throttle", retry_after_seconds: 2, times: 1 }], seed: 9 }),
    });
    const throttle = { kind: "throttle", rate: 1, times: 1, after: 0, on: "all" };
    const shown = { ...throttle, retry_after_seconds: 2, above: 0 };
    expect([response.status, await response.json()]).toEqual([
      200,
      { seed: 9, faults: [{ ...shown, hits: 0 }] },
    ]);
    expect(await statusesOf(simulator, 2)).toEqual([429, 200]);
    expect((await ask(simulator, path, undefined, "GET")).body).toEqual({
      seed: 9,
      faults: [{ ...shown, hits: 1 }],
    });
    expect(simulator.requests).toHaveLength(2);
    expect((await put(simulator, { faults: [] })).body).toEqual({ seed: 9, faults: [] });
    expect((await ask(simulator, "/_simulator/now", undefined, "GET")).status).toBe(200);
  });

  test("stay as they were where what is sent makes no sense", async () => {
    const simulator = await start({ faults: [{ kind: "html" }] });
    for (const body of [
      undefined,
      "{ not json",
      [],
      {},
      { faults: "all" },
      { faults: [{ kind: "x" }] },
      { faults: [], seed: "y" },
    ]) {
      const refused = await put(simulator, body);
      expect([body, refused.status]).toEqual([body, 400]);
      expect(refused.body.title).toMatch(/^Send \{"faults"/);
    }
    expect((await ask(simulator, path, {}, "POST")).status).toBe(405);
    expect(simulator.faultCounts()).toMatchObject([{ fault: { kind: "html" }, hitCount: 0 }]);
  });

  test("are refused at the start where they make no sense", async () => {
    await expect(start({ faults: [{ kind: "html", rate: 2 }] })).rejects.toMatchObject({ kind: "usage" });
    await expect(start({ faultSeed: -1 })).rejects.toMatchObject({ kind: "usage" });
  });
});
