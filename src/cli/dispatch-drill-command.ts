import { type Command, InvalidArgumentError } from "commander";
import { parseInstant } from "../time/index.ts";
import type { Act } from "./invocation.ts";
import { collect, parseDurationOption, parseTradeDateOption, toCountParser } from "./option-values.ts";
import type { DrillOptions, DrillStart } from "./run-drill.ts";

/** The rehearsal of a dispatch, by Leap's own hand. */
export function addDispatchDrillCommand(parent: Command, act: Act): void {
  parent
    .command("drill")
    .description("Trigger Leap's group test notification, built from the snapshot; it moves no assets")
    .option("--group <id>", "A market group to drill; may be given several times", collect)
    .option("--all", "All market groups of the trade date instead")
    .option(
      "--trade-date <day>",
      "Members of this trade date; or today (default), tomorrow",
      parseTradeDateOption,
    )
    .option("--start <time>", "HH:MM in the group's zone (17:00), or an instant", parseStart)
    .option("--duration <duration>", "How long a timeslot is (1h)", parseDurationOption)
    .option("--timeslots <count>", "So many timeslots, one behind the other (1)", toCountParser(1, 1000))
    .option("--energy-kw <kw>", "0.01 to 100000; left out, as much as possible", parseKilowatts)
    .option("--nomination-kw <kw>", "0.01 to 100000; left out, none", parseKilowatts)
    .option("--cap <cap>", "up-to-site-load (default), up-to-nomination or grid-exports-allowed")
    .option("--priority <number>", "1, the highest (default), to 10", toCountParser(0))
    .option("--voluntary", "A voluntary event")
    .option("--cancelled", "A cancelled one")
    .option("--type <type>", "standard (default), day-ahead, hour-ahead, 5m, capacity-test; several", collect)
    .option("--program <program>", "Instead of the group's own programs; may be given several times", collect)
    .option("--slots <file>", "Timeslots from this file (- for stdin) in Leap's own words, as a JSON list")
    .option("--dry-run", "Only show what would be sent")
    .option("--yes", "Send it without asking")
    .addHelpText("after", examples)
    .action(
      act<DrillOptions>(async (invocation, options) => {
        const { runDrill } = await import("./run-drill.ts");
        return runDrill(invocation, options);
      }),
    );
}

/** A time of day in each group's own zone, or an instant. */
function parseStart(text: string): DrillStart {
  if (/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) return { timeOfDay: text };
  const instantMs = parseInstant(text);
  if (instantMs !== undefined) return { instantMs };
  throw new InvalidArgumentError("It takes a time of day such as 17:00, or an instant.");
}

/** Any number: its limits are Leap's, and told with all other problems at once. */
function parseKilowatts(text: string): number {
  if (/^-?\d{1,12}(\.\d{1,12})?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It takes a number, such as 12.5; leave it out for as much as possible.");
}

const examples = `
What is sent comes from the snapshot: the groups, their members on the trade date, the members' partner
references. Leap sends it to the receiver that is set there for group dispatches, marked as an integration
test, and says what the receiver answered. A body that echoes the notification is held against what was sent.
It is never sent twice by itself, and never as a communication test, which moves real assets.

Exit code 0: the receiver took it (2xx), and its echo, if it sent one, is the same. 3: it answered anything
else, or nothing. 7: its echo differs. 2: not sent, as nobody was there to be asked, no receiver is set, or
something is wrong with what was asked for.

Examples:
  meter-sync dispatch drill --group 6f1c2f0a-54d1-4b7c-9d58-7a6e0f3b9c11 --dry-run
  meter-sync dispatch drill --group 6f1c2f0a-54d1-4b7c-9d58-7a6e0f3b9c11 --yes
  meter-sync dispatch drill --all --trade-date tomorrow --start 16:00 --timeslots 4 --energy-kw 12.5
  meter-sync dispatch drill --group 6f1c2f0a-54d1-4b7c-9d58-7a6e0f3b9c11 --slots timeslots.json`;
