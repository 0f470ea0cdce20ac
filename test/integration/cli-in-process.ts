import { Writable } from "node:stream";
import { runCli } from "../../src/cli/run-cli.ts";

export type Shown = { readonly exitCode: number; readonly stdout: string };

/** The whole program in this process, with a standard output of ours: for what it prints, not logs. */
export async function runInProcess(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  terminal: { readonly isTTY?: boolean; readonly columns?: number } = {},
): Promise<Shown> {
  let text = "";
  const stdout = Object.assign(
    new Writable({
      write(chunk, _, written) {
        text += String(chunk);
        written();
      },
    }),
    terminal,
  );
  const stderr = new Writable({ write: (_chunk, _encoding, written) => written() });
  const argv = ["node", "meter-sync", ...words];
  const shape = { argv, env, cwd: () => "/", stdin: null, stdout, stderr, execPath: "node", execArgv: [] };
  const exitCode = await runCli(shape as unknown as NodeJS.Process);
  return { exitCode, stdout: text };
}
