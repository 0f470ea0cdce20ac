import type { Command } from "commander";
import type { EventFilter, EventRow } from "../reader/index.ts";
import { describeChange } from "./change-words.ts";
import { printListing, type Row } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { neutraliseJson } from "./neutralise.ts";
import { collect, toCountParser } from "./option-values.ts";
import { tableRowCount, withReader } from "./reading.ts";

type EventsOptions = { readonly after?: number; readonly type?: readonly string[]; readonly limit?: number };

export function addEventsCommand(program: Command, act: Act): void {
  program
    .command("events")
    .description("The change events in order, one a line (ndjson) unless another format is asked for")
    .option("--after <sequence>", "Only those after this sequence", toCountParser(0))
    .option("--type <type>", "Only this type; may be given several times", collect)
    .option("--limit <count>", "At most so many (a table shows 50 unless told)", toCountParser(1))
    .addHelpText("after", examples)
    .action(act(listEvents));
}

const examples = `
Examples:
  meter-sync events --after 120
  meter-sync events --type meter.group.remapped --type meter.created
  meter-sync events --format table --limit 20`;

const columns = ["sequence", "id", "type", "subject", "partitionkey", "time", "run_id", "event"] as const;
const tableColumns = ["sequence", "time", "type", "what"] as const;

async function listEvents(invocation: Invocation, options: EventsOptions): Promise<number> {
  const { loadEvents } = await import("../reader/index.ts");
  const { output } = invocation;
  const format = invocation.formatAsked ?? "ndjson";
  await withReader(invocation, async (reader) => {
    const events = loadEvents(reader, toFilter(options));
    if (format === "ndjson") {
      for (const { event } of events) {
        if (output.isGone()) return;
        // As stored, byte for byte, as every sink gets it.
        await output.write(`${output.isTerminal ? neutraliseJson(event) : event}\n`);
      }
      return;
    }
    await printListing(output, format, {
      columns,
      tableColumns,
      rows: toRows(events, format),
      tableRowCountMax: tableRowCount(options.limit),
      empty: "no change events",
    });
  });
  return 0;
}

function* toRows(events: Iterable<EventRow>, format: string): Generator<Row> {
  for (const row of events) {
    if (format === "csv") yield row;
    else if (format === "json") yield JSON.parse(row.event) as Row;
    else yield { ...row, what: describeChange(JSON.parse(row.event)) };
  }
}

function toFilter({ after, type, limit }: EventsOptions): EventFilter {
  return {
    ...(after === undefined ? {} : { after }),
    ...(type === undefined ? {} : { types: type }),
    ...(limit === undefined ? {} : { limit }),
  };
}
