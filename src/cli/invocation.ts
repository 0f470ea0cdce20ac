import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { Config } from "../config/index.ts";
import { Failure } from "../failure/index.ts";
import type { Logger } from "../log/index.ts";
import type { Clock } from "../time/index.ts";
import type { Format } from "./formats.ts";
import { type Output, toOutputOfColumns } from "./output.ts";
import type { Surroundings } from "./surroundings.ts";

/** The options every command takes. */
export type GlobalOptions = {
  readonly format?: Format;
  readonly columns?: readonly string[];
  readonly database?: string;
  /** Epoch milliseconds. */
  readonly now?: number;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
};

/** One command being run: what it was given, and what it may need. */
export type Invocation = {
  readonly surroundings: Surroundings;
  readonly output: Output;
  /** As asked for; else `table` on a terminal and `json` anywhere else. */
  readonly format: Format;
  /** Only as asked for. */
  readonly formatAsked: Format | null;
  /** The path of `--database`. */
  readonly databaseAsked: string | null;
  /** The instant of `--now`; `null` runs by the real clock. */
  readonly nowMs: number | null;
  /** Fixed at `--now` where that is given. */
  readonly clock: Clock;
  readonly realClock: Clock;
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;
  /** Throws a `Failure` with every problem at once. */
  readonly loadConfig: () => Promise<Config>;
  readonly openLogger: () => Promise<Logger>;
};

/** What a command does; the number is the program's exit code. */
export type Action<Options> = (
  invocation: Invocation,
  options: Options,
  parameters: readonly string[],
) => Promise<number>;

/** Makes an action of ours into one of commander's. */
export type Act = <Options>(action: Action<Options>) => (this: Command) => Promise<void>;

export function toInvocation(surroundings: Surroundings, output: Output, options: GlobalOptions): Invocation {
  const realClock = { now: () => Date.now() };
  const nowMs = options.now ?? null;
  return {
    surroundings,
    output: options.columns === undefined ? output : toOutputOfColumns(output, options.columns),
    format: options.format ?? (output.isTerminal ? "table" : "json"),
    formatAsked: options.format ?? null,
    databaseAsked: options.database ?? null,
    nowMs,
    clock: nowMs === null ? realClock : { now: () => nowMs },
    realClock,
    isQuiet: options.quiet === true,
    isVerbose: options.verbose === true,
    loadConfig: () => parseSurroundings(surroundings, options.database),
    openLogger: () => openTerminalLogger(surroundings, options),
  };
}

/** Every problem of the configuration, or the configuration. */
export async function readConfig(surroundings: Surroundings, databasePath: string | undefined) {
  const { parseConfig } = await import("../config/index.ts");
  const { environment, cwd } = surroundings;
  const overridden = databasePath === undefined ? {} : { METER_SYNC_DATABASE: databasePath };
  return parseConfig({
    environment: { ...environment, ...overridden },
    readFile: (path: string) => readFileSync(path, "utf8"),
    cwd,
    isDatabaseAsked: databasePath !== undefined,
  });
}

export async function openTerminalLogger(
  surroundings: Surroundings,
  options: Pick<GlobalOptions, "quiet" | "verbose">,
): Promise<Logger> {
  const { openLogger } = await import("../log/index.ts");
  const level = options.quiet === true ? "warn" : options.verbose === true ? "debug" : "info";
  return openLogger({ level, pretty: surroundings.stderr.isTTY === true });
}

/** A rehearsal may not tell the real Leap's meters at a made-up time. */
export function assertRehearsable(config: Config, nowMs: number | null): void {
  const { hostname } = new URL(config.leap.baseUrl);
  if (nowMs === null || hostname.toLowerCase().replace(/\.$/, "") !== "api.leap.energy") return;
  throw new Failure(
    "usage",
    "--now rehearses and is refused against Leap's production host: leave it out, or change LEAP_BASE_URL",
  );
}

async function parseSurroundings(
  surroundings: Surroundings,
  databasePath: string | undefined,
): Promise<Config> {
  const result = await readConfig(surroundings, databasePath);
  if (result.ok) return result.config;
  const [first = "", ...others] = result.problems;
  const message = others.length === 0 ? first : `the configuration has ${result.problems.length} problems`;
  throw new Failure("usage", message, others.length === 0 ? {} : { fields: { problems: result.problems } });
}
