import { type Command, Option } from "commander";
import type { Act } from "./invocation.ts";
import { toCountParser } from "./option-values.ts";
import type { VolueListOptions, VolueSettleOptions } from "./volue-list-run.ts";

/** What is kept of reports to Volue. */
export function addVolueListCommands(parent: Command, act: Act): void {
  parent
    .command("list")
    .description("Reports to Volue that were sent, or may have been, the latest first")
    .addOption(new Option("--state <state>", "Only these").choices(states))
    .option("--id <id>", "One of them with its body and its problem; the beginning of its id will do")
    .option("--limit <count>", "At most so many (a table shows 50)", toCountParser(1))
    .addHelpText("after", listExamples)
    .action(
      act<VolueListOptions>(async (invocation, options) => {
        const { runVolueList } = await import("./volue-list-run.ts");
        return runVolueList(invocation, options);
      }),
    );
  parent
    .command("settle")
    .description("Say what became of an uncertain report, after asking Volue")
    .argument("<id>", "the report's id, or its beginning")
    .addOption(new Option("--reported", "Volue has it").conflicts("unsent"))
    .option("--unsent", "Volue does not have it: the next run may send it again")
    .addHelpText("after", settleExamples)
    .action(
      act<VolueSettleOptions>(async (invocation, options, parameters) => {
        const { runVolueSettle } = await import("./volue-list-run.ts");
        return runVolueSettle(invocation, options, parameters);
      }),
    );
}

const states = ["reported", "refused", "unsent", "uncertain", "sending"] as const;

const listExamples = `
reported: Volue has it. refused: Volue said no. unsent: certainly not taken, and sent by another run that is
given it. uncertain: nobody here knows. sending: just now, or left by a process that was killed.

Examples:
  meter-sync volue list --state uncertain
  meter-sync volue list --id 3f0a9c --format json`;

const settleExamples = `
Examples:
  meter-sync volue settle 3f0a9c --reported
  meter-sync volue settle 3f0a9c --unsent && meter-sync volue report --file usage.ndjson`;
