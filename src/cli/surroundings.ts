import type { Readable, Writable } from "node:stream";

/** A stream that may be a terminal. */
export type TerminalStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What the program is started with: the only place the rest of the command line learns of the process. */
export type Surroundings = {
  /** What was typed behind the program's name. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Opened when asked for: most commands read nothing. */
  readonly openStdin: () => Readable & { readonly isTTY?: boolean };
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  /** How to start this very program once more: executable, then arguments. */
  readonly self: readonly [executable: string, ...arguments: string[]];
};

export function toSurroundings(process: NodeJS.Process): Surroundings {
  return {
    arguments: process.argv.slice(2),
    environment: process.env,
    cwd: process.cwd(),
    openStdin: () => process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
  };
}
