import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Failure } from "../failure/index.ts";
import type { RunReport } from "../sync/index.ts";
import type { Surroundings } from "./surroundings.ts";

const stderrLineCountMax = 20;
/** A run that is told to stop takes five seconds at most. */
const endWithinMs = 7000;

/** The programs a demo starts, all of them ended by `close`. */
export type Children = {
  readonly startSimulator: (arguments_: readonly string[]) => Promise<SimulatedLeap>;
  /** One `sync`; its report. Throws a `Failure` with the last of its log where it did not end well. */
  readonly runSync: (
    leap: SimulatedLeap,
    environment: Environment,
    arguments_: readonly string[],
  ) => Promise<RunReport>;
  readonly close: () => Promise<void>;
};

/** The variables that point the job at it. */
export type SimulatedLeap = Readonly<Record<string, string>>;
type Environment = Readonly<Record<string, string>>;

export function openChildren(surroundings: Surroundings, signal: AbortSignal): Children {
  const running = new Set<ChildProcess>();
  const start = (
    arguments_: readonly string[],
    environment: Environment,
    hasChannel: boolean,
  ): ChildProcess => {
    signal.throwIfAborted();
    const [executable, ...self] = surroundings.self;
    const child = spawn(executable, [...self, ...arguments_], {
      cwd: surroundings.cwd,
      env: { ...withoutOurs(surroundings.environment), ...environment },
      // By its channel the simulator sees that we are gone, even where we were killed.
      stdio: ["ignore", "pipe", "pipe", ...(hasChannel ? ["ipc" as const] : [])],
    });
    running.add(child);
    child.once("exit", () => running.delete(child));
    return child;
  };
  const endAll = (): void => {
    for (const child of running) child.kill("SIGTERM");
  };
  signal.addEventListener("abort", endAll, { once: true });
  return {
    startSimulator: (arguments_) => startSimulator(start(["simulate", ...arguments_], {}, true)),
    runSync: async (leap, environment, arguments_) => {
      const child = start(["sync", ...arguments_], { ...leap, ...environment }, false);
      return readReport(child, signal);
    },
    close: async () => {
      endAll();
      const timer = setTimeout(() => {
        for (const child of running) child.kill("SIGKILL");
      }, endWithinMs);
      await Promise.all([...running].map((child) => once(child, "exit")));
      clearTimeout(timer);
    },
  };
}

/** A demo shall not depend on how the machine is set up, nor touch what it is set up for. */
function withoutOurs(environment: Surroundings["environment"]): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(METER_SYNC|LEAP|VOLUE)_/.test(name)),
  );
}

async function startSimulator(child: ChildProcess): Promise<SimulatedLeap> {
  const log = collectLines(child.stderr);
  const variables: Record<string, string> = {};
  for await (const line of createInterface({ input: child.stdout as Readable })) {
    const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) variables[name] = value.replace(/^'(.*)'$/, "$1");
    if (name === "LEAP_ACCOUNT_ID") return variables;
  }
  throw new Failure("environment", `the simulated Leap did not start: ${log().join(" | ")}`);
}

async function readReport(child: ChildProcess, signal: AbortSignal): Promise<RunReport> {
  const log = collectLines(child.stderr);
  const exited = once(child, "close");
  let text = "";
  for await (const chunk of (child.stdout as Readable).setEncoding("utf8")) text += chunk;
  const [exitCode] = (await exited) as [number | null];
  signal.throwIfAborted();
  if (exitCode !== 0) {
    throw new Failure("environment", `a day's run ended with exit code ${exitCode}: ${log().join(" | ")}`);
  }
  return JSON.parse(text) as RunReport;
}

/** The last lines of a log, for the case that something goes wrong. */
function collectLines(stream: Readable | null): () => readonly string[] {
  const lines: string[] = [];
  if (stream === null) return () => lines;
  createInterface({ input: stream }).on("line", (line) => {
    lines.push(line);
    if (lines.length > stderrLineCountMax) lines.shift();
  });
  return () => lines;
}
