import type { Command } from "commander";
import type { EventFilter, EventRow } from "../reader/index.ts";
import { describeChange } from "./change-words.ts";
import { printListing, type Row } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { assertKept } from "./kept-events.ts";
import { neutraliseJson } from "./neutralise.ts";
import { collect, parseDurationOption, toCountParser } from "./option-values.ts";
import type { Output } from "./output.ts";
import { tableRowCount, withReader } from "./reading.ts";

export type EventsOptions = {
  readonly after?: number;
  readonly type?: readonly string[];
  readonly limit?: number;
  readonly follow?: boolean;
  /** Milliseconds. */
  readonly interval?: number;
};

export function addEventsCommand(program: Command, act: Act): void {
  program
    .command("events")
    .description("The change events in order, one a line (ndjson) unless another format is asked for")
    .option("--after <sequence>", "Only those after this sequence", toCountParser(0))
    .option("--type <type>", "Only this type; may end in *, and be given several times", collect)
    .option("--limit <count>", "At most so many (a table shows 50 unless told)", toCountParser(1))
    .option("--follow", "Then what is published, as it is published, until it is stopped (ndjson only)")
    .option("--interval <duration>", "With --follow: look so often (1s)", parseDurationOption)
    .addHelpText("after", examples)
    .action(act(listEvents));
}

const examples = `
Examples:
  meter-sync events --after 120
  meter-sync events --type meter.group.remapped --type meter.created
  meter-sync events --format table --limit 20
  meter-sync events --follow --after 120 --type 'meter.group.*' | consumer`;

const columns = ["sequence", "id", "type", "subject", "partitionkey", "time", "run_id", "event"] as const;
const tableColumns = ["sequence", "time", "type", "what"] as const;

async function listEvents(invocation: Invocation, options: EventsOptions): Promise<number> {
  if (options.follow === true || options.interval !== undefined) {
    const { followEvents } = await import("./follow-events.ts");
    return followEvents(invocation, options);
  }
  const { loadEvents, loadEventsKept } = await import("../reader/index.ts");
  const { output } = invocation;
  const format = invocation.formatAsked ?? "ndjson";
  await withReader(invocation, async (reader) => {
    await assertKept(invocation, loadEventsKept(reader), options.after);
    const events = loadEvents(reader, toEventFilter(options));
    if (format === "ndjson") {
      for (const { event } of events) {
        if (output.isGone()) return;
        await output.write(toEventLine(output, event));
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

/** As stored, byte for byte, as every sink gets it; on a terminal what could steer it is escaped. */
export function toEventLine({ isTerminal }: Pick<Output, "isTerminal">, event: string): string {
  return `${isTerminal ? neutraliseJson(event) : event}\n`;
}

function* toRows(events: Iterable<EventRow>, format: string): Generator<Row> {
  for (const row of events) {
    if (format === "csv") yield row;
    else if (format === "json") yield JSON.parse(row.event) as Row;
    else yield { ...row, what: describeChange(JSON.parse(row.event)) };
  }
}

export function toEventFilter({ after, type, limit }: EventsOptions): EventFilter {
  return {
    ...(after === undefined ? {} : { after }),
    ...(type === undefined ? {} : { types: type }),
    ...(limit === undefined ? {} : { limit }),
  };
}
