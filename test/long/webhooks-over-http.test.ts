import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startSimulator } from "../../src/simulator/index.ts";
import { runInProcess } from "../integration/cli-in-process.ts";
import { openDays } from "../support/run-days.ts";

const hourMs = 3_600_000;
const startMs = Date.parse("2026-10-28T06:17:00Z");

/** Keeps what it is sent, a line each with the simulated time, and refuses each webhook once. */
async function openReceiver(path: string, nowMs: () => number) {
  const refused = new Set<string>();
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    request.on("end", () => {
      const body = JSON.parse(text) as { webhook_event_id: string };
      const isFirst = !refused.has(body.webhook_event_id);
      refused.add(body.webhook_event_id);
      if (!isFirst) {
        const received_at = new Date(nowMs()).toISOString();
        appendFileSync(path, `${JSON.stringify({ received_at, headers: request.headers, body })}\n`);
      }
      response.writeHead(isFirst ? 503 : 204).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/leap`;
}

it("what a receiver is sent over HTTP goes as it is kept into webhooks import", async () => {
  const clock = { nowMs: startMs };
  const folder = mkdtempSync(join(tmpdir(), "webhooks-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "captures.ndjson");
  const receiver = await openReceiver(file, () => clock.nowMs);
  const leap = await startSimulator({
    seed: 3,
    meterCount: 40,
    startDate: "2026-10-28",
    nowMs: startMs,
    changeRate: 8,
    webhooks: { receivers: [receiver] },
  });
  const days = openDays(leap);
  onTestFinished(async () => {
    days.close();
    await leap.close();
  });
  await days.run(startMs);
  for (let quarter = 1; quarter <= 4; quarter++) {
    clock.nowMs = startMs + quarter * 6 * hourMs;
    leap.setNow(clock.nowMs);
    await leap.webhooks.settled();
  }
  await days.run(clock.nowMs);
  const words = ["webhooks", "import", "--file", file, "--from", new Date(startMs - 1).toISOString()];
  const later = ["--to", "2026-10-31", "--now", "2026-10-31T12:00:00Z", "--format", "json"];
  const { exitCode, stdout } = await runInProcess([...words, ...later], days.toEnvironment());
  const { total, findings, imported } = JSON.parse(stdout);
  expect(findings).toEqual([]);
  expect(exitCode).toBe(0);
  expect(imported.added).toBe(leap.webhooks.sent.length);
  expect(total.matched).toBeGreaterThan(10);
  expect(total.no_webhook + total.no_change).toBe(0);
});
