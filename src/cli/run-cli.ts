import { Failure } from "../failure/index.ts";
import { tellFailure } from "./ending.ts";
import { type Act, type Action, type GlobalOptions, toInvocation } from "./invocation.ts";
import { openOutput } from "./output.ts";
import { buildProgram } from "./program.ts";
import { toSurroundings } from "./surroundings.ts";

/** Runs one command line to its end and gives the exit code. */
export async function runCli(process: NodeJS.Process): Promise<number> {
  const surroundings = toSurroundings(process);
  const output = openOutput(surroundings.stdout);
  // Whoever reads our log may leave; that is no reason to stop working.
  surroundings.stderr.on("error", () => undefined);
  let exitCode = 0;
  const act: Act = <Options>(action: Action<Options>) =>
    async function (this) {
      const invocation = toInvocation(surroundings, output, this.optsWithGlobals<GlobalOptions>());
      const parameters = this.processedArgs.flat().map(String);
      exitCode = await action(invocation, this.opts() as Options, parameters);
    };
  try {
    await buildProgram(act, output).parseAsync(surroundings.arguments, { from: "user" });
    await output.flush();
    return exitCode;
  } catch (error) {
    const translated = await toTold(error);
    // What was printed before the failure stands.
    await output.flush().catch(() => undefined);
    return tellFailure(surroundings, translated);
  }
}

/** What the disk or SQLite threw past every room is still no bug. */
async function toTold(error: unknown): Promise<unknown> {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (error instanceof Failure || code === undefined || code.startsWith("commander.")) return error;
  const { toDatabaseFailure } = await import("../database/index.ts");
  return toDatabaseFailure(error, "cannot finish");
}
