import { request as httpRequest } from "node:http";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { RunningSimulator } from "../../src/simulator/index.ts";
import { ask, type Loose, nowMs, search, start } from "../support/asked-simulator.ts";

describe("the simulated Leap as a server", () => {
  test("no key is 401, a wrong key 403, each with Leap's body", async () => {
    const simulator = await start();
    for (const [headers, status] of [
      [{}, 401],
      [{ authorization: "Bearer wrong:key" }, 403],
      [{ authorization: simulator.apiKey }, 403],
    ] as const) {
      const response = await fetch(simulator.url + search, { method: "POST", headers, body: "{}" });
      expect(response.status).toBe(status);
      expect(await response.json()).toEqual({ title: expect.any(String), status, details: {} });
    }
  });

  test("what is unknown is 404, a wrong method 405, a bad body 400 or 413", async () => {
    const simulator = await start();
    const id = simulator.portfolio.meterIdAt(3);
    const unborn = simulator.portfolio.meterIdAt(100_000);
    const cases: readonly (readonly [string, string, unknown, number])[] = [
      ["POST", "/v2/elsewhere", {}, 404],
      ["POST", "/v1.1/account/other/meters/search", {}, 404],
      ["GET", `/v1.1/account/other/meters/${id}`, undefined, 404],
      ["GET", `/v1.1/account/sim-account/meters/${id}`, undefined, 200],
      ["GET", `/v2/meters/${unborn}/enrollments`, undefined, 404],
      ["GET", "/v2/meters/none/enrollments", undefined, 404],
      ["GET", search, undefined, 405],
      ["POST", search, "{ not json", 400],
      ["POST", search, "[]", 400],
      ["POST", search, "", 200],
      ["POST", search, { page_size: 0 }, 400],
      ["POST", search, { page_size: 501 }, 400],
      ["POST", search, { created_after_date_time: "yesterday" }, 400],
      ["POST", search, { meter_ids: ["x"] }, 400],
      ["POST", search, { tags: [] }, 400],
      ["POST", search, { exclude_archived: "yes" }, 400],
      ["POST", search, { padding: "x".repeat(1_100_000) }, 413],
    ];
    for (const [method, path, body, status] of cases) {
      const answer = await ask(simulator, path, body, method);
      expect([method, path, answer.status]).toEqual([method, path, status]);
      if (status !== 200) expect(answer.body).toEqual({ title: expect.any(String), status, details: {} });
    }
  });

  test("the clock stands until it is set, from inside or over HTTP, and is in every Date", async () => {
    const simulator = await start();
    const first = await ask(simulator, search, {});
    expect(first.headers.get("date")).toBe("Mon, 05 Oct 2026 15:00:00 GMT");
    const put = await fetch(`${simulator.url}/_simulator/now`, {
      method: "PUT",
      body: JSON.stringify({ now: "2026-10-09T10:00:00+02:00" }),
    });
    expect(((await put.json()) as Loose).now).toBe("2026-10-09T08:00:00.000Z");
    expect(simulator.nowMs()).toBe(Date.parse("2026-10-09T08:00:00Z"));
    const later = await ask(simulator, search, {});
    expect(later.headers.get("date")).toBe("Fri, 09 Oct 2026 08:00:00 GMT");
    expect(later.body.meters.length).toBeGreaterThan(first.body.meters.length);
    simulator.setNow(nowMs);
    expect((await ask(simulator, search, {})).body).toEqual(first.body);
    expect((await ask(simulator, "/_simulator/now", { now: "soon" }, "PUT")).status).toBe(400);
    expect((await ask(simulator, "/_simulator/now", undefined, "GET")).body.now).toBe(
      "2026-10-05T15:00:00.000Z",
    );
  });

  test("a clock that runs goes on from where it was set", async () => {
    const simulator = await start({ isClockRunning: true });
    const first = simulator.nowMs();
    await ask(simulator, search, {});
    expect(simulator.nowMs()).toBeGreaterThanOrEqual(first);
    simulator.setNow(nowMs + 3_600_000);
    expect(simulator.nowMs() - nowMs).toBeGreaterThanOrEqual(3_600_000);
    expect(simulator.nowMs() - nowMs).toBeLessThan(3_660_000);
  });

  test("a taken port is a failure of the environment", async () => {
    const simulator = await start();
    const port = Number(new URL(simulator.url).port);
    await expect(start({ port })).rejects.toMatchObject({ kind: "environment" });
  });

  test("what was asked is noted, without the key and without the clock", async () => {
    const simulator = await start();
    await ask(simulator, search, { page_size: 2 });
    await ask(simulator, "/_simulator/now", undefined, "GET");
    await ask(simulator, "/v2/meters/x/enrollments", undefined, "GET");
    expect(simulator.requests).toEqual([
      { method: "POST", path: search, body: { page_size: 2 } },
      { method: "GET", path: "/v2/meters/x/enrollments", body: null },
    ]);
    expect(JSON.stringify(simulator.requests)).not.toContain(simulator.apiKey);
  });

  test("answers are gzipped for clients that accept it, and only for those", async () => {
    const simulator = await start();
    const plain = await askRaw(simulator, {});
    const zipped = await askRaw(simulator, { "accept-encoding": "gzip, deflate" });
    expect(plain.encoding).toBeUndefined();
    expect(zipped.encoding).toBe("gzip");
    expect(zipped.bytes.length).toBeLessThan(plain.bytes.length / 4);
    expect(gunzipSync(zipped.bytes)).toEqual(plain.bytes);
  });
});

function askRaw(
  simulator: RunningSimulator,
  headers: Readonly<Record<string, string>>,
): Promise<{ encoding: string | undefined; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const authorization = `Bearer ${simulator.apiKey}`;
    const options = { method: "POST", headers: { ...headers, authorization } };
    const request = httpRequest(simulator.url + search, options, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ encoding: response.headers["content-encoding"], bytes: Buffer.concat(chunks) });
    });
    request.on("error", reject);
    request.end("{}");
  });
}
