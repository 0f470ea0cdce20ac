import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { openDatabaseReadOnly } from "../../src/database/index.ts";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { programPath } from "./build-program.ts";

const movedClock = new URL("./moved-clock.ts", import.meta.url).href;

export type LogLine = Readonly<Record<string, unknown>> & { readonly message: string; readonly time: string };

/** The program as a process whose clock is moved. */
export type MovedProcess = {
  readonly child: ChildProcess;
  /** What it, and what it started, has logged so far. */
  readonly lines: readonly LogLine[];
  /** Resolves once the lines are as wanted; rejects where the process ends before. */
  readonly until: (isThere: (lines: readonly LogLine[]) => boolean) => Promise<void>;
  readonly ended: Promise<number | NodeJS.Signals | null>;
};

/** A Leap and a folder at another time, and the program in them. */
export type MovedWorld = {
  readonly leap: RunningSimulator;
  readonly database: string;
  /** Sets the clock of all that runs here, and of Leap. */
  readonly setClock: (instant: string) => void;
  readonly start: (words: readonly string[], environment?: Record<string, string>) => MovedProcess;
  /** When each sweep, or poll, began, as kept in the database. */
  readonly runs: (mode: "sweep" | "poll") => readonly { readonly at: string; readonly status: string }[];
};

export async function openMovedWorld(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  instant: string,
  meterCount = 10,
): Promise<MovedWorld> {
  const folder = mkdtempSync(join(tmpdir(), "moved-"));
  const startDate = new Date(Date.parse(instant) - 24 * 3_600_000).toISOString().slice(0, 10);
  const leap = await startSimulator({ seed: 5, meterCount, startDate, nowMs: Date.parse(instant) });
  const database = join(folder, "run.sqlite");
  const clock = join(folder, "clock");
  const processes: MovedProcess[] = [];
  onTestFinished(async () => {
    for (const { child, ended } of processes) {
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      await ended;
    }
    await leap.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const setClock = (now: string): void => {
    leap.setNow(Date.parse(now));
    // Put into its place: whoever reads it reads all of it.
    writeFileSync(`${clock}.new`, String(Date.parse(now) - Date.now()));
    renameSync(`${clock}.new`, clock);
  };
  setClock(instant);
  const start: MovedWorld["start"] = (words, environment = {}) => {
    const started = follow(
      spawn(process.execPath, ["--import", movedClock, programPath, ...words], {
        cwd: folder,
        stdio: ["ignore", "ignore", "pipe"],
        env: {
          PATH: process.env.PATH,
          MOVED_CLOCK: clock,
          METER_SYNC_DATABASE: database,
          METER_SYNC_LISTEN: "127.0.0.1:0",
          LEAP_BASE_URL: leap.url,
          LEAP_API_KEY: leap.apiKey,
          ...environment,
        },
      }),
    );
    processes.push(started);
    return started;
  };
  return { leap, database, setClock, start, runs: (mode) => readRuns(database, mode) };
}

function follow(child: ChildProcess): MovedProcess {
  const lines: LogLine[] = [];
  let rest = "";
  let changed = Promise.withResolvers<void>();
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) if (part.startsWith("{")) lines.push(JSON.parse(part) as LogLine);
    changed.resolve();
    changed = Promise.withResolvers();
  });
  const ended = once(child, "exit").then(
    ([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null,
  );
  const failed = ended.then((how) => {
    throw new Error(`it has ended (${how}): ${JSON.stringify(lines.slice(-5))}`);
  });
  failed.catch(() => undefined);
  const until: MovedProcess["until"] = async (isThere) => {
    while (!isThere(lines)) await Promise.race([changed.promise, failed]);
  };
  return { child, lines, until, ended };
}

function readRuns(path: string, mode: string) {
  const database = openDatabaseReadOnly(path);
  const rows = database
    .prepare("SELECT started_at_real_ms AS at, status FROM run WHERE mode = ? ORDER BY run_key")
    .all(mode);
  database.close();
  return rows.map(({ at, status }) => ({ at: new Date(Number(at)).toISOString(), status: String(status) }));
}

/** Lines of a schedule about one job, by the beginning of their message. */
export function count(lines: readonly LogLine[], job: string, message: string): number {
  return lines.filter((line) => line.job === job && line.message.startsWith(message)).length;
}

export async function urlOf({ until, lines }: MovedProcess): Promise<string> {
  await until((all) => all.some(({ url }) => typeof url === "string"));
  return String(lines.find(({ url }) => typeof url === "string")?.url);
}

/** The processes that a process has started and that still run. */
export function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.split(" ").filter(Boolean).map(Number);
}

/** A door in front of a Leap that lets so many requests pass, and then nobody. */
export type Door = {
  readonly url: string;
  /** Resolves once somebody waits before it. */
  readonly isShut: Promise<void>;
  asked: number;
  passes: number;
};

export async function openDoor(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  target: string,
  passes: number,
): Promise<Door> {
  const shut = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    door.asked += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (door.asked > door.passes) {
      shut.resolve();
      return;
    }
    const answer = await fetch(`${target}${request.url}`, {
      method: request.method ?? "GET",
      headers: { authorization: request.headers.authorization ?? "", "content-type": "application/json" },
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
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const door: Door = { url, isShut: shut.promise, asked: 0, passes };
  return door;
}
