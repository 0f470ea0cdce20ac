import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { failureOf, key, limits, meter, openClient, openServer, readPage } from "./leap-account.ts";
import { answerJson, answerText, type Step } from "./scripted-server.ts";

const gzip = { "content-type": "application/json", "content-encoding": "gzip" };

test.each([401, 403])("%i is refused at once and speaks of the key and the environment", async (status) => {
  const server = await openServer(answerJson({ title: key, status }, status));
  const failure = await failureOf(readPage(openClient(server.url)));
  expect(failure.kind).toBe("refused");
  expect(failure.message).toMatch(
    new RegExp(
      `refused the key \\(${status}\\).*key is wrong.*other environment.*LEAP_API_KEY and LEAP_BASE_URL`,
    ),
  );
  expect(server.received).toHaveLength(1);
});

test("404 on a search is refused: wrong host or account", async () => {
  const server = await openServer(answerText("not here", 404));
  const failure = await failureOf(readPage(openClient(server.url)));
  expect(failure).toMatchObject({ kind: "refused", name: "LeapRefused" });
  expect(failure.message).toMatch(/host or account/);
});

test("400 is a broken contract with Leap's own title, bounded and without our key", async () => {
  const title = `page_size\u001b[31m too large for Bearer ${key} ${"x".repeat(5000)}`;
  const server = await openServer(answerJson({ title, status: 400, details: { meter } }, 400));
  const failure = await failureOf(readPage(openClient(server.url)));
  expect(failure.kind).toBe("contract");
  expect(failure.message).toMatch(/answered 400: "page_size \[31m too large/);
  expect(failure.message.length).toBeLessThan(500);
  expect(server.received).toHaveLength(1);
});

test.each([
  ["plain", answerText(" ".repeat(50_000), 200)],
  ["unpacked", answerText(gzipSync(" ".repeat(50_000)), 200, gzip)],
] as [string, Step][])(
  "an answer that is too large, %s, is a broken contract and not asked for again (I8)",
  async (_, step) => {
    const server = await openServer(step);
    const failure = await failureOf(readPage(openClient(server.url, limits({ responseBytesMax: 20_000 }))));
    expect(failure.kind).toBe("contract");
    expect(failure.message).toMatch(/larger than 20000 bytes/);
    expect(server.received).toHaveLength(1);
  },
);

test("an archive that unpacks to far too much is read no further than the limit (I8)", async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  const server = await openServer(answerText(bomb, 200, gzip));
  const client = openClient(server.url, limits({ responseBytesMax: 200_000 }));
  const failure = await failureOf(readPage(client));
  expect(bomb.byteLength).toBeLessThan(200_000);
  expect(failure.message).toMatch(/larger than 200000 bytes\. Lower METER_SYNC_PAGE_SIZE/);
  expect(client.traffic()).toMatchObject({ requestCount: 1 });
  expect(client.traffic().byteCount).toBeLessThan(500_000);
});

test("a redirect is refused, naming its host without the query", async () => {
  const server = await openServer(answerText("", 302, { location: "https://elsewhere.example/in?secret=1" }));
  const failure = await failureOf(readPage(openClient(server.url)));
  expect(failure.kind).toBe("contract");
  expect(failure.message).toContain("elsewhere.example.");
  expect(failure.message).toMatch(/Redirects are not followed.*Check LEAP_BASE_URL/);
  expect(failure.message).not.toContain("secret");
  expect(server.received).toHaveLength(1);
});

test.each([
  [
    "HTML",
    answerText("<html>sign in</html>", 200, { "content-type": "text/html" }),
    /HTML, not JSON.*LEAP_BASE_URL/,
  ],
  ["nothing", answerText("", 200), /nothing, not JSON/],
  ["half a JSON", answerText('{"meters":[{"partner_reference":"PRIVATE-CUSTOMER"', 200), /cannot be parsed/],
  ["no array", answerJson({ results: [meter] }), /no array "meters"/],
  ["a bare array", answerJson([meter]), /no array "meters"/],
  ["null", answerJson(null), /no array "meters"/],
  ["a token that is no text", answerJson({ meters: [], next_page_token: 7 }), /next_page_token/],
] as [string, Step, RegExp][])("a 200 with %s is a broken contract", async (_, step, message) => {
  const server = await openServer(step);
  const failure = await failureOf(readPage(openClient(server.url)));
  expect(failure).toMatchObject({ kind: "contract", name: "LeapContractBroken" });
  expect(failure.message).toMatch(message);
});
