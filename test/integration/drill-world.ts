import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { runCli } from "../../src/cli/run-cli.ts";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { openScriptedServer, type Received, type Step } from "./scripted-server.ts";
import { fillSmallDatabase, publishedAtMs } from "./small-database.ts";

/** What a person, or a script, gets to see of one command. */
export type Seen = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

export type DrillWorld = {
  readonly leap: RunningSimulator;
  readonly database: string;
  /** From here on the EMS answers with this step, and is sent what follows. */
  readonly answers: (step: Step) => void;
  /** What the EMS was sent since then. */
  readonly received: () => readonly Received[];
  /** `dispatch drill` of a rehearsed day with nobody there, in this process. */
  readonly drill: (...words: readonly string[]) => Promise<Seen>;
  /** The same at a terminal, at which this is typed. */
  readonly drillTyping: (typed: string, ...words: readonly string[]) => Promise<Seen>;
  /** The same at a terminal at which Ctrl-C is pressed as soon as something is shown. */
  readonly drillStopped: (...words: readonly string[]) => Promise<Seen>;
  /** The same against another Leap. */
  readonly drillAt: (leapUrl: string, ...words: readonly string[]) => Promise<Seen>;
  readonly close: () => Promise<void>;
};

export const now = "2026-10-28T16:00:00Z";

/** A small snapshot, a simulated Leap, and a receiver that is set there. */
export async function openDrillWorld(alter: (path: string) => void = () => {}): Promise<DrillWorld> {
  const folder = mkdtempSync(join(tmpdir(), "drill-world-"));
  const database = join(folder, "small.sqlite");
  fillSmallDatabase(database);
  alter(database);
  const leap = await startSimulator({
    seed: 5,
    meterCount: 10,
    startDate: "2026-10-28",
    nowMs: publishedAtMs,
    dispatchTestTimeoutMs: 1000,
  });
  let current: Step = echo();
  let before = 0;
  const receiver = await openScriptedServer((response, received) => current(response, received));
  await setReceiver(leap, receiver.url);
  const type = (typed: string | null, words: readonly string[], url = leap.url, onShown = () => {}) =>
    runTyping(
      ["dispatch", "drill", "--now", now, ...words],
      { METER_SYNC_DATABASE: database, LEAP_BASE_URL: url, LEAP_API_KEY: leap.apiKey },
      typed,
      onShown,
    );
  return {
    leap,
    database,
    answers: (step) => {
      current = step;
      before = receiver.received.length;
    },
    received: () => receiver.received.slice(before),
    drill: (...words) => type(null, words),
    drillTyping: (typed, ...words) => type(typed, words),
    drillStopped: (...words) => type("", words, leap.url, () => process.emit("SIGINT")),
    drillAt: (url, ...words) => type(null, words, url),
    close: async () => {
      await receiver.close();
      await leap.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function setReceiver(leap: RunningSimulator, url: string): Promise<void> {
  const headers = [{ name: "X-Ems-Key", value: "ems-secret" }];
  const answer = await fetch(`${leap.url}/v2/dispatch/group/webhook`, {
    method: "PUT",
    headers: { authorization: `Bearer ${leap.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ url, headers }),
  });
  if (answer.status !== 200) throw new Error(`the receiver could not be set: ${answer.status}`);
}

/** Sends back what came, changed or not. */
export function echo(change: (body: string) => string = (body) => body): Step {
  return (response, { body }) => {
    response.writeHead(200, { "content-type": "application/json", "set-cookie": "session=ems-secret" });
    response.end(change(JSON.stringify(body)));
  };
}

async function runTyping(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  typed: string | null,
  onShown: () => void,
): Promise<Seen> {
  const stdout = collect(typed !== null, onShown);
  const stderr = collect(true);
  const stdin = Object.assign(new PassThrough(), { isTTY: typed !== null });
  if (typed !== null) stdin.end(typed);
  const argv = ["node", "meter-sync", ...words];
  const streams = { stdin, stdout: stdout.stream, stderr: stderr.stream };
  const shape = { argv, env, cwd: () => "/", ...streams, execPath: "node", execArgv: [] };
  const exitCode = await runCli(shape as unknown as NodeJS.Process);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function collect(isTTY: boolean, onShown = () => {}) {
  let text = "";
  const stream = new Writable({
    write(chunk, _, written) {
      text += String(chunk);
      onShown();
      written();
    },
  });
  return { stream: Object.assign(stream, { isTTY }), text: () => text };
}
