import type { Command } from "commander";
import { printListing } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { withReader } from "./reading.ts";
import { sinkColumns, sinkTableColumns, toSinkLines, toSinkRows, toSinkTableRows } from "./sink-rows.ts";

export function addSinkCommands(program: Command, act: Act): void {
  program
    .command("sinks")
    .description("Where events go: how far each sink is, what it has still to get, what is wrong with it")
    .addHelpText("after", sinksExamples)
    .action(act(listSinks));
  program
    .command("enable")
    .description("Send again to a sink that its receiver disabled, or that waits after a failure")
    .argument("<sink>", "the sink's name; of a webhook, `webhook:` may be left out")
    .addHelpText("after", enableExamples)
    .action(
      act(async (invocation, _options, parameters) => {
        const { runEnable } = await import("./sink-decision.ts");
        return runEnable(invocation, parameters);
      }),
    );
}

const sinksExamples = `
A sink is ok, new (no run has met it yet), waiting (after a failure), failing (due to be tried again),
disabled (its receiver answered 410 Gone) or not configured any more. Close to METER_SYNC_BACKLOG_MAX
undelivered events it is filling, beyond it full; nothing is dropped.

Examples:
  meter-sync sinks
  meter-sync sinks --format ndjson`;

const enableExamples = `
Examples:
  meter-sync enable webhook:ems && meter-sync deliver
  meter-sync enable ems`;

async function listSinks(invocation: Invocation): Promise<number> {
  const { loadSinkStates } = await import("../reader/index.ts");
  await withReader(invocation, async (reader, config) => {
    const { output, format, clock, realClock } = invocation;
    const realNowMs = realClock.now();
    const rows = toSinkRows(loadSinkStates(reader), config, { nowMs: clock.now(), realNowMs });
    const isTable = format === "table" && rows.length > 0;
    if (isTable && output.asked === undefined) {
      return output.write(toSinkLines(rows, realNowMs, output.width));
    }
    return printListing(output, format, {
      columns: sinkColumns,
      tableColumns: sinkTableColumns,
      rows: isTable ? toSinkTableRows(rows, realNowMs) : rows,
      tableRowCountMax: rows.length,
      empty: "no sinks: nothing is delivered anywhere; METER_SYNC_SINKS says where to",
    });
  });
  return 0;
}
