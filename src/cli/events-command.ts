import type { Command } from "commander";
import type { EventFilter, EventRow } from "../reader/index.ts";
import { describeChange, nameSubject } from "./change-words.ts";
import { type Format, printListing, type Row } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { assertKept, warnOfGoneBefore } from "./kept-events.ts";
import { neutraliseJson } from "./neutralise.ts";
import { collect, parseDurationOption, parseWhenOption, toCountParser } from "./option-values.ts";
import type { Output } from "./output.ts";
import { tableRowCount, withReader } from "./reading.ts";
import { toInstantMs, type When } from "./when.ts";

export type EventsOptions = {
  readonly after?: number;
  readonly since?: When;
  readonly until?: When;
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
    .option(
      "--since <when>",
      "Only those told then or later; with --follow, begin with the first",
      parseWhenOption,
    )
    .option("--until <when>", "Only those told then or earlier", parseWhenOption)
    .option("--type <type>", "Only this type; may end in *, and be given several times", collect)
    .option("--limit <count>", "At most so many (a table shows 50 unless told)", toCountParser(1))
    .option("--follow", "Then what is published, as it is published, until it is stopped (ndjson only)")
    .option("--interval <duration>", "With --follow: look so often (1s)", parseDurationOption)
    .addHelpText("after", examples)
    .action(act(listEvents));
}

const examples = `
WHEN is an instant (2026-11-21T06:17:00Z), a day (2026-11-21: its start), a duration back from now (24h, 7d),
today or yesterday (their start). Days are those of UTC.

Examples:
  meter-sync events --since yesterday --format table
  meter-sync events --since 24h --columns time,about,what
  meter-sync events --after 120 --type meter.group.remapped --type meter.created
  meter-sync events --follow --after 120 --type 'meter.group.*' | consumer`;

const columns = ["sequence", "id", "type", "subject", "partitionkey", "time", "run_id", "event"] as const;
/** In words for people: who it is about, and what happened, which says what type it is. */
const words = ["about", "what"] as const;
const tableColumns = ["sequence", "time", ...words] as const;

async function listEvents(invocation: Invocation, options: EventsOptions): Promise<number> {
  if (options.follow === true || options.interval !== undefined) {
    const { followEvents } = await import("./follow-events.ts");
    return followEvents(invocation, options);
  }
  const { loadEvents, loadEventsKept } = await import("../reader/index.ts");
  const { output } = invocation;
  const format = invocation.formatAsked ?? "ndjson";
  const filter = { ...toEventFilter(options), ...toTimeFilter(options, invocation.clock.now()) };
  await withReader(invocation, async (reader) => {
    const kept = loadEventsKept(reader);
    await assertKept(invocation, kept, options.after);
    if (options.after === undefined) await warnOfGoneBefore(invocation, kept, filter.sinceMs);
    await printEvents(output, format, loadEvents(reader, filter), options.limit);
  });
  return 0;
}

/** Events whole, a line each, or in the format and of the columns that were asked for. */
export async function printEvents(
  output: Output,
  format: Format,
  events: Iterable<EventRow>,
  limit?: number,
): Promise<void> {
  const areColumnsAsked = output.asked !== undefined;
  if (format !== "ndjson" || areColumnsAsked) {
    return printListing(output, format, {
      columns: areColumnsAsked ? [...columns, ...words] : columns,
      tableColumns,
      rows: areColumnsAsked ? toColumnRows(events, format) : toRows(events, format),
      tableRowCountMax: tableRowCount(limit),
      empty: "no change events",
    });
  }
  for (const { event } of events) {
    if (output.isGone()) return;
    await output.write(toEventLine(output, event));
  }
}

/** As stored, byte for byte, as every sink gets it; on a terminal what could steer it is escaped. */
function toEventLine({ isTerminal }: Pick<Output, "isTerminal">, event: string): string {
  return `${isTerminal ? neutraliseJson(event) : event}\n`;
}

function* toRows(events: Iterable<EventRow>, format: Format): Generator<Row> {
  for (const row of events) {
    if (format === "csv") yield row;
    else if (format === "json") yield JSON.parse(row.event) as Row;
    else yield { ...row, ...toWords(JSON.parse(row.event)) };
  }
}

/** Every column there is, of which some are chosen: the event is an object where the format has such. */
function* toColumnRows(events: Iterable<EventRow>, format: Format): Generator<Row> {
  const isText = format === "csv" || format === "table";
  for (const row of events) {
    const event = JSON.parse(row.event) as unknown;
    yield { ...row, event: isText ? row.event : event, ...toWords(event) };
  }
}

function toWords(event: unknown): Readonly<Record<(typeof words)[number], string>> {
  return { about: nameSubject(event), what: describeChange(event) };
}

export function toEventFilter({ after, type, limit }: EventsOptions): EventFilter {
  return {
    ...(after === undefined ? {} : { after }),
    ...(type === undefined ? {} : { types: type }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function toTimeFilter(
  { since, until }: EventsOptions,
  nowMs: number,
): Pick<EventFilter, "sinceMs" | "untilMs"> {
  return {
    ...(since === undefined ? {} : { sinceMs: toInstantMs(since, nowMs) }),
    ...(until === undefined ? {} : { untilMs: toInstantMs(until, nowMs) }),
  };
}
