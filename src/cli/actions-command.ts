import { type Command, Option } from "commander";
import type { ActionFilter } from "../reader/index.ts";
import { printListing } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { parseDurationOption, toCountParser } from "./option-values.ts";
import { tableRowCount, withReader } from "./reading.ts";
import { toInstantMs } from "./when.ts";

type ActionsOptions = {
  readonly partnerReference?: string;
  readonly meter?: string;
  readonly party: "partner" | "leap" | "all";
  readonly code?: string;
  /** Milliseconds. */
  readonly dueWithin?: number;
  readonly limit?: number;
};

export function addActionsCommand(program: Command, act: Act): void {
  program
    .command("actions")
    .description("What has to be done so that meters are enrolled, the next deadline first")
    .option("--partner-reference <reference>", "Only for meters with this partner reference")
    .option("--meter <id>", "Only for this meter")
    .addOption(
      new Option("--party <party>", "Whose turn it is: partner is you and your customers, leap is Leap")
        .choices(["partner", "leap", "all"])
        .default("partner"),
    )
    .option("--code <code>", "Only this code, as Leap spells it")
    .option("--due-within <duration>", "Only what has a deadline until then, or had one", parseDurationOption)
    .option("--limit <count>", "At most so many (a table shows 50 unless told)", toCountParser(1))
    .addHelpText("after", examples)
    .action(act(listActions));
}

const examples = `
Nothing is asked for archived meters. Leap's older API does not say whose turn it is: its actions count as the
partner's, with an empty party.

Examples:
  meter-sync actions --partner-reference SITE-00042
  meter-sync actions --due-within 14d --format csv > to-do.csv
  meter-sync actions --party all --meter 0b7e4c1e-8a55-4c39-9a37-0f6f6b1c2d3e`;

const columns = [
  "meter_id",
  "partner_reference",
  "transmission_region",
  "party",
  "program",
  "delivery_period",
  "type",
  "code",
  "deadline",
  "description",
] as const;

const tableColumns = ["deadline", "partner_reference", "program", "code", "description", "meter_id"] as const;

async function listActions(invocation: Invocation, options: ActionsOptions): Promise<number> {
  const { loadActions } = await import("../reader/index.ts");
  const { output, format, clock } = invocation;
  const filter = toFilter(options, clock.now());
  const isOneSide = options.party !== "all";
  await withReader(invocation, (reader) =>
    printListing(output, format, {
      columns,
      tableColumns: isOneSide ? tableColumns : ["party", ...tableColumns],
      rows: loadActions(reader, filter),
      tableRowCountMax: tableRowCount(options.limit),
      empty: isOneSide
        ? `nothing waits for ${options.party === "leap" ? "Leap" : "the partner"}`
        : "nothing to do",
    }),
  );
  return 0;
}

function toFilter(options: ActionsOptions, nowMs: number): ActionFilter {
  const { partnerReference, meter, party, code, dueWithin, limit } = options;
  return {
    ...(partnerReference === undefined ? {} : { partnerReference }),
    ...(meter === undefined ? {} : { meterId: meter.toLowerCase() }),
    ...(party === "all" ? {} : { party }),
    ...(code === undefined ? {} : { code }),
    ...(dueWithin === undefined
      ? {}
      : { dueByMs: toInstantMs({ kind: "instant", epochMs: nowMs + dueWithin }, nowMs) }),
    ...(limit === undefined ? {} : { limit }),
  };
}
