import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** What Node makes of the example's sources, kept: each start is half as long. */
const compileCache = new URL("../../node_modules/.cache/ems-consumer", import.meta.url).pathname;
const mainPath = new URL("../../examples/ems-consumer/main.ts", import.meta.url).pathname;

/** The example as a process of its own; it knows nothing of us but what its environment says. */
export type RunningConsumer = {
  readonly url: string;
  /** What it said on stderr so far. */
  readonly said: () => string;
  readonly kill: (signal: "SIGKILL" | "SIGTERM") => Promise<number | null>;
};

export type ConsumerSettings = Readonly<Record<string, string>>;

/** A digest as the example prints it, one word a group and trade date. */
export type DigestLine = {
  readonly trade_date: string;
  readonly market_group_id: string;
  readonly member_count: number;
  readonly members_sha256: string;
};

export async function startConsumer(settings: ConsumerSettings): Promise<RunningConsumer> {
  const child = spawnConsumer([], { EMS_LISTEN: "127.0.0.1:0", ...settings });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = once(child, "close") as Promise<[number | null]>;
  const lines = createInterface({ input: child.stdout! });
  const line = await Promise.race([once(lines, "line"), ended.then(() => null)]);
  if (line === null) throw new Error(`the consumer did not start: ${said}`);
  const { url } = JSON.parse(String(line[0])) as { readonly url: string };
  return {
    url,
    said: () => said,
    kill: async (signal) => {
      child.kill(signal);
      return (await ended)[0];
    },
  };
}

/** One of its commands that print JSON lines. Throws what it said where it failed. */
export async function askConsumer<T>(settings: ConsumerSettings, ...words: readonly string[]): Promise<T[]> {
  const child = spawnConsumer(words, settings);
  const [stdout, stderr] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    once(child, "close"),
  ]);
  if (child.exitCode !== 0) throw new Error(stderr);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

function spawnConsumer(words: readonly string[], settings: ConsumerSettings): ChildProcess {
  return spawn(process.execPath, [mainPath, ...words], {
    cwd: "/",
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: compileCache, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function collect(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = "";
  stream?.setEncoding("utf8");
  for await (const chunk of stream ?? []) text += chunk;
  return text;
}
