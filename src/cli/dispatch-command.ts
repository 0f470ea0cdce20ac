import type { Command } from "commander";
import { addDispatchCheckCommand } from "./dispatch-check-command.ts";
import { addDispatchDrillCommand } from "./dispatch-drill-command.ts";
import { addDispatchScoreCommand } from "./dispatch-score-command.ts";
import type { Act } from "./invocation.ts";

/** The proof against the market: what was dispatched, and whether an EMS is ready for it. */
export function addDispatchCommands(program: Command, act: Act): void {
  const dispatch = program
    .command("dispatch")
    .description("Hold dispatches against what was published; drill an EMS with its real groups")
    .addHelpText("after", examples);
  addDispatchCheckCommand(dispatch, act);
  addDispatchScoreCommand(dispatch, act);
  addDispatchDrillCommand(dispatch, act);
}

const examples = `
Examples:
  meter-sync dispatch check --search
  meter-sync dispatch score
  meter-sync dispatch drill --group 6f1c2f0a-54d1-4b7c-9d58-7a6e0f3b9c11`;
