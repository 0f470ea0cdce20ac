import { type Command, Option } from "commander";
import type { Act } from "./invocation.ts";
import { toCountParser } from "./option-values.ts";
import type { AckOptions } from "./run-ack.ts";

/** What consumers say of the remaps they were told. */
export function addAckCommand(program: Command, act: Act): void {
  program
    .command("ack")
    .description("Take reports on remaps, applied or rejected: from arguments, a file or stdin")
    .argument("[event-id...]", "ids of meter.group.remapped events; none: reports from stdin")
    .addOption(new Option("--applied", "Your system has applied them").conflicts("rejected"))
    .option("--rejected", "Your system could not apply them")
    .option("--reason <text>", "With --rejected: why")
    .option("--file <path>", "Reports from this file: JSON, a list, or one a line")
    .option("--through <sequence>", "With --applied: all remaps told up to this sequence", toCountParser(1))
    .option("--list", "Instead, list remaps with what became of them")
    .addOption(new Option("--state <state>", "With --list: only these").choices(states))
    .option("--limit <count>", "With --list: at most so many (a table shows 50)", toCountParser(1))
    .addHelpText("after", examples)
    .action(
      act<AckOptions>(async (invocation, options, eventIds) => {
        const { runAck } = await import("./run-ack.ts");
        return runAck(invocation, options, eventIds);
      }),
    );
}

const states = ["overdue", "told", "delivered", "applied", "rejected", "superseded"] as const;

const examples = `
A report says { "eventId": "…", "payloads": [ { "payloadType": "GroupRemapApplied" } ] }, or
GroupRemapRejected with a "reason". Repeats do no harm, and the latest counts. Reports that cannot be read are
all refused (exit code 2); ids of no remap are told, and the others kept (exit code 7). Works beside a running
sync.

Examples:
  meter-sync ack 3f0a… --applied
  meter-sync ack 3f0a… --rejected --reason "no such charger"
  meter-sync ack --through 4711 --applied
  consumer --report | meter-sync ack
  meter-sync ack --list --state overdue`;
