/**
 * How fast events reach a webhook on this machine: `node test/support/receiver-benchmark.ts`. The receiver
 * takes everything at once, in this process; `deliver` is the bundle in a process of its own, measured from
 * its start to its end.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../src/database/index.ts";
import { programPath, setup } from "./build-program.ts";
import { tellRun, toSketches } from "./receiver-outbox.ts";
import { secrets } from "./receiver-world.ts";

const eventCount = 10_000;

async function measure(name: string, settings: object): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "webhook-benchmark-"));
  let requestCount = 0;
  let bytes = 0;
  const server = http.createServer((request, response) => {
    requestCount += 1;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const seconds = await deliver(folder, (server.address() as AddressInfo).port, settings);
    const eventsPerSecond = Math.round(eventCount / seconds);
    process.stdout.write(
      `${name}: ${seconds.toFixed(2)} s, ${eventsPerSecond} events/s, ${requestCount} requests, ` +
        `${Math.round(bytes / 1e6)} MB\n`,
    );
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
}

/** Seconds of the whole process. */
async function deliver(folder: string, port: number, settings: object): Promise<number> {
  const databasePath = join(folder, "meter-sync.sqlite");
  const database = openDatabase(databasePath);
  tellRun(database, { events: toSketches(eventCount, 2500), atMs: Date.now() });
  database.close();
  const configPath = join(folder, "config.json");
  const url = `http://127.0.0.1:${port}/`;
  writeFileSync(
    configPath,
    JSON.stringify({ webhooks: { ems: { url, secrets: [secrets[0]], start_at: 1, ...settings } } }),
  );
  const startMs = performance.now();
  const child = spawn(process.execPath, [programPath, "deliver", "--quiet"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      PATH: process.env.PATH,
      METER_SYNC_DATABASE: databasePath,
      METER_SYNC_SINKS: "webhook:ems",
      METER_SYNC_CONFIG: configPath,
      METER_SYNC_ACKNOWLEDGED_BY: "none",
    },
  });
  const [exitCode] = await once(child, "exit");
  if (exitCode !== 0) throw new Error(`deliver ended with ${exitCode}`);
  return (performance.now() - startMs) / 1000;
}

setup();
for (let round = 0; round < 3; round += 1) {
  await measure("batched, 100 a request", {});
  await measure("batched, 500 a request", { batch_events: 500 });
  await measure("structured, one a request", { mode: "structured" });
}
