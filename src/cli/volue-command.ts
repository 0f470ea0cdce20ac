import type { Command } from "commander";
import type { Act } from "./invocation.ts";
import { addVolueListCommands } from "./volue-list-command.ts";
import { addVolueReportCommand } from "./volue-report-command.ts";

export function addVolueCommands(program: Command, act: Act): void {
  const group = program
    .command("volue")
    .description("Reports to Volue's Energy Coordination API, none of them twice")
    .addHelpText("after", examples);
  addVolueReportCommand(group, act);
  addVolueListCommands(group, act);
}

const examples = `
Examples:
  meter-sync volue report --file usage.csv --dry-run
  meter-sync volue report --file usage.csv
  meter-sync volue list --state uncertain`;
