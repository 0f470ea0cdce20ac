import { expect, onTestFinished, test } from "vitest";
import type { LeapClientOptions } from "../../src/leap/index.ts";
import { openSender, type Request, type Sender } from "../../src/leap/sending.ts";
import { openServer, page, toOptions } from "./leap-account.ts";
import { answerJson, type Step } from "./scripted-server.ts";

const { signal } = new AbortController();

/** A sender whose waits between attempts are written down, and end at once. */
function openWriter(url: string, changes: Partial<LeapClientOptions> = {}) {
  const waits: number[] = [];
  const sender = openSender({ ...toOptions(url), ...changes }, async (waitMs) => {
    waits.push(waitMs);
  });
  onTestFinished(sender.close);
  return { sender, waits };
}

function send(sender: Sender, url: string) {
  const readToken = async () => "issued-token";
  const request: Request = { method: "GET", url, body: null, purpose: "look", readToken };
  return sender.send(request, signal);
}

const date = "Tue, 03 Nov 2026 04:05:06 GMT";

test.each([
  ["429 with seconds", answerJson("busy", 429, { "retry-after": "17" }), 17_000],
  ["503 with seconds", answerJson("busy", 503, { "retry-after": "2" }), 2000],
  [
    "429 with a date, by the server's own clock",
    answerJson("busy", 429, { date, "retry-after": "Tue, 03 Nov 2026 04:05:36 GMT" }),
    30_000,
  ],
  ["429 with a day", answerJson("busy", 429, { "retry-after": "86400" }), 120_000],
  [
    "429 with a date far ahead",
    answerJson("busy", 429, { date, "retry-after": "Wed, 04 Nov 2026 04:05:36 GMT" }),
    120_000,
  ],
  ["429 with words", answerJson("busy", 429, { "retry-after": "soon" }), 0],
] as [string, Step, number][])("Retry-After: %s is waited for, two minutes at most", async (_, step, ms) => {
  const server = await openServer(step, answerJson(page));
  const { sender, waits } = openWriter(server.url);
  expect((await send(sender, server.url)).status).toBe(200);
  expect(waits).toEqual([ms]);
});

test("without Retry-After chance picks within a bound that doubles, after faults too", async () => {
  const cut: Step = (response) => response.destroy();
  const server = await openServer(answerJson("busy", 500), cut, answerJson("busy", 429), answerJson(page));
  const { sender, waits } = openWriter(server.url, { random: () => 0.5 });
  await send(sender, server.url);
  expect(waits).toEqual([250, 500, 1000]);
});

test("while a request waits out a Retry-After it keeps its slot", async () => {
  const server = await openServer(answerJson("busy", 503, { "retry-after": "60" }), answerJson(page));
  const other = await openServer(answerJson(page));
  let end = () => {};
  const begun = Promise.withResolvers<void>();
  const sender = openSender({ ...toOptions(server.url), concurrency: 1 }, () => {
    begun.resolve();
    return new Promise((resolve) => {
      end = resolve;
    });
  });
  onTestFinished(sender.close);
  const first = send(sender, server.url);
  await begun.promise;
  const second = send(sender, other.url);
  // Time enough for a request, had it been sent.
  await send(openWriter(server.url).sender, server.url);
  expect(other.received).toEqual([]);
  end();
  expect((await Promise.all([first, second])).map(({ status }) => status)).toEqual([200, 200]);
});
