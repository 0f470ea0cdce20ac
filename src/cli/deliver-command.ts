import type { Command } from "commander";
import type { Act } from "./invocation.ts";
import { collect, parseWhenOption, toCountParser } from "./option-values.ts";
import type { DeliverOptions } from "./run-deliver.ts";

export function addDeliverCommand(program: Command, act: Act): void {
  program
    .command("deliver")
    .description("Only deliver what is due, and tell what is overdue; reads nothing from Leap")
    .option("--replay", "Send again what was delivered before, as the options below narrow it")
    .option("--from <sequence>", "With --replay: from this sequence on", toCountParser(1))
    .option("--to <sequence>", "With --replay: up to this sequence", toCountParser(1))
    .option("--since <when>", "With --replay: events of this time or later", parseWhenOption)
    .option("--until <when>", "With --replay: events of this time or earlier", parseWhenOption)
    .option("--type <type>", "With --replay: this type; may end in *, and be given several times", collect)
    .option("--group <id>", "With --replay: updates of this market group, and remaps from or to it")
    .option("--sink <name>", "With --replay: to this sink; may be given several times (all)", collect)
    .addHelpText("after", examples)
    .action(
      act<DeliverOptions>(async (invocation, options) => {
        const { runDeliver } = await import("./run-deliver.ts");
        return runDeliver(invocation, options);
      }),
    );
}

const examples = `
A replay takes at least one of --from, --to, --since, --until, --type and --group; all of them hold together.
The events have the ids they had, so a consumer that keeps ids takes none twice. It moves no sink's place and
touches no dead letter. Where it fails, next_sequence says what to go on with. WHEN is an instant, a day (its
start), a duration back from now (24h, 7d), today or yesterday (their start). Days are those of UTC.

Examples:
  METER_SYNC_SINKS=file:/var/spool/meter-sync/events.ndjson meter-sync deliver
  METER_SYNC_SINKS=stdout meter-sync deliver | consumer
  meter-sync deliver --replay --from 1200 --sink ems
  meter-sync deliver --replay --since yesterday --sink ems
  meter-sync deliver --replay --since 2026-11-01T00:00:00Z --type 'meter.group.*' --type sync.published`;
