import { expect, test } from "vitest";
import {
  type Endpoint,
  openEndpoint,
  type Route,
  toMetricsRoute,
  toReadinessRoute,
} from "../../src/endpoint/index.ts";

const errors: unknown[] = [];

function open(route: Route): Promise<Endpoint> {
  const onError = (error: unknown) => errors.push(error);
  return openEndpoint({ host: "127.0.0.1", port: 0, routes: [route], onError });
}

test("readiness is told with its reason, and what is known either way", async () => {
  const facts = { published_at: null, is_held: false };
  const reasons = [null, "there is no database yet"];
  for (const reason of reasons) {
    const other = await open(toReadinessRoute(async () => ({ reason, facts })));
    const response = await fetch(`${other.url}/readyz`);
    const body: unknown = await response.json();
    await other.close();
    const [code, status] = reason === null ? [200, "ready"] : [503, "not ready"];
    expect([response.status, body]).toEqual([code, { status, reason, ...facts }]);
  }
});

test("metrics are text, as Prometheus takes it, byte for byte", async () => {
  const text = '# TYPE a gauge\na{b="✓"} 1\n';
  const other = await open(toMetricsRoute(async () => text));
  const response = await fetch(`${other.url}/metrics`);
  const head = await fetch(`${other.url}/metrics`, { method: "HEAD" });
  const got = await response.text();
  await other.close();
  expect([got, head.status, await head.text()]).toEqual([text, 200, ""]);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(response.headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
});

test("whoever asks side by side, or soon after, shares one answer; a later one is new", async () => {
  let count = 0;
  const asked = Promise.withResolvers<void>();
  const made = Promise.withResolvers<void>();
  const other = await open(
    toMetricsRoute(async () => {
      count += 1;
      const text = `${count}`;
      asked.resolve();
      await made.promise;
      return text;
    }),
  );
  const fetchText = async () => (await fetch(`${other.url}/metrics`)).text();
  const many = Array.from({ length: 20 }, fetchText);
  await asked.promise;
  made.resolve();
  expect(new Set(await Promise.all(many))).toEqual(new Set(["1"]));
  const startedMs = performance.now();
  while ((await fetchText()) === "1") expect(performance.now() - startedMs).toBeLessThan(10_000);
  expect(count).toBe(2);
  expect(performance.now() - startedMs).toBeGreaterThan(500);
  await other.close();
});

test("an answer that failed is not kept", async () => {
  let count = 0;
  const other = await open(
    toMetricsRoute(async () => {
      count += 1;
      if (count === 1) throw new Error("another bug");
      return "fine";
    }),
  );
  const first = await fetch(`${other.url}/metrics`);
  const second = await fetch(`${other.url}/metrics`);
  expect([first.status, second.status, await second.text()]).toEqual([500, 200, "fine"]);
  expect(errors).toEqual([new Error("another bug")]);
  await other.close();
});
