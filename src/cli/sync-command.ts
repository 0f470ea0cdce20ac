import { type Command, InvalidArgumentError } from "commander";
import type { RunMode } from "../sync/index.ts";
import type { Act } from "./invocation.ts";
import type { SyncCommandOptions } from "./run-sync-command.ts";

export function addSyncCommand(program: Command, act: Act): void {
  program
    .command("sync")
    .description("One run: reads the portfolio from Leap, works out what changed, publishes and delivers it")
    .option(
      "--mode <mode>",
      "sweep (the whole portfolio) or poll (what was modified since)",
      parseMode,
      "sweep",
    )
    .option("--dry-run", "Plan and print; publish nothing, deliver nothing, leave no file behind")
    .option("--baseline-events", "Tell every meter and group of the first publication as new")
    .addHelpText("after", examples)
    .action(
      act<SyncCommandOptions>(async (invocation, options) => {
        const { runSyncCommand } = await import("./run-sync-command.ts");
        return runSyncCommand(invocation, options);
      }),
    );
}

const examples = `
Prints the run report; without a sink also the first 20 changes. --dry-run prints what would change, group by
group, and why it would be held back. With the stdout sink, stdout carries change events only, and the report
is a log line. A plan that looks like losing meters is held back (exit code 6): \`meter-sync run held\` shows
it, \`release\` or \`discard\` decides on it.

Examples:
  meter-sync sync
  meter-sync sync --mode poll
  meter-sync sync --dry-run --format table
  METER_SYNC_SINKS=stdout meter-sync sync | consumer
  LEAP_BASE_URL=http://127.0.0.1:8080 meter-sync sync --now 2026-11-01T06:17:00Z`;

function parseMode(mode: string): RunMode {
  if (mode === "sweep" || mode === "poll") return mode;
  throw new InvalidArgumentError("It takes sweep or poll.");
}
