import { Command, Option } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { addAckCommand } from "./ack-command.ts";
import { addActionsCommand } from "./actions-command.ts";
import { addDeadLetterCommands } from "./dead-letters-command.ts";
import { addDecideCommands } from "./decide-commands.ts";
import { addDeliverCommand } from "./deliver-command.ts";
import { addDemoCommand } from "./demo-command.ts";
import { addDispatchCommands } from "./dispatch-command.ts";
import { addDoctorCommand } from "./doctor-command.ts";
import { addEventsCommand } from "./events-command.ts";
import { addForgetCommand } from "./forget-command.ts";
import { formats } from "./formats.ts";
import { addGroupCommands } from "./groups-command.ts";
import type { Act } from "./invocation.ts";
import { addMeterCommand } from "./meter-command.ts";
import { addMetersCommand } from "./meters-command.ts";
import { assertColumnsTaken, parseColumnsOption, parseInstantOption } from "./option-values.ts";
import type { Output } from "./output.ts";
import { addReportCommand } from "./report-command.ts";
import { addRunCommands } from "./runs-command.ts";
import { addScheduleCommand } from "./schedule-command.ts";
import { addSimulateCommand } from "./simulate-command.ts";
import { addSinkCommands } from "./sinks-command.ts";
import { addSnapshotCommands } from "./snapshot-command.ts";
import { addStatusCommand } from "./status-command.ts";
import { addSyncCommand } from "./sync-command.ts";
import { addVolueCommands } from "./volue-command.ts";
import { addWebhooksCommands } from "./webhooks-command.ts";

/**
 * Every command with its options. What a command needs beyond that is loaded once it runs: help comes
 * quickly.
 */
export function buildProgram(act: Act, output: Pick<Output, "write">): Command {
  const program = new Command("meter-sync");
  program
    .description(
      "Keeps dispatch groups true to Leap's market groups: reads the portfolio, tells what changed.",
    )
    .version(packageJson.version, "--version", "Print the version")
    .helpOption("-h, --help", "Print help")
    .helpCommand("help [command]", "Print help, on one command where it is named")
    .addOption(
      new Option("--format <format>", "table (on a terminal), json (elsewhere), ndjson or csv").choices(
        formats,
      ),
    )
    .option("--columns <names>", "Of a listing only these columns, in this order", parseColumnsOption)
    .option("--database <path>", "The SQLite file; before METER_SYNC_DATABASE")
    .option(
      "--now <instant>",
      "Rehearse as if it were this instant; refused against production",
      parseInstantOption,
    )
    .addOption(new Option("--quiet", "Only warnings and errors on stderr").conflicts("verbose"))
    .option("--verbose", "Everything on stderr")
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({ writeOut: (text) => void output.write(text), writeErr: () => undefined })
    .exitOverride()
    .hook("preAction", (_, command) => assertColumnsTaken(command.name(), command.optsWithGlobals()))
    .addHelpText("after", examples);
  addSyncCommand(program, act);
  addDeliverCommand(program, act);
  addScheduleCommand(program, act);
  addSinkCommands(program, act);
  addForgetCommand(program, act);
  addDeadLetterCommands(program, act);
  addStatusCommand(program, act);
  addMetersCommand(program, act);
  addMeterCommand(program, act);
  addActionsCommand(program, act);
  addGroupCommands(program, act);
  addEventsCommand(program, act);
  addRunCommands(program, act);
  addReportCommand(program, act);
  addDecideCommands(program, act);
  addAckCommand(program, act);
  addDispatchCommands(program, act);
  addWebhooksCommands(program, act);
  addVolueCommands(program, act);
  addSnapshotCommands(program, act);
  addSimulateCommand(program, act);
  addDoctorCommand(program, act);
  addDemoCommand(program, act);
  return program;
}

const examples = `
Examples:
  meter-sync demo                  several days on a simulated Leap, with a summary
  meter-sync doctor                is everything set up?
  meter-sync sync                  one run: read, compare, publish, deliver
  meter-sync status                how things stand
  meter-sync help sync             more on one command

Exit codes:
  0 done                                          4 an answer from Leap that cannot be accepted
  1 a bug                                         5 another run holds the lock
  2 usage, configuration, or a key refused        6 held back for a person to look at
  3 the environment: the next run may well pass   7 published; a person has to look at something`;
