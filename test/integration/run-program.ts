import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { programPath } from "../support/build-program.ts";

export type Ended = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The messages of the log lines on stderr. */
  readonly messages: readonly string[];
};

export type Started = { readonly child: ChildProcess; readonly ended: Promise<Ended> };

/** Starts the program as its users do. Nothing of this machine's own set-up reaches it. */
export function startProgram(
  arguments_: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  cwd = "/",
): Started {
  const foreign = /^(METER_SYNC|LEAP|VOLUE|NODE_OPTIONS)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const child = spawn(process.execPath, [programPath, ...arguments_], {
    cwd,
    env: { ...Object.fromEntries(own), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, ended: collect(child) };
}

export async function runProgram(
  arguments_: readonly string[],
  environment?: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<Ended> {
  return startProgram(arguments_, environment, cwd).ended;
}

async function collect(child: ChildProcess): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [exitCode] = (await once(child, "close")) as [number | null];
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
  const messages = lines.map((line) => String((JSON.parse(line) as { message?: unknown }).message));
  return { exitCode, stdout, stderr, messages };
}
