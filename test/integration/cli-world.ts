import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { type Ended, runProgram, type Started, startProgram } from "./run-program.ts";

export const first = "2026-10-28T06:17:00Z";
export const second = "2026-10-29T06:17:00Z";
export const third = "2026-10-30T06:17:00Z";

/** A simulated Leap, a folder, and the program run against both. */
export type CliWorld = {
  readonly leap: RunningSimulator;
  readonly folder: string;
  /** The database of the program's runs; it may be moved. */
  database: string;
  /** `sync --now …`, with Leap's clock at that instant. */
  readonly sync: (now: string, ...words: readonly string[]) => Promise<Ended>;
  readonly run: (words: readonly string[], environment?: Record<string, string>) => Promise<Ended>;
  readonly start: (words: readonly string[], environment?: Record<string, string>) => Started;
  readonly close: () => Promise<void>;
};

export async function openCliWorld(meterCount = 60): Promise<CliWorld> {
  const leap = await startSimulator({
    seed: 5,
    meterCount,
    startDate: "2026-10-28",
    nowMs: Date.parse(first),
  });
  const folder = mkdtempSync(join(tmpdir(), "cli-world-"));
  const toEnvironment = (more: Record<string, string> = {}) => ({
    METER_SYNC_DATABASE: world.database,
    LEAP_BASE_URL: leap.url,
    LEAP_API_KEY: leap.apiKey,
    ...more,
  });
  const world: CliWorld = {
    leap,
    folder,
    database: join(folder, "run.sqlite"),
    sync: (now, ...words) => {
      leap.setNow(Date.parse(now));
      return world.run(["sync", "--now", now, ...words]);
    },
    run: (words, environment) => runProgram(words, toEnvironment(environment)),
    start: (words, environment) => startProgram(words, toEnvironment(environment)),
    close: async () => {
      await leap.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** A door in front of a Leap: whoever asks waits until it is opened. */
export type Gate = {
  readonly url: string;
  /** Resolves once someone waits. */
  readonly isKnocked: Promise<void>;
  readonly open: () => void;
  readonly close: () => Promise<void>;
};

export async function openGate(target: string): Promise<Gate> {
  const knocked = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    knocked.resolve();
    await opened.promise;
    // Whoever was killed while it waited wants nothing any more.
    if (request.socket.destroyed) return;
    const { authorization = "" } = request.headers;
    const answer = await fetch(`${target}${request.url}`, {
      method: request.method ?? "GET",
      headers: { authorization, "content-type": "application/json" },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    const date = answer.headers.get("date");
    response.writeHead(answer.status, {
      "content-type": "application/json",
      ...(date === null ? {} : { date }),
    });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isKnocked: knocked.promise,
    open: opened.resolve,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
