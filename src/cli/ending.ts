import { CommanderError } from "commander";
import { Failure, toExitCode } from "../failure/index.ts";
import { openTerminalLogger } from "./invocation.ts";
import { neutralise } from "./neutralise.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Tells a failure on stderr, in one line (a line each where the configuration has several problems; one JSON
 * line where nobody sits at a terminal), and gives the exit code.
 */
export async function tellFailure(surroundings: Surroundings, error: unknown): Promise<number> {
  if (error instanceof CommanderError) return tellCommander(surroundings, error);
  if (error instanceof Failure) {
    const { problems, ...fields } = error.fields;
    const lines = Array.isArray(problems) ? (problems as readonly string[]) : [];
    await tell(surroundings, error.message, lines, { kind: error.kind, ...fields });
    return toExitCode(error);
  }
  const isVerbose = surroundings.arguments.includes("--verbose");
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const hint = isVerbose
    ? "report it, with the stack"
    : "report it, with what the same command says under --verbose";
  await tell(surroundings, `this is a bug in meter-sync: ${words}; ${hint}`, [], isVerbose ? { error } : {});
  return toExitCode(error);
}

/** One line that is no failure of the program: something the person should know. */
export async function tell(
  surroundings: Surroundings,
  message: string,
  lines: readonly string[] = [],
  fields: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  if (surroundings.stderr.isTTY !== true) {
    const logger = await openTerminalLogger(surroundings, {});
    logger.error(
      { ...fields, ...(lines.length === 0 ? {} : { problems: lines }) },
      [message, ...lines].join("; "),
    );
    return;
  }
  const shown = [message, ...lines].map((line) => `meter-sync: ${neutralise(line)}\n`).join("");
  const stack = fields.error instanceof Error ? `${fields.error.stack ?? ""}\n` : "";
  surroundings.stderr.write(shown + stack);
}

async function tellCommander(surroundings: Surroundings, error: CommanderError): Promise<number> {
  if (error.exitCode === 0) return 0;
  if (error.code === "commander.help") {
    await tell(surroundings, "which command? `meter-sync help` lists them");
    return 2;
  }
  const message = error.message
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .replace(/\.$/, "");
  const where = surroundings.arguments.find((word) => /^[a-z]/.test(word));
  const help = where === undefined || error.code === "commander.unknownCommand" ? "help" : `help ${where}`;
  await tell(surroundings, `${message}; \`meter-sync ${help}\` says what there is`, [], { kind: "usage" });
  return 2;
}
